import type { Measured, Results, SectionFigures, SectionName } from '../results.ts';
import { budgetReport } from './budget-report.ts';
import { addingReport, consoleReport, discoveryReport, soakReport } from './console-report.ts';
import { linkReport } from './link-report.ts';
import type { Report } from './report.ts';
import { pacedReport, profileReport, sendReport } from './send-report.ts';
import { tableLines } from './table.ts';
import { delayReport, firstFrameReport, switchReport, tilesReport } from './window-report.ts';

const reports: { readonly [Name in SectionName]: (figures: SectionFigures[Name]) => Report } = {
  send: sendReport,
  paced: pacedReport,
  profile: profileReport,
  'first-frame': firstFrameReport,
  delay: delayReport,
  tiles: tilesReport,
  budget: budgetReport,
  switch: switchReport,
  console: consoleReport,
  discovery: discoveryReport,
  adding: addingReport,
  link: linkReport,
  soak: soakReport,
};

/** @throws Error when the section was never measured */
export function reportOf<Name extends SectionName>(name: Name, { sections }: Results): Report {
  const measured = sections[name] as Measured<SectionFigures[Name]> | undefined;
  if (measured === undefined) throw new Error(`${name} was never measured`);
  return reports[name](measured.figures);
}

/** On a terminal without the explanations, on the page with its plots. */
export function markdownOf({ title, words, plots, tables }: Report, where: 'terminal' | 'page'): string {
  const lines = [`## ${title}`, ''];
  if (where === 'page') {
    for (const paragraph of words) lines.push(paragraph, '');
    for (const { name, alternative } of plots) lines.push(`![${alternative}](benchmarks/${name}.svg)`, '');
  }
  for (const { caption, table } of tables) lines.push(`${caption}:`, '', ...tableLines(table), '');
  return lines.join('\n');
}
