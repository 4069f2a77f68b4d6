import { describe, expect, test } from 'vitest';
import { consoleLanguage } from '../../../main/contract/shell.ts';
import { shellWords } from '../../../main/desktop/shell-words.ts';
import settings from '../../../renderer/messages/project.inlang/settings.json' with { type: 'json' };

test('the shell speaks the languages of the console', () => {
  expect([...consoleLanguage.options].sort()).toEqual([...settings.locales].sort());
});

test.each([
  [null, 'de-AT', 'Gatehouse beenden'],
  [null, 'ar', 'إنهاء Gatehouse'],
  [null, 'fr-FR', 'Quit Gatehouse'],
  [null, '', 'Quit Gatehouse'],
  ['es', 'de-AT', 'Salir de Gatehouse'],
] as const)('what pages told last (%s) counts, and until then the system (%s)', (told, system, quit) => {
  expect(shellWords(told, system).quit).toBe(quit);
});

describe.each(consoleLanguage.options)('%s', (language) => {
  const words = shellWords(language, 'en');
  const { inTrouble, allWell, wallNumber, data, licences, ...fixed } = words;

  test('nothing is left out or left English', () => {
    const english = shellWords('en', 'en');
    for (const [name, text] of Object.entries(fixed)) {
      expect([name, text.trim()]).not.toEqual([name, '']);
      if (language !== 'en') expect([name, text]).not.toEqual([name, english[name as keyof typeof fixed]]);
    }
  });

  test('numbers, folders and files are named', () => {
    expect(wallNumber(7)).toContain('7');
    expect(allWell(12)).toContain('12');
    expect(allWell(1)).toContain('1');
    expect(inTrouble(2, 12)).toMatch(/\b2\b.*\b12\b/);
    expect(data('C:\\Data')).toContain('C:\\Data');
    expect(licences('LICENSES.txt')).toContain('LICENSES.txt');
  });
});
