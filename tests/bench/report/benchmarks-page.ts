import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sectionNames } from '../arguments.ts';
import { forwarderNames } from '../forwarders/kinds.ts';
import type { Results } from '../results.ts';
import { goalTable } from './goals.ts';
import type { Report } from './report.ts';
import { markdownOf, reportOf } from './section-reports.ts';
import { tableLines } from './table.ts';

/** Above this, others were at work on the machine. */
const quietPercent = 10;

const introduction = `# Benchmarks

<!-- Written by \`npm run bench\` from bench/latest.json: changes by hand are lost. -->

Every figure of this page comes from \`npm run bench\`, and stands beside what it is compared with in the same run. To repeat it:

\`\`\`sh
npm run bench                          # some twenty minutes; writes bench/latest.json and this page
npm run bench -- --quick               # less than two minutes, for a first look; writes neither
npm run bench -- --only send,paced     # some sections, the others stay as they were
npm run bench -- --only soak           # 2,000 layout switches
\`\`\`

On a machine that does nothing else: CPU times grow where others use the caches, and delays where they use the cores. Everything
stays on loopback. Chromium is found as for the tests. libdatachannel comes with npm (\`node-datachannel\`, for the benchmark
alone); Pion is built from \`tests/peers/pion\` when Go is in PATH. What is missing is skipped, and named here.`;

/** The page, and its plots by their names. */
export function benchmarksPage(results: Results): { page: string; plots: ReadonlyMap<string, string> } {
  const names = sectionNames.filter((name) => results.sections[name] !== undefined);
  const reports = names.map((name) => reportOf(name, results));
  const parts = [
    introduction,
    skippedWords(results),
    '## Goals',
    'Ratios are Gatehouse’s figure divided by the reference’s. What is not reached is explained under [Where the time goes](#where-the-time-goes).',
    tableLines(goalTable(results)).join('\n'),
    ...reports.map((report) => markdownOf(report, 'page').trimEnd()),
    runsWords(results, names),
  ];
  const plots = reports.flatMap((report: Report) =>
    report.plots.map(({ name, svg }) => [name, svg] as const),
  );
  return { page: `${parts.filter((part) => part !== '').join('\n\n')}\n`, plots: new Map(plots) };
}

/** Writes docs/benchmarks.md and docs/benchmarks/*.svg. */
export async function writeBenchmarksPage(root: string, results: Results): Promise<void> {
  const { page, plots } = benchmarksPage(results);
  const folder = path.join(root, 'docs/benchmarks');
  await mkdir(folder, { recursive: true });
  for (const [name, svg] of plots) await writeFile(path.join(folder, `${name}.svg`), svg);
  await writeFile(path.join(root, 'docs/benchmarks.md'), page);
}

function skippedWords({ skipped }: Results): string {
  return Object.entries(skipped)
    .map(
      ([kind, reason]) => `**${forwarderNames[kind as keyof typeof forwarderNames]} was skipped:** ${reason}`,
    )
    .join('\n\n');
}

function runsWords(results: Results, names: readonly (typeof sectionNames)[number][]): string {
  const rows = names.map((name) => {
    const {
      measuredAt = '',
      machine = '',
      node = '',
      busyBefore = 0,
      seconds = 0,
    } = results.sections[name] ?? {};
    const busy = busyBefore > quietPercent ? ' (busy)' : '';
    return [
      name,
      `${measuredAt.slice(0, 16).replace('T', ' ')} UTC`,
      `${seconds} s`,
      `${busyBefore} %${busy}`,
      node,
      machine,
    ];
  });
  const table = tableLines({ columns: ['section', 'when', 'took', 'used before', 'Node', 'machine'], rows });
  const words = `werift ${results.werift}, Chromium ${results.chromium}. Used before is the share of all cores that others used in the second before a section began; what was measured on a busy machine is too high.`;
  return ['## The runs', words, table.join('\n')].join('\n\n');
}
