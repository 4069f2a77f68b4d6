import { compileMessages } from './messages.ts';
import { runStepsTogether, type Step, tellResults } from './step.ts';

/** Format, lint, types, dependency directions, dead code. */
export const checks: readonly Step[] = [
  {
    name: 'format and lint',
    script: 'node_modules/@biomejs/biome/bin/biome',
    parameters: ['check', '--error-on-warnings', '.'],
  },
  ...['.', 'tests', 'preload'].map((project) => ({
    name: `types of ${project === '.' ? 'main and build' : project}`,
    script: 'node_modules/typescript/bin/tsc',
    parameters: ['-p', project],
  })),
  {
    name: 'types of renderer',
    script: 'node_modules/svelte-check/bin/svelte-check',
    parameters: [
      '--workspace',
      'renderer',
      '--tsconfig',
      './tsconfig.json',
      '--fail-on-warnings',
      '--output',
      'human',
    ],
  },
  {
    name: 'dependency directions',
    script: 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
    parameters: ['--config', 'build/dependency-rules.cjs', 'main', 'preload', 'renderer'],
  },
  { name: 'dead code', script: 'node_modules/knip/bin/knip.js', parameters: ['--config', 'build/knip.json'] },
];

// Not `import.meta.main`, which Node 22 does not have.
if (process.argv[1] === import.meta.filename) {
  await compileMessages();
  if (!tellResults(await runStepsTogether(checks))) process.exitCode = 1;
}
