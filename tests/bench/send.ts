import { setTimeout as delay } from 'node:timers/promises';
import { type ForwarderSize, type ForwarderUsage, packetsPerAccessUnit } from './forwarders/forwarder.ts';
import { ForwarderRun } from './forwarders/forwarder-run.ts';
import type { ForwarderKind } from './forwarders/kinds.ts';
import { type Summary, summarize } from './statistics.ts';

const rounds = 9;
const packetsPerRound = 10_000;
/** Before: until V8 has compiled what is used often, which it does beside, in the process's CPU time. */
const warmUpPackets = 50_000;
/** Until the last datagrams are counted. */
const settleMilliseconds = 300;

/** One forwarder that sends as fast as it can. */
export interface SendFigures extends ForwarderSize {
  readonly kind: ForwarderKind;
  /** CPU time of the forwarder's process for each packet of 1,160 bytes of payload, by round. */
  readonly microsecondsPerPacket: Summary;
  readonly srtpProfile: number | null;
  /** Of those that were looked at, packets that could be decrypted, and that could not. */
  readonly decrypted: number;
  readonly refused: number;
  /** Of what was sent, what came neither into the viewers nor to their sockets. */
  readonly lost: number;
}

/**
 * The same pictures to the same kind of viewers, as fast as each forwarder can. They take turns, round by round, so that the
 * machine's mood meets all of them.
 */
export async function measureSend(
  kinds: readonly ForwarderKind[],
  size: ForwarderSize,
  quick: boolean,
): Promise<SendFigures[]> {
  await using owned = new AsyncDisposableStack();
  const runs: { kind: ForwarderKind; run: ForwarderRun; costs: number[] }[] = [];
  for (const kind of kinds) {
    runs.push({ kind, run: owned.use(await ForwarderRun.start(kind, size)), costs: [] });
  }
  const { cameras, viewers } = size;
  const saturate = async (run: ForwarderRun, packets: number) => {
    const wanted = (quick ? packets / 5 : packets) / (viewers * packetsPerAccessUnit);
    const accessUnits = Math.ceil(wanted / cameras) * cameras;
    return await run.ask<ForwarderUsage>({ do: 'saturate', accessUnits });
  };
  for (const { run } of runs) await saturate(run, warmUpPackets);
  for (let round = 0; round < rounds; round++) {
    for (const { run, costs } of runs) {
      const { cpuMicroseconds, packets } = await saturate(run, packetsPerRound);
      costs.push(cpuMicroseconds / packets);
    }
  }
  await delay(settleMilliseconds);
  return await Promise.all(
    runs.map(async ({ kind, run, costs }) => {
      const [sent, received] = [await run.usage(), await run.received()];
      const { srtpProfile, decrypted, refused, droppedBySockets } = received;
      // Sockets drop RTCP, too.
      const lost = Math.max(0, sent.packets - received.packets - (droppedBySockets ?? 0));
      return {
        kind,
        ...size,
        microsecondsPerPacket: summarize(costs),
        srtpProfile,
        decrypted,
        refused,
        lost,
      };
    }),
  );
}
