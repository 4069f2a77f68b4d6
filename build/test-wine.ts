import { runStep, tellResults } from './step.ts';
import { findWine, prepareWine, WineMissing } from './wine.ts';

/*
 * `npm run test:wine`: the headless console as Windows would run it, on Node's Windows binary under Wine. Never part of
 * `npm test`; without Wine it says what is missing. What follows `--` goes to vitest.
 */

const say = (text: string) => process.stderr.write(`gatehouse: ${text}\n`);

try {
  await prepareWine(findWine(), say);
  const parameters = ['run', '--config', 'build/vitest.wine.config.ts', ...process.argv.slice(2)];
  const tests = { name: 'tests under Wine', script: 'node_modules/vitest/vitest.mjs', parameters };
  if (!tellResults([await runStep(tests)])) process.exitCode = 1;
} catch (error) {
  if (error instanceof WineMissing)
    process.stderr.write(`skipped: the tests under Wine, since ${error.message}.\n`);
  else {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
