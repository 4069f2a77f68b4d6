import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import v8 from 'node:v8';
import vm from 'node:vm';
import { helpIfAsked } from '../support/script-help.ts';
import { ViewerChurn } from '../support/viewer-churn.ts';

/*
 * Five hundred windows come and go, with 2,000 changes of what they show, and prints what is left after each round as JSON: sockets,
 * timers, viewers, leases, and the heap after the garbage was collected. Engine and windows share the process, so that what either
 * of them keeps is seen. Ends with 1 when something is left.
 */

helpIfAsked(`Usage: npm run faults:windows [-- OPTIONS]

  --rounds N     10 when left out
  --windows N    how many come and go in each; 50
  --switches N   how often each changes what it shows; 5
  --seed N       does what a run with this seed did`);
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    windows: { type: 'string', default: '50' },
    switches: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const [rounds, windows, switches, seed] = [values.rounds, values.windows, values.switches, values.seed].map(
  Number,
) as [number, number, number, number];

/** werift waits this long at most before it sees that a handshake has ended. */
const settleMilliseconds = 15_000;

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc') as () => void;

interface Stock {
  readonly heapKilobytes: number;
  readonly resources: Record<string, number>;
}

async function takeStock(): Promise<Stock> {
  const deadline = performance.now() + settleMilliseconds;
  while (process.getActiveResourcesInfo().length > idle.length && performance.now() < deadline)
    await delay(100);
  for (let i = 0; i < 3; i++) {
    collect();
    await delay(50);
  }
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  return { heapKilobytes: Math.round(process.memoryUsage().heapUsed / 1024), resources };
}

const idle = process.getActiveResourcesInfo();
const stocks: Stock[] = [];
await using churn = new ViewerChurn(seed);
// Two that compile the code and fill the caches.
for (let round = -2; round < rounds; round++) {
  await churn.run(windows, switches);
  const stock = await takeStock();
  process.stderr.write(`${JSON.stringify({ round, ...churn.counts, ...stock })}\n`);
  if (round >= 0) stocks.push(stock);
}
const { counts } = churn;
const heaps = stocks.map(({ heapKilobytes }) => heapKilobytes);
const left = process.getActiveResourcesInfo().length - idle.length;
/** Least squares over the rounds. */
const middle = (heaps.length - 1) / 2;
const mean = heaps.reduce((sum, heap) => sum + heap, 0) / heaps.length;
const slope =
  heaps.reduce((sum, heap, index) => sum + (index - middle) * (heap - mean), 0) /
  heaps.reduce((sum, _heap, index) => sum + (index - middle) ** 2, 0);
console.log(
  JSON.stringify({
    ...counts,
    seed,
    left,
    heapKilobytes: { first: heaps[0], last: heaps.at(-1) },
    heapBytesPerWindow: Math.round((slope * 1024) / windows),
  }),
);
if (counts.viewers !== 0 || counts.leases !== 0 || left > 0) process.exitCode = 1;
