import { expect, test } from 'vitest';
import { benchmarksPage } from '../../bench/report/benchmarks-page.ts';
import { figure, tableLines } from '../../bench/report/table.ts';
import { someResults } from './some-results.ts';

test('the page shows each figure beside its reference, and their ratio', () => {
  const { page } = benchmarksPage(someResults());
  expect(page).toMatch(/\| Gatehouse +\| +15 \(12–18\) \|/);
  expect(page).toMatch(/\| floor +\| +1\.5 \|/);
  expect(page).toMatch(/\| werift +\| +0\.38 \|/);
});

test('a goal that is missed is called so, one that nobody measured is not called reached', () => {
  const { page } = benchmarksPage(someResults());
  expect(page).toMatch(/against the floor +\| +1\.3 × \| +1\.5 × \| +\*\*not reached\*\* \|/);
  expect(page).toMatch(/against libdatachannel +\| +2 × \| +not measured \| +\|/);
});

test('what was skipped is named with its reason, and a busy machine is called busy', () => {
  const { page } = benchmarksPage(someResults());
  expect(page).toContain('**Pion v4 (Go) was skipped:** there is no Go');
  expect(page).toContain('25 % (busy)');
});

test('every plot on the page is made, and every one that is made is on the page', () => {
  const { page, plots } = benchmarksPage(someResults());
  const shown = [...page.matchAll(/\]\(benchmarks\/([\w-]+)\.svg\)/g)].map((match) => match[1]);
  expect(shown).toEqual(['send']);
  expect([...plots.keys()]).toEqual(shown);
});

test('the same results make the same page and plots', () => {
  expect(benchmarksPage(someResults())).toEqual(benchmarksPage(someResults()));
});

test('columns of a table line up, and numbers are short', () => {
  const lines = tableLines({ columns: ['', 'a'], rows: [['longer', figure(1_234_567.8)]] });
  expect(lines).toEqual(['|        |         a |', '| ------ | --------: |', '| longer | 1,234,568 |']);
  expect([figure(99.96), figure(0.04), figure(-3.25), figure(Number.NaN)]).toEqual(['100', '0', '-3.2', '–']);
});
