import path from 'node:path';
import { expect, test } from 'vitest';
import { userDataFolder } from '../../../main/base/operating-system.ts';
import { readCommandLine } from '../../../main/desktop/command-line.ts';

const folder = path.resolve('/somewhere');

function read(...parameters: string[]) {
  const given = new Map(
    parameters.map((parameter): [string, string] => {
      const [name = '', value = ''] = parameter.slice(2).split('=');
      return [name, value];
    }),
  );
  const switches = {
    hasSwitch: (name: string) => given.has(name),
    getSwitchValue: (name: string) => given.get(name) ?? '',
  };
  return readCommandLine(switches, folder);
}

test('without anything the console opens on the data of this user', () => {
  const expected = { mode: 'console', kiosk: false, dataFolder: userDataFolder('gatehouse'), demo: 0 };
  expect(read()).toEqual(expected);
  expect(read('--no-sandbox', '--some-switch-of-chromium=1')).toEqual(expected);
});

test('paths are taken from where the command was given', () => {
  expect(read('--data=site')).toMatchObject({ dataFolder: path.join(folder, 'site') });
  expect(read('--reset-owner', '--data=x')).toMatchObject({
    mode: 'reset-owner',
    dataFolder: path.join(folder, 'x'),
  });
  expect(read('--verify-audit=a.jsonl')).toMatchObject({
    mode: 'verify-audit',
    file: path.join(folder, 'a.jsonl'),
  });
  expect(read('--verify-audit')).toMatchObject({ mode: 'verify-audit', file: null });
  expect(read('--import=site.json')).toMatchObject({ mode: 'import', file: path.join(folder, 'site.json') });
});

test('modes are told apart', () => {
  expect(read('--kiosk')).toMatchObject({ mode: 'console', kiosk: true });
  expect(read('--headless', '--port=8080', '--demo=3')).toMatchObject({
    mode: 'headless',
    port: 8080,
    demo: 3,
  });
});

test.each([
  [['--kiosk', '--headless'], '--headless and --kiosk do not go together'],
  [['--import=a', '--kiosk'], '--import and --kiosk do not go together'],
  [['--reset-owner', '--headless'], '--headless and --reset-owner do not go together'],
  [['--verify-audit', '--import=a'], '--import and --verify-audit do not go together'],
  [['--data'], '--data needs a value'],
  [['--import'], '--import needs a value'],
  [['--port'], '--port needs a value'],
  [['--headless', '--port=x'], '--port must be a number'],
  [['--headless', '--port=65536'], '--port must be a number'],
  [['--demo=-1'], '--demo must be a number'],
  [['--demo=1e2'], '--demo must be a number'],
])('%j is refused in words', (parameters, words) => {
  const answer = read(...parameters);
  expect(answer).toMatchObject({ mode: 'refuse', message: expect.stringContaining(words) });
});

test('who asks for help gets it, whatever else is wrong', () => {
  expect(read('--help', '--port=x')).toMatchObject({
    mode: 'print',
    text: expect.stringContaining('--kiosk'),
  });
});
