import { checks } from './check.ts';
import { compileMessages } from './messages.ts';
import { runSteps } from './step.ts';

/** All checks and all tests; what follows `--` goes to vitest, and then only the tests run. */
const parameters = process.argv.slice(2);
const tests = {
  name: 'tests',
  script: 'node_modules/vitest/vitest.mjs',
  parameters: ['run', '--config', 'build/vitest.config.ts', ...parameters],
};
await compileMessages();
if (!runSteps(parameters.length === 0 ? [...checks, tests] : [tests])) process.exitCode = 1;
