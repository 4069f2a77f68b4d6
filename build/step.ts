import { spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';

export const root: string = path.resolve(import.meta.dirname, '..');

/** One thing to run. */
export interface Step {
  readonly name: string;
  /** A script of a package, run on this Node. */
  readonly script: string;
  readonly parameters: readonly string[];
}

interface StepResult {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
}

/** Runs a step; its output is its own. */
export async function runStep({ name, script, parameters }: Step): Promise<StepResult> {
  process.stderr.write(`\n── ${name}\n`);
  const startedAt = performance.now();
  const child = spawn(process.execPath, [path.join(root, script), ...parameters], {
    cwd: root,
    stdio: 'inherit',
  });
  const [status] = (await once(child, 'exit')) as [number | null];
  return { name, passed: status === 0, seconds: secondsSince(startedAt) };
}

/** Runs steps, as many at once as there are processors; the output of each comes in one piece when it has ended. */
export async function runStepsTogether(steps: readonly Step[]): Promise<StepResult[]> {
  const results: StepResult[] = [];
  const waiting = steps.entries();
  const work = async () => {
    for (const [index, step] of waiting) results[index] = await runQuietly(step);
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, work));
  return results;
}

/** Says how steps ended. Returns whether every one did well. */
export function tellResults(results: readonly StepResult[]): boolean {
  process.stderr.write('\n');
  for (const { name, passed, seconds } of results) {
    process.stderr.write(`${passed ? 'passed' : 'FAILED'}  ${name} (${seconds.toFixed(1)} s)\n`);
  }
  return results.every(({ passed }) => passed);
}

async function runQuietly({ name, script, parameters }: Step): Promise<StepResult> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [path.join(root, script), ...parameters], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(process.stderr.isTTY ? { FORCE_COLOR: '1' } : {}) },
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const [said, complained, [status]] = await Promise.all([buffer(child.stdout), buffer(child.stderr), ended]);
  process.stderr.write(`\n── ${name}\n`);
  process.stdout.write(said);
  process.stderr.write(complained);
  return { name, passed: status === 0, seconds: secondsSince(startedAt) };
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1_000;
}
