import { runStep, tellResults } from './step.ts';

/*
 * `npm run fuzz -- [CASES]`: the parsers' tests with damaged input. Each parser gets so many cases, what needs a connection for each
 * a share of them; ten million, unless another number is given, take hours. The same inputs in every run; prints
 * what each parser took. The tests of every day take a hundred thousand.
 */

const [cases = '10000000'] = process.argv.slice(2);
if (!/^\d{1,12}$/.test(cases)) {
  process.stderr.write('Usage: npm run fuzz -- [CASES]\n');
  process.exitCode = 2;
} else {
  process.env.GATEHOUSE_FUZZ_CASES = cases;
  const fuzz = {
    name: `up to ${cases} damaged inputs for each parser`,
    script: 'node_modules/vitest/vitest.mjs',
    parameters: [
      ...['run', '--config', 'build/vitest.config.ts', '--testTimeout', '0'],
      ...['--testNamePattern', '\\d damaged ', 'tests/unit', 'tests/integration/http-source.test.ts'],
    ],
  };
  if (!tellResults([await runStep(fuzz)])) process.exitCode = 1;
}
