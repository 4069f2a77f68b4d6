import * as z from 'zod';
import { cameraId, streamProfile } from './camera.ts';
import { videoCodecs } from './codecs.ts';

/** One stream of one camera, over the last half minute. A figure is null where there is none. */
export const streamHealth = z.object({
  cameraId,
  profile: streamProfile,
  state: z.enum(['idle', 'standby', 'connecting', 'playing', 'waiting']),
  codec: z.enum(videoCodecs).nullable(),
  /** Pixels. */
  width: z.int().nullable(),
  height: z.int().nullable(),
  /** Of RTP. */
  kilobitsPerSecond: z.number().nullable(),
  picturesPerSecond: z.number().nullable(),
  /** Lost packets through all of them, 0 … 1. */
  loss: z.number().nullable(),
  /** RFC 3550 section 6.4.1, milliseconds. */
  jitter: z.number().nullable(),
  /** How much later than the quickest packet the slowest one came, milliseconds: what the network adds at times. */
  delay: z.number().nullable(),
  /** From one key frame to the next. */
  keyFrameSeconds: z.number().nullable(),
  /** How often the connection was lost during the last day. */
  reconnects: z.int(),
  /** What is wrong and what to do about it; none: all is well. */
  advice: z.array(
    z.object({
      verdict: z.enum(['warning', 'problem']),
      /** With its unit; empty: the meaning says it. */
      measured: z.string(),
      meaning: z.string(),
      /** Null: nothing is to be done here. */
      advice: z.string().nullable(),
    }),
  ),
});
export type StreamHealth = z.infer<typeof streamHealth>;

/** The computer that Gatehouse runs on. Bytes; shares 0 … 1. */
export const machineHealth = z.object({
  cores: z.int(),
  /** Of all cores, everything that runs. */
  cpu: z.number(),
  /** Of one core: the engine may take more than one. */
  engineCpu: z.number(),
  memory: z.object({ size: z.number(), free: z.number() }),
  engineMemory: z.number(),
  /** Of the data folder; null: it cannot be read. */
  disk: z.object({ size: z.number(), free: z.number() }).nullable(),
  /** How long the engine kept its work waiting: 99 of 100 times less than this, milliseconds. */
  loopDelay: z.number(),
});
export type MachineHealth = z.infer<typeof machineHealth>;

/** At most two streams of each camera: those that were opened or asked since the start. */
export const health = z.object({
  /** Milliseconds since 1970. */
  at: z.number(),
  machine: machineHealth,
  streams: z.array(streamHealth),
});
export type Health = z.infer<typeof health>;
