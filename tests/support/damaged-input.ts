import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { fuzzCases, mutate, seededRandom } from './mutations.ts';

/*
 * What all parsers of what strangers send have in common: nothing is thrown but what they say that they throw, no input takes
 * longer than 100 ms of the processor's time, and they keep less than 64 MB, however much comes.
 */

const longestMilliseconds = 100;
const mostGrownBytes = 64 * 1024 * 1024;
/** One input in so many is swollen: a piece of it again and again, which is what makes slow parsers slow. */
const swellEvery = 500;
const largestBytes = 64 * 1024;
/** Slow machines get through, too: a hang is noticed by the longest of one input. */
const timeout = process.env.GATEHOUSE_FUZZ_CASES === undefined ? 600_000 : 0;
/** How often one is looked at that was slow: garbage of those before may have been collected meanwhile. */
const looks = 4;

export interface DamagedInput {
  readonly seed: number;
  /** What it is meant for: the damaged inputs are made of these. */
  readonly samples: readonly (string | Uint8Array)[];
  /** Of the cases that parsers get; 1 when left out, less only where each case is a connection. */
  readonly share?: number;
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** The memory of buffers is given back in a turn of its own. */
async function keptBytes(): Promise<number> {
  collectGarbage();
  await new Promise(setImmediate);
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The same piece of it so often that it becomes large. */
function swell(data: Buffer, random: (limit: number) => number): Buffer {
  const at = random(data.length + 1);
  const piece = data.subarray(at, at + 1 + random(random(3) === 0 ? 60 : 6));
  const room = largestBytes - data.length;
  if (piece.length === 0 || room <= 0) return data;
  const times = Math.floor((room >> random(6)) / piece.length);
  return Buffer.concat([data.subarray(0, at), ...Array<Buffer>(times).fill(piece), data.subarray(at)]);
}

/**
 * A test that gives damaged inputs to a parser; `npm run fuzz` gives many more and prints what they took.
 * @param read gives one to the parser and throws, or fails an expectation, on what must not be
 */
export function testDamagedInput(
  what: string,
  { seed, samples, share = 1 }: DamagedInput,
  read: (input: Buffer, random: (limit: number) => number) => unknown,
): void {
  const cases = Math.ceil(fuzzCases * share);
  const claim = `${cases} damaged ${what}: nothing is thrown, none takes long, and little is kept`;
  test(claim, { timeout }, async () => {
    const random = seededRandom(seed);
    const bytes = samples.map((sample) =>
      typeof sample === 'string' ? Buffer.from(sample) : Buffer.from(sample),
    );
    const give = async (input: Buffer) => {
      const began = process.threadCpuUsage();
      try {
        const reading = read(input, random);
        if (reading instanceof Promise) await reading;
      } catch (error) {
        throw new Error(
          `${JSON.stringify(input.toString('latin1').slice(0, 2_000))} (${input.length} bytes)`,
          {
            cause: error,
          },
        );
      }
      const { user, system } = process.threadCpuUsage(began);
      return (user + system) / 1_000;
    };
    for (const sample of bytes) await give(sample);
    const before = await keptBytes();
    const began = process.cpuUsage();
    let slowest = 0;
    let grown = 0;
    for (let round = 1; round <= cases; round++) {
      const damaged = mutate(bytes, random);
      const input = round % swellEvery === 0 ? swell(damaged, random) : damaged;
      let took = await give(input);
      for (let look = 1; took > longestMilliseconds && look < looks; look++) {
        took = Math.min(took, await give(input));
      }
      if (took > longestMilliseconds) {
        const shown = JSON.stringify(input.toString('latin1').slice(0, 500));
        expect.fail(`${input.length} bytes took ${Math.round(took)} ms: ${shown}`);
      }
      slowest = Math.max(slowest, took);
      if (round % Math.ceil(cases / 10) === 0) grown = Math.max(grown, (await keptBytes()) - before);
    }
    expect(grown).toBeLessThan(mostGrownBytes);
    if (process.env.GATEHOUSE_FUZZ_CASES === undefined) return;
    const { user, system } = process.cpuUsage(began);
    const seconds = (user + system) / 1_000_000;
    const megabytes = (grown / 1024 / 1024).toFixed(1);
    process.stdout.write(
      `${what}: ${cases} in ${seconds.toFixed(1)} s of CPU, slowest ${slowest.toFixed(1)} ms, at most ${megabytes} MB kept\n`,
    );
  });
}
