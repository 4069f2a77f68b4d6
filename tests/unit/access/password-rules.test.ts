import { expect, test } from 'vitest';
import { weakness } from '../../../main/access/password-rules.ts';

test.each([
  ['short', 'at least 10 characters'],
  ['aaaaaaaaaaaa', 'too few different'],
  ['abcabcabcabc', 'too few different'],
  ['password123', 'tried first'],
  ['P@ssw0rd2026!', 'tried first'],
  ['Gatehouse2026', 'tried first'],
  ['admin-admin-admin', 'tried first'],
  ['ErikaMuster99', 'tried first'],
  ['1234567890', 'row of keys'],
  ['0987654321', 'row of keys'],
  ['qwertyuiop', 'row of keys'],
  ['abcdefghijkl', 'row of keys'],
  ['1qaz2wsx3edc', 'row of keys'],
])('%s is refused: %s', (password, words) => {
  expect(weakness(password, ['Erika', 'Muster'])).toContain(words);
});

test.each([
  'violet teapot harbour',
  'k7#mQ2vX9!tR',
  'mein Zaun ist grün',
  'passwordless giraffe',
  'пароль кот дождь',
])('%s is taken', (password) => {
  expect(weakness(password, ['Erika', ''])).toBeUndefined();
});
