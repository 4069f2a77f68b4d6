import { globSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { expect, test } from 'vitest';

interface Variants {
  readonly selectors: readonly string[];
  readonly match: Readonly<Record<string, string>>;
}

const counts = Array.from({ length: 1_001 }, (_, count) => count);

test.each(globSync('renderer/messages/??/*.json').sort())('every count has its words in %s', (file) => {
  const messages = Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>);
  const rules = new Intl.PluralRules(basename(dirname(file)));
  const used = new Set(counts.map((count) => rules.select(count)));
  const missing = messages.flatMap(([key, message]) => {
    if (!Array.isArray(message)) return [];
    return (message as Variants[]).flatMap(({ selectors, match }) =>
      selectors
        .filter((selector) => selector.endsWith('Plural'))
        .flatMap((selector) => {
          const cases = Object.keys(match);
          const said = (form: string) =>
            cases.some((each) => each.includes(`${selector}=${form}`) || each.includes(`${selector}=*`));
          return [...used].filter((form) => !said(form)).map((form) => `${key} ${form}`);
        }),
    );
  });
  expect(missing).toEqual([]);
});
