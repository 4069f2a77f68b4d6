import { expect, test } from 'vitest';
import { parseBenchArguments, sectionNames } from '../../bench/arguments.ts';

test('without arguments everything is measured but what must be named', () => {
  const { quick, sections } = parseBenchArguments([]);
  expect(quick).toBe(false);
  expect(sections).toEqual(sectionNames.filter((name) => name !== 'soak'));
});

test('sections that are named run in their own order, each once', () => {
  const { sections } = parseBenchArguments(['--only', 'soak, paced,send,send']);
  expect(sections).toEqual(['send', 'paced', 'soak']);
});

test('a quick run leaves out what takes long', () => {
  const { quick, sections } = parseBenchArguments(['--quick']);
  expect(quick).toBe(true);
  expect(sections).toContain('send');
  expect(sections).not.toContain('console');
});

test('a quick run of named sections measures just these', () => {
  expect(parseBenchArguments(['--quick', '--only=profile'])).toEqual({ quick: true, sections: ['profile'] });
});

test('a section that there is not is named, with those that there are', () => {
  expect(() => parseBenchArguments(['--only', 'send,sned'])).toThrow(/no section "sned".*send, paced/);
});

test('an option that there is not is refused', () => {
  expect(() => parseBenchArguments(['--fast'])).toThrow('--fast');
});
