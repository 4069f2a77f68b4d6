import * as z from 'zod';
import { replaySpeeds } from './limits.ts';

const hourMilliseconds = 3_600_000;

/** What is to be done with the pictures of a slot; one that shows the present begins its replay there. */
export const replayCommand = z.discriminatedUnion('kind', [
  /** Shows what was received so many milliseconds ago. */
  z.object({
    kind: z.literal('seek'),
    ago: z
      .number()
      .min(0)
      .max(hourMilliseconds * 24),
  }),
  /** So many milliseconds on from what is shown, or back; past the newest picture it is live again. */
  z.object({
    kind: z.literal('skip'),
    milliseconds: z.number().min(-hourMilliseconds).max(hourMilliseconds),
  }),
  /** To the next picture, or the one before, and stands there. */
  z.object({ kind: z.literal('step'), frames: z.union([z.literal(1), z.literal(-1)]) }),
  z.object({ kind: z.literal('play'), speed: z.literal(replaySpeeds) }),
  z.object({ kind: z.literal('pause') }),
  z.object({ kind: z.literal('live') }),
]);
export type ReplayCommand = z.infer<typeof replayCommand>;

/** Where a replay is. */
export const replayPosition = z.object({
  /** How long ago the picture that is shown was received, milliseconds. */
  ago: z.number().min(0),
  /** The same of the oldest picture that is kept. */
  oldest: z.number().min(0),
  /** 0: it stands. */
  speed: z.literal([0, ...replaySpeeds]),
});
export type ReplayPosition = z.infer<typeof replayPosition>;

/** What is kept of all cameras for replay. */
export const replayMemory = z.object({ limitBytes: z.int().min(0), usedBytes: z.int().min(0) });
