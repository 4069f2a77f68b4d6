import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runKilledEngines } from '../support/ledger.ts';
import { helpIfAsked } from '../support/script-help.ts';

/*
 * Kills an engine two hundred times while it writes, and prints {rounds, acknowledged, lost, seed} as JSON. Ends with 1 and
 * leaves folder and ledger behind when an acknowledged row is lost.
 */

helpIfAsked(`Usage: npm run faults:store [-- OPTIONS]

  --rounds N   how often an engine is killed; 200 when left out
  --seed N     does what a run with this seed did`);
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});

const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-killed-'));
const { rounds, acknowledged, lost, seed } = await runKilledEngines({
  folder,
  rounds: Number(values.rounds),
  seed: Number(values.seed),
});
console.log(JSON.stringify({ rounds, acknowledged, lost: lost.length, seed }));
if (lost.length > 0) {
  console.error(`${lost.slice(0, 10).join('\n')}\nThe ledger is in ${folder}.`);
  process.exitCode = 1;
} else {
  await rm(folder, { recursive: true });
}
