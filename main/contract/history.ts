import * as z from 'zod';
import { cameraId, streamProfile } from './camera.ts';
import { errorCodes } from './error-codes.ts';

/** A stream became something else. Attempts are not counted: a camera that is away all day is one change. */
export const stateChange = z.object({
  /** Milliseconds since 1970. */
  at: z.number(),
  state: z.enum(['unwatched', 'standby', 'playing', 'waiting']),
  /** Why it waits; null for every other state. */
  code: z.enum(errorCodes).nullable(),
});
export type StateChange = z.infer<typeof stateChange>;

/** What came in during five minutes, while the stream was being received. */
export const streamSample = z.object({
  /** When the five minutes began: milliseconds since 1970. */
  at: z.number(),
  /** For how long of them the stream was received. */
  seconds: z.number(),
  /** Of RTP. */
  bytes: z.number(),
  frames: z.number(),
  keyFrames: z.number(),
  /** By their sequence numbers; those that did not come are among them. 0 where there are none. */
  packets: z.number(),
  lost: z.number(),
  /** The largest that was seen, milliseconds; null: none was measured. */
  jitter: z.number().nullable(),
  /** The same: how much later than the quickest packet of ten seconds the slowest one came. */
  delay: z.number().nullable(),
  /** How often the stream began to play. */
  connects: z.number(),
});
export type StreamSample = z.infer<typeof streamSample>;

/** The last day of a stream, the oldest first. */
export const streamHistory = z.object({
  profile: streamProfile,
  changes: z.array(stateChange),
  samples: z.array(streamSample),
});
export type StreamHistory = z.infer<typeof streamHistory>;

export const cameraHistory = z.object({ cameraId, streams: z.array(streamHistory) });
export type CameraHistory = z.infer<typeof cameraHistory>;
