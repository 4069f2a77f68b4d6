import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Secret } from '../../../main/base/secret.ts';

const secret = new Secret('hunter2');

test.each([
  ['a template', `${secret}`],
  ['JSON', JSON.stringify({ password: secret })],
  ['inspect', inspect({ password: secret }, { showHidden: true, depth: 9 })],
  ['an error', new Error(`wrong: ${String(secret)}`).message],
])('%s shows three stars', (_where, text) => {
  expect(text).toContain('***');
  expect(text).not.toContain('hunter2');
});

test('a log line shows three stars', () => {
  let line = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      line += String(chunk);
      done();
    },
  });
  pino({}, sink).info({ password: secret }, 'added');
  expect(line).toContain('***');
  expect(line).not.toContain('hunter2');
});

test('only reveal gives it out', () => {
  expect(secret.reveal()).toBe('hunter2');
});
