import type { StateChange, StreamHistory, StreamSample } from '../../main/contract/history.ts';

export const dayMilliseconds = 24 * 60 * 60 * 1_000;

/** How a stream was from one moment to another. */
export interface Stretch {
  /** Parts of the day, 0 … 1. */
  readonly from: number;
  readonly to: number;
  readonly change: StateChange;
}

/** The day as stretches of one state each, the oldest first. @param now milliseconds since 1970 */
export function stretches({ changes }: StreamHistory, now: number): readonly Stretch[] {
  const place = (at: number) => Math.min(1, Math.max(0, (at - (now - dayMilliseconds)) / dayMilliseconds));
  return changes.map((change, index) => {
    const next = changes[index + 1];
    return { from: place(change.at), to: next === undefined ? 1 : place(next.at), change };
  });
}

/** A figure of a sample; null where nothing was received. */
export type Figure = (sample: StreamSample) => number | null;

export const kilobitsPerSecond: Figure = ({ bytes, seconds }) =>
  seconds < 1 ? null : (bytes * 8) / 1_000 / seconds;
export const lossPercent: Figure = ({ packets, lost }) => (packets === 0 ? null : (lost / packets) * 100);
export const jitterMilliseconds: Figure = ({ jitter }) => jitter;
export const delayMilliseconds: Figure = ({ delay }) => delay;
/** On the average. */
export const keyFrameSeconds: Figure = ({ keyFrames, seconds }) =>
  keyFrames === 0 ? null : seconds / keyFrames;
export const framesPerSecond: Figure = ({ frames, seconds }) => (seconds < 1 ? null : frames / seconds);

export interface Bar {
  /** Part of the day, 0 … 1. */
  readonly at: number;
  readonly value: number;
}

/** A figure over the day. @param now milliseconds since 1970 */
export function bars({ samples }: StreamHistory, figure: Figure, now: number): readonly Bar[] {
  return samples.flatMap((sample) => {
    const value = figure(sample);
    const at = (sample.at - (now - dayMilliseconds)) / dayMilliseconds;
    return value === null || at < 0 || at > 1 ? [] : [{ at, value }];
  });
}

/** How often the stream had to be opened again. */
export function reconnects({ samples }: StreamHistory): number {
  const connects = samples.reduce((sum, sample) => sum + sample.connects, 0);
  return Math.max(0, connects - 1);
}
