import { minimumPasswordCharacters } from '../contract/rights.ts';

/** What everybody tries first, in any case, with digits and signs around it. */
const commonWords = [
  ...[
    'password',
    'passwort',
    'passw',
    'welcome',
    'letmein',
    'changeme',
    'default',
    'secret',
    'iloveyou',
    'sunshine',
  ],
  ...[
    'princess',
    'football',
    'baseball',
    'superman',
    'batman',
    'dragon',
    'monkey',
    'master',
    'trustno',
    'whatever',
  ],
  ...[
    'admin',
    'administrator',
    'operator',
    'owner',
    'root',
    'user',
    'guest',
    'test',
    'login',
    'system',
    'server',
  ],
  ...[
    'gatehouse',
    'camera',
    'cameras',
    'security',
    'guard',
    'monitor',
    'video',
    'office',
    'company',
    'hikvision',
  ],
  ...[
    'dahua',
    'axis',
    'surveillance',
    'summer',
    'winter',
    'spring',
    'autumn',
    'monday',
    'january',
    'december',
  ],
];
/** Rows of keys and of letters: any part of one, either way round. */
const rows = [
  '01234567890123456789',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  '1qaz2wsx3edc4rfv5tgb6yhn',
];
const minimumDifferent = 5;
/** So many characters must be left beside a common word or a name. */
const minimumOwn = 4;

/** Why a password is too easy to guess, in plain words; undefined: it is not. @param names of the user and the site */
export function weakness(password: string, names: readonly string[]): string | undefined {
  if ([...password].length < minimumPasswordCharacters)
    return `must have at least ${minimumPasswordCharacters} characters: three or four words that do not belong together are easy to keep`;
  const plain = password.toLowerCase();
  if (new Set(plain).size < minimumDifferent) return 'has too few different characters';
  const letters = plain
    .replaceAll('@', 'a')
    .replaceAll('0', 'o')
    .replaceAll('$', 's')
    .replaceAll(/[1!]/g, 'i')
    .replaceAll('3', 'e');
  const known = [...commonWords, ...names.map((name) => name.toLowerCase())].filter(
    (word) => word.length > 2,
  );
  for (const text of [plain, letters]) {
    const left = known
      .toSorted((one, other) => other.length - one.length)
      .reduce((rest, word) => rest.replaceAll(word, ''), text);
    if (left !== text && left.replaceAll(/\P{L}/gu, '').length < minimumOwn)
      return 'is one of those that are tried first: a common word or a name, with little around it';
  }
  const keys = plain.replaceAll(/[^\p{L}\d]/gu, '');
  if (rows.some((row) => isPartOf(keys, row)))
    return 'is a row of keys: it is one of those that are tried first';
  return undefined;
}

function isPartOf(keys: string, row: string): boolean {
  const backwards = [...row].reverse().join('');
  const half = keys.slice(0, Math.ceil(keys.length / 2));
  const isRepeated = keys === half + half || keys === half + half.slice(0, -1);
  return [row, backwards].some((each) => each.includes(keys) || (isRepeated && each.includes(half)));
}

/** Why a PIN is one of those that are tried first; undefined: it is not. */
export function weakPin(pin: string): string | undefined {
  const steps = new Set([...pin].slice(1).map((digit, index) => Number(digit) - Number(pin[index])));
  const [step = 0] = steps;
  return steps.size === 1 && Math.abs(step) <= 1
    ? 'must not be one digit again and again, or 1234'
    : undefined;
}
