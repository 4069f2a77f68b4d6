import { parseArgs } from 'node:util';
import type { SectionName } from './results.ts';

/** In the order in which they run. */
export const sectionNames = [
  'send',
  'paced',
  'profile',
  'first-frame',
  'delay',
  'tiles',
  'budget',
  'switch',
  'console',
  'discovery',
  'adding',
  'link',
  'soak',
] as const satisfies readonly SectionName[];

/** Some four minutes long: only when it is named. */
const onlyWhenNamed: readonly SectionName[] = ['soak'];
/** What fits into two minutes. */
const quickSections: readonly SectionName[] = ['send', 'paced', 'first-frame', 'delay', 'tiles'];

export interface BenchArguments {
  readonly quick: boolean;
  readonly sections: readonly SectionName[];
}

export const usage = `Usage: npm run bench [-- OPTIONS]

  --quick         what fits into two minutes, and keeps the figures in .cache/bench
  --only A,B      these sections alone: ${sectionNames.join(', ')}`;

/** @throws Error in one sentence about what is wrong */
export function parseBenchArguments(parameters: readonly string[]): BenchArguments {
  const { values } = parseArgs({
    args: [...parameters],
    options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
  });
  const { quick, only } = values;
  if (only === undefined) {
    const sections = sectionNames.filter((name) =>
      quick ? quickSections.includes(name) : !onlyWhenNamed.includes(name),
    );
    return { quick, sections };
  }
  const named = only.split(',').map((name) => name.trim());
  const unknown = named.find((name) => !sectionNames.some((section) => section === name));
  if (unknown !== undefined) {
    throw new Error(`There is no section "${unknown}". There are: ${sectionNames.join(', ')}.`);
  }
  return { quick, sections: sectionNames.filter((name) => named.includes(name)) };
}
