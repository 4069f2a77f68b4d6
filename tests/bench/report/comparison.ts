import type { Results, SectionName } from '../results.ts';
import type { Summary } from '../statistics.ts';
import { figure } from './table.ts';

/** Two runs on one quiet machine differ by so much for no reason. */
const leastNoise = 0.1;
/** What says which element of a list it is, not how it did. */
const identities = [
  'kind',
  'load',
  'cameras',
  'viewers',
  'tiles',
  'cores',
  'lostShare',
  'jitterMilliseconds',
  'gopSeconds',
] as const;
const ignored: ReadonlySet<string> = new Set([
  ...identities,
  'seconds',
  'decrypted',
  'srtpProfile',
  'functions',
  'purposes',
]);

/** A value, and by how much it may differ for no reason: its share. */
interface Value {
  readonly value: number;
  readonly noise: number;
}

/**
 * What has changed by more than the noise, in words, the largest change first. The noise of a median shrinks with the square
 * root of what it is made of; single values are taken to be as noisy as the machine.
 */
export function compare(before: Results, after: Results, names: readonly SectionName[]): string[] {
  const lines: string[] = [];
  const changes: { readonly words: string; readonly ratio: number }[] = [];
  for (const name of names) {
    const [old, now] = [before.sections[name], after.sections[name]];
    if (old === undefined || now === undefined) {
      lines.push(`- ${name}: there is no earlier run to compare with.`);
      continue;
    }
    if (old.machine !== now.machine) {
      lines.push(`- ${name}: the last run was on another machine (${old.machine}).`);
      continue;
    }
    const earlier = valuesOf(old.figures, name);
    for (const [label, value] of valuesOf(now.figures, name)) {
      const was = earlier.get(label);
      if (was === undefined) continue;
      const difference = Math.abs(value.value - was.value);
      const share = difference / Math.max(Math.abs(value.value), Math.abs(was.value));
      if (!(share > Math.max(value.noise, was.noise))) continue;
      const words = `- ${label}: ${figure(was.value)} → ${figure(value.value)}`;
      changes.push({ words, ratio: share });
    }
  }
  if (changes.length === 0 && lines.length < names.length)
    lines.push('- Nothing else has changed by more than the noise.');
  return [...changes.sort((a, b) => b.ratio - a.ratio).map(({ words }) => words), ...lines];
}

/** Every number of a section by what it is of. */
function valuesOf(figures: unknown, label: string, found = new Map<string, Value>()): Map<string, Value> {
  if (typeof figures === 'number') {
    found.set(label, { value: figures, noise: leastNoise });
  } else if (Array.isArray(figures)) {
    for (const item of figures) valuesOf(item, `${label} ${identityOf(item)}`, found);
  } else if (isSummary(figures)) {
    const { median, minimum, p95, n } = figures;
    const noise = (p95 - minimum) / Math.sqrt(n) / median;
    found.set(`${label} median`, { value: median, noise: Math.max(leastNoise, noise) });
  } else if (typeof figures === 'object' && figures !== null) {
    for (const [key, value] of Object.entries(figures)) {
      if (!ignored.has(key)) valuesOf(value, `${label} ${key}`, found);
    }
  }
  return found;
}

function identityOf(item: object): string {
  return identities
    .flatMap((key) => (key in item ? `${key}=${(item as Record<string, unknown>)[key]}` : []))
    .join(' ');
}

function isSummary(figures: unknown): figures is Summary {
  return typeof figures === 'object' && figures !== null && 'median' in figures && 'p95' in figures;
}
