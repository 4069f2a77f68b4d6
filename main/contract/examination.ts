import * as z from 'zod';
import { cameraId, streamInput, streamProfile } from './camera.ts';
import { cameraFile } from './camera-file.ts';

/** What is looked at, in this order; those of a stream once for each stream. */
export const examinationStep = z.enum([
  'reach',
  'ports',
  'rtsp',
  'credentials',
  'description',
  'transport',
  'first-packet',
  'key-frames',
  'pictures',
  'bit-rate',
  'loss',
  'jitter',
  'b-frames',
  'clock',
  'onvif',
  'events',
]);
export type ExaminationStep = z.infer<typeof examinationStep>;

/** `skipped`: could not be looked at, or does not apply. */
export const verdict = z.enum(['ok', 'warning', 'problem', 'skipped']);
export type Verdict = z.infer<typeof verdict>;

/** One thing that is looked at. */
const examined = z.object({
  step: examinationStep,
  /** Of which stream; null: of the camera. */
  profile: streamProfile.nullable(),
});
export type Examined = z.infer<typeof examined>;

/** What came of one step, for whoever stands on the ladder. */
export const finding = examined.extend({
  verdict,
  /** With its unit; empty: nothing was measured. */
  measured: z.string(),
  /** What it means. */
  meaning: z.string(),
  /** What to change, in the camera or beside it; null: nothing. */
  advice: z.string().nullable(),
});
export type Finding = z.infer<typeof finding>;

/** A stored camera, or one that is being added. */
export const examinationInput = z.object({
  camera: z.union([z.object({ cameraId }), z.object({ stream: streamInput })]),
  /** Whether the trace may hold what the camera sees; else it never does. */
  withPictures: z.boolean().default(false),
});
export type ExaminationInput = z.infer<typeof examinationInput>;

/** First all steps, then what comes of them in their order; ends with the trace. */
export const examinationEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('began'), steps: z.array(examined) }),
  /** It is looked at now. */
  z.object({ type: z.literal('step'), examined }),
  z.object({ type: z.literal('finding'), finding }),
  /** Null: nothing was said with the camera that could be traced. */
  z.object({ type: z.literal('ended'), trace: cameraFile.nullable() }),
]);
export type ExaminationEvent = z.infer<typeof examinationEvent>;
