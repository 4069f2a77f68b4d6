import { checks } from './check.ts';
import { compileMessages } from './messages.ts';
import { runStep, runStepsTogether, tellResults } from './step.ts';

/** All checks and all tests; what follows `--` goes to vitest, and then only the tests run. */
const parameters = process.argv.slice(2);
const tests = {
  name: 'tests',
  script: 'node_modules/vitest/vitest.mjs',
  parameters: ['run', '--config', 'build/vitest.config.ts', ...parameters],
};
await compileMessages();
const checked = parameters.length === 0 ? await runStepsTogether(checks) : [];
if (!tellResults([...checked, await runStep(tests)])) process.exitCode = 1;
