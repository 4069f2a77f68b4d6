import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inspect } from 'node:util';
import { launchChromium, loopbackWebRtc } from '../support/chromium.ts';
import { helpIfAsked } from '../support/script-help.ts';
import { type BenchArguments, parseBenchArguments, usage } from './arguments.ts';
import { findForwarders } from './forwarders/kinds.ts';
import { busyPercent, machineName } from './machine.ts';
import { writeBenchmarksPage } from './report/benchmarks-page.ts';
import { compare } from './report/comparison.ts';
import { markdownOf, reportOf } from './report/section-reports.ts';
import { type Measured, type Results, type SectionName, weriftVersion } from './results.ts';
import { type Bench, sections } from './sections.ts';

/*
 * `npm run bench`: measures the sections that it is asked for (sections.ts says which file measures what), each with cameras,
 * engine, viewers and browser in processes of their own, everything on loopback. A full run keeps its figures in
 * bench/latest.json, says what has changed since the last one, and writes docs/benchmarks.md with its plots. A quick one
 * keeps them in .cache/bench, to compare the next quick one with.
 */

const root = path.resolve(import.meta.dirname, '../..');
const progress = (text: string) => process.stderr.write(`bench: ${text}\n`);
const empty: Results = { chromium: '', werift: weriftVersion, skipped: {}, sections: {} };

async function readResults(file: string): Promise<Results> {
  const text = await readFile(file, 'utf8').catch(() => '{}');
  const read = JSON.parse(text) as Partial<Results>;
  return read.sections === undefined ? empty : { ...empty, ...read };
}

/** Each with its own date, as each can be measured alone. */
async function measure(name: SectionName, bench: Bench): Promise<Measured<unknown>> {
  const busyBefore = await busyPercent();
  const startedAt = performance.now();
  const figures = await sections[name]({
    ...bench,
    progress: (text) => progress(`${name}: ${text}`),
  });
  return {
    measuredAt: new Date().toISOString(),
    machine: machineName(),
    node: process.version,
    busyBefore,
    seconds: Math.round((performance.now() - startedAt) / 1_000),
    figures,
  };
}

async function run({ quick, sections: names }: BenchArguments): Promise<void> {
  const startedAt = performance.now();
  const file = path.join(root, quick ? '.cache/bench/quick.json' : 'bench/latest.json');
  const before = await readResults(file);
  const { kinds, skipped } = await findForwarders();
  for (const [kind, reason] of Object.entries(skipped)) progress(`${kind} is skipped: ${reason}`);
  await using owned = new AsyncDisposableStack();
  const browser = await launchChromium({ args: loopbackWebRtc });
  owned.defer(() => browser.close());
  let results: Results = { ...before, chromium: browser.version(), werift: weriftVersion, skipped };
  await mkdir(path.dirname(file), { recursive: true });
  for (const name of names) {
    progress(name);
    try {
      const measured = await measure(name, { quick, browser, kinds, progress });
      results = { ...results, sections: { ...results.sections, [name]: measured } };
    } catch (error) {
      // The figures of the other sections are worth as much.
      progress(`${name} failed, its figures stay as they were: ${inspect(error)}`);
      process.exitCode = 1;
      continue;
    }
    await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
    console.log(markdownOf(reportOf(name, results), 'terminal'));
  }
  const changes = compare(before, results, names);
  console.log(['## Since the last run', '', ...changes].join('\n'));
  if (!quick) await writeBenchmarksPage(root, results);
  progress(`done in ${Math.round((performance.now() - startedAt) / 1_000)} s`);
}

function readArguments(): BenchArguments | undefined {
  try {
    return parseBenchArguments(process.argv.slice(2));
  } catch (error) {
    progress(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exitCode = 2;
    return undefined;
  }
}

helpIfAsked(usage);
const wanted = readArguments();
if (wanted !== undefined) await run(wanted);
