import { runSteps } from './step.ts';

/*
 * `npm run fuzz -- [CASES]`: the parsers' tests with damaged input, with ten million cases each unless another number is
 * given. The tests of every day take a hundred thousand.
 */

const [cases = '10000000'] = process.argv.slice(2);
if (!/^\d{1,12}$/.test(cases)) {
  process.stderr.write('Usage: npm run fuzz -- [CASES]\n');
  process.exitCode = 2;
} else {
  process.env.GATEHOUSE_FUZZ_CASES = cases;
  const fuzz = {
    name: `${cases} damaged inputs for each parser`,
    script: 'node_modules/vitest/vitest.mjs',
    parameters: [
      ...['run', '--config', 'build/vitest.config.ts', '--project', 'unit', '--testTimeout', '0'],
      ...['--testNamePattern', 'damaged', 'tests/unit/rtsp', 'tests/unit/media'],
    ],
  };
  if (!runSteps([fuzz])) process.exitCode = 1;
}
