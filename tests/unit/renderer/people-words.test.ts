import { expect, test } from 'vitest';
import { builtInRoles } from '../../../main/contract/rights.ts';
import { hoursWords } from '../../../renderer/people/right-words.ts';
import { roleWords } from '../../../renderer/people/role-words.ts';

test('the hours of a role are said by their days', () => {
  const night = { days: [6], from: '22:00', until: '06:00' };
  expect(hoursWords([{ days: [2, 1], from: '08:00', until: '17:00' }, night])).toBe(
    'Mon, Tue 08:00 to 17:00; Sat 22:00 to 06:00',
  );
  expect(hoursWords([{ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', until: '00:00' }])).toBe(
    'every day, all day',
  );
});

test('a role of the site is called as it was typed, one that is always there in the language of the page', () => {
  expect(roleWords('Porter')).toBe('Porter');
  // An own role may be called like something that every object has.
  expect(roleWords('constructor')).toBe('constructor');
  for (const { name } of builtInRoles) expect(roleWords(name)).toBe(name);
});
