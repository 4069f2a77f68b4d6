import { spawnSync } from 'node:child_process';
import path from 'node:path';

export const root: string = path.resolve(import.meta.dirname, '..');

/** One thing to run; its output is its own. */
export interface Step {
  readonly name: string;
  /** A script of a package, run on this Node. */
  readonly script: string;
  readonly parameters: readonly string[];
}

/** Runs steps one after the other, all of them, and says how each ended. Returns whether every one did well. */
export function runSteps(steps: readonly Step[]): boolean {
  const results = steps.map(({ name, script, parameters }) => {
    process.stderr.write(`\n── ${name}\n`);
    const startedAt = performance.now();
    const { status } = spawnSync(process.execPath, [path.join(root, script), ...parameters], {
      cwd: root,
      stdio: 'inherit',
    });
    return { name, passed: status === 0, seconds: (performance.now() - startedAt) / 1_000 };
  });
  process.stderr.write('\n');
  for (const { name, passed, seconds } of results) {
    process.stderr.write(`${passed ? 'passed' : 'FAILED'}  ${name} (${seconds.toFixed(1)} s)\n`);
  }
  return results.every(({ passed }) => passed);
}
