import type { Reporter, TestModule } from 'vitest/node';

/** These need what only some machines have: files beside the working copy, Electron's binary; elsewhere they are skipped loudly. */
const excused = ['(fixtures absent)', '(needs real Electron)', '(needs the stand-in)'];

/** In CI, where everything a test could need is installed, a skipped test is a failure. */
export class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => test.fullName),
    );
    const unexcused = skipped.filter((name) => !excused.some((words) => name.includes(words)));
    for (const name of skipped) process.stderr.write(`skipped: ${name}\n`);
    if (process.env.GATEHOUSE_CI !== '1' || unexcused.length === 0) return;
    process.stderr.write(`${unexcused.length} tests were skipped, which is a failure in CI\n`);
    process.exitCode = 1;
  }
}
