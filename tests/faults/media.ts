import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { launchChromium, loopbackWebRtc } from '../support/chromium.ts';
import type { Roughness } from '../support/datagram-relay.ts';
import { FaultWall } from '../support/fault-wall.ts';
import { seededRandom } from '../support/mutations.ts';
import { helpIfAsked } from '../support/script-help.ts';
import { cameraFaults, type FaultyCamera, isWell, type WallFault } from '../support/wall-faults.ts';
import { colourOfTile, type TileWords, tileRecords, tileWords, watchTiles } from '../support/wall-witness.ts';

/*
 * `npm run faults`: does to cameras, networks, windows and the engine what happens to them in practice, and judges by what the wall
 * shows: what its tiles say, and whether pixels change. Prints a table, and JSON on stdout; ends with 1 when a picture that stood was
 * called live, or something was not said in time.
 */

helpIfAsked(`Usage: npm run faults [-- OPTIONS]

  --rounds N    how often each fault is done; 20 when left out
  --seconds N   of each rough network; 60
  --quiet N     seconds without any fault; 60
  --only A,B    these faults alone; a name that is none says which there are
  --seed N      does what a run with this seed did`);
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '60' },
    quiet: { type: 'string', default: '60' },
    only: { type: 'string' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
  },
});
const [rounds, seconds, quiet, seed] = [values.rounds, values.seconds, values.quiet, values.seed].map(
  Number,
) as [number, number, number, number];
const random = seededRandom(seed);

/** Cameras that things happen to at the same time; beside them are one that is let alone, and one that sees a still scene. */
const faulty = 4;
/** Without a fault few are enough for long: three whose pictures move, and one that sees a still scene with its sensor's noise. */
const undisturbed = 4;
/** Longer than this, and a picture that stood was shown as live. */
const standingSeconds = 5;
/** Of a screenshot, but for words and signs; pictures of the demo have three times as much. */
const greyColour = 12;
const patienceMilliseconds = 40_000;

interface Row {
  readonly fault: string;
  readonly rounds: number;
  /** Seconds until the wall said so, of each round; the wall may take so many. */
  readonly said: readonly number[];
  readonly within: number;
  /** Seconds from the end of the fault until all was well. */
  readonly back: readonly number[];
  readonly backWithin: number;
  /** How many tiles were grey on a screenshot; null: a warning leaves the picture as it is. */
  readonly grey: number | null;
  /** Longest that a picture stood while its tile called itself live. */
  readonly standing: number;
  /** What was said of cameras that nothing happened to. */
  readonly falseAlarms: number;
}

async function until(condition: () => Promise<boolean>): Promise<number> {
  const from = performance.now();
  while (!(await condition())) {
    if (performance.now() - from > patienceMilliseconds) return Number.POSITIVE_INFINITY;
    await delay(50);
  }
  return (performance.now() - from) / 1_000;
}

/** What went wrong on tiles from `first` on, and how long a picture stood as a live one. */
async function judgement(wall: FaultWall, since: number, first: number) {
  const records = await tileRecords(wall.page);
  const alarms = records
    .slice(first)
    .flatMap(({ said }) => said.filter((words) => words.at > since && !isWell(words)));
  for (const { state, cause, view } of alarms) progress(`  false alarm: ${state} ${cause} ${view}`);
  const standing = Math.max(...records.map(({ longestStandingLive }) => longestStandingLive)) / 1_000;
  return { falseAlarms: alarms.length, standing };
}

async function openWall(owned: AsyncDisposableStack, datagrams = 0, tiles = faulty + 2): Promise<FaultWall> {
  const browser = await launchChromium({ args: loopbackWebRtc });
  owned.defer(() => browser.close());
  return await FaultWall.open(owned, browser, {
    ...(datagrams > 0 ? { cameras: 0, datagrams } : { cameras: tiles }),
    seed,
    prepare: (cameras) => {
      if (datagrams === 0) cameras.at(-1)?.look('still');
    },
  });
}

async function cameraRow(fault: WallFault): Promise<Row> {
  await using owned = new AsyncDisposableStack();
  const wall = await openWall(owned);
  await wall.learn();
  const since = Date.now();
  const said: number[] = [];
  const back: number[] = [];
  let grey = 0;
  const each = Math.min(Math.ceil(rounds / faulty), fault.rounds ?? rounds);
  /** One camera after another, since screenshots are the window's. */
  let turn = Promise.resolve();
  const work = async (target: FaultyCamera, tile: number) => {
    for (let round = 0; round < each; round++) {
      await delay(random(2_000));
      const begunAt = Date.now();
      fault.begin(target);
      const isSaid = (words: TileWords) => fault.isSaid(words);
      const polled = await until(async () => isSaid(await tileWords(wall.page, tile)));
      // The witness in the page has seen it when it was said; asking takes its time on a busy machine.
      const words = (await tileRecords(wall.page))[tile]?.said.find(
        (candidate) => candidate.at >= begunAt && isSaid(candidate),
      );
      said.push(words === undefined ? polled : (words.at - begunAt) / 1_000);
      if (fault.veil) {
        turn = turn.then(async () => {
          if ((await colourOfTile(wall.page, tile)) < greyColour) grey++;
        });
        await turn;
      }
      await delay(random(3_000));
      fault.end(target);
      back.push(await until(async () => isWell(await tileWords(wall.page, tile))));
    }
  };
  await Promise.all(wall.targets.slice(0, faulty).map(work));
  return {
    ...{ fault: fault.name, rounds: said.length, said, within: fault.within },
    ...{ back, backWithin: fault.back, grey: fault.veil ? grey : null },
    ...(await judgement(wall, since, faulty)),
  };
}

/** A network that loses, delays and shuffles packets: no tile may call a picture live that stands. */
async function networkRow(name: string, roughness: Roughness): Promise<Row> {
  await using owned = new AsyncDisposableStack();
  const wall = await openWall(owned, faulty);
  for (const relay of wall.relays) relay.roughen(roughness);
  await delay(seconds * 1_000);
  for (const relay of wall.relays) relay.roughen({});
  const back = await until(async () => {
    const words = await Promise.all(wall.relays.map((_, tile) => tileWords(wall.page, tile)));
    return words.every(isWell);
  });
  const { standing } = await judgement(wall, Date.now(), 0);
  return {
    fault: name,
    rounds: 1,
    said: [],
    within: 0,
    back: [back],
    backWithin: 3,
    grey: null,
    standing,
    falseAlarms: 0,
  };
}

async function windowRow(
  fault: string,
  count: number,
  round: (wall: FaultWall) => Promise<{ said: number | null; back: number }>,
): Promise<Row> {
  await using owned = new AsyncDisposableStack();
  const wall = await openWall(owned);
  const said: number[] = [];
  const back: number[] = [];
  let standing = 0;
  for (let number = 0; number < count; number++) {
    await delay(2_000 + random(2_000));
    const outcome = await round(wall);
    if (outcome.said !== null) said.push(outcome.said);
    back.push(outcome.back);
    standing = Math.max(standing, (await judgement(wall, Date.now(), 0)).standing);
  }
  return { fault, rounds: count, said, within: 5, back, backWithin: 5, grey: null, standing, falseAlarms: 0 };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1_000;
}

/** Nothing happens, for long. */
async function quietRow(): Promise<Row> {
  await using owned = new AsyncDisposableStack();
  const wall = await openWall(owned, 0, undisturbed);
  const since = Date.now();
  await delay(quiet * 1_000);
  const found = await judgement(wall, since, 0);
  const fault = `nothing, ${quiet} s`;
  return { fault, rounds: 1, said: [], within: 0, back: [], backWithin: 0, grey: null, ...found };
}

const rows: Readonly<Record<string, () => Promise<Row>>> = {
  ...Object.fromEntries(Object.entries(cameraFaults).map(([name, fault]) => [name, () => cameraRow(fault)])),
  'loss-1': () => networkRow('1 % of packets lost', { lost: 10 }),
  'loss-5': () => networkRow('5 % of packets lost', { lost: 50 }),
  'loss-20': () => networkRow('20 % of packets lost', { lost: 200 }),
  reorder: () => networkRow('5 % of packets late', { late: 50 }),
  jitter: () => networkRow('200 ms of jitter', { jitter: 200 }),
  reload: () =>
    windowRow('window reloaded', rounds, async (wall) => {
      const back = await timed(async () => {
        await wall.reload();
        await wall.untilWell();
      });
      await watchTiles(wall.page);
      return { said: null, back };
    }),
  renderer: () =>
    windowRow('window’s process killed', rounds, async (wall) => {
      const back = await timed(async () => {
        await wall.killPage();
        await wall.untilWell();
      });
      await watchTiles(wall.page);
      return { said: null, back };
    }),
  engine: () =>
    windowRow('engine killed', rounds, async (wall) => {
      await wall.killEngine();
      const said = await timed(() => wall.untilNoneLive());
      await delay(random(2_000));
      await wall.startEngine();
      return { said, back: await timed(() => wall.untilWell()) };
    }),
  quiet: quietRow,
};

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

function isBad(row: Row): boolean {
  const { said, within, back, backWithin, grey, standing, falseAlarms } = row;
  const isLate = said.some((time) => time > within) || back.some((time) => time > backWithin);
  const isBright = grey !== null && grey < row.rounds;
  return isLate || isBright || standing > standingSeconds || falseAlarms > 0;
}

function line(row: Row): string {
  const times = (all: readonly number[], limit: number) => {
    if (all.length === 0) return '–'.padEnd(24);
    const sorted = all.toSorted((a, b) => a - b);
    const inTime = all.filter((time) => time <= limit).length;
    const [middle = 0, worst = 0] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
    return `${inTime}/${all.length} ≤${limit} (${middle.toFixed(1)}, ${worst.toFixed(1)})`.padEnd(24);
  };
  const cells = [
    row.fault.padEnd(26),
    times(row.said, row.within),
    times(row.back, row.backWithin),
    (row.grey === null ? '–' : `${row.grey}/${row.rounds}`).padEnd(7),
    row.standing.toFixed(1).padStart(5),
    String(row.falseAlarms).padStart(7),
  ];
  return `${cells.join(' ')}  ${isBad(row) ? 'BAD' : 'ok'}`;
}

const { only } = values;
const wanted = Object.entries(rows).filter(([name]) => only === undefined || only.split(',').includes(name));
if (wanted.length === 0)
  throw new Error(`There is no such fault. There are: ${Object.keys(rows).join(', ')}`);
progress(`seed ${seed}`);
progress(
  `${'fault'.padEnd(26)} ${'said, s (median, worst)'.padEnd(24)} ${'back, s (median, worst)'.padEnd(24)} grey    stood  alarms`,
);
const results: Row[] = [];
for (const [, run] of wanted) {
  const row = await run();
  results.push(row);
  progress(line(row));
}
const times = results.flatMap(({ said, within }) => said.map((time) => time <= within));
if (times.length > 0) progress(`${times.filter(Boolean).length} of ${times.length} faults were said in time`);
process.stdout.write(`${JSON.stringify({ seed, rounds, seconds, quiet, rows: results })}\n`);
if (results.some(isBad)) process.exitCode = 1;
