import { expect, test } from 'vitest';
import type { UpdateState } from '../../../main/contract/shell.ts';
import { mayCheckForUpdates, updateWords } from '../../../renderer/settings/update-words.ts';

const at = new Date(2026, 10, 27, 3, 0).getTime();
const version = '1.2.0';

test.each<[UpdateState, RegExp, boolean]>([
  [{ name: 'off', reason: null }, /no server and no folder is set/, false],
  [{ name: 'off', reason: 'This build carries no key.' }, /carries no key/, false],
  [{ name: 'forbidden' }, /site file forbids/, false],
  [{ name: 'idle', checkedAt: null }, /Not looked for yet/, true],
  [{ name: 'idle', checkedAt: at }, /the newest version.*03:00/, true],
  [{ name: 'checking' }, /Looking/, false],
  [{ name: 'downloading', version, percent: 42 }, /1\.2\.0.*42%/, false],
  [{ name: 'available', version, how: 'By hand.' }, /1\.2\.0 is there\. By hand\./, true],
  [{ name: 'ready', version, installsAt: null }, /1\.2\.0.*when Gatehouse is closed/, false],
  [{ name: 'ready', version, installsAt: at }, /1\.2\.0.*03:00/, false],
  [{ name: 'installing', version }, /1\.2\.0.*backup first/, false],
  [{ name: 'failed', reason: 'It was refused.', nextAttempt: at }, /It was refused\..*03:00/, true],
])('%o is said in words', (state, words, mayCheck) => {
  expect(updateWords(state)).toMatch(words);
  expect(mayCheckForUpdates(state)).toBe(mayCheck);
});
