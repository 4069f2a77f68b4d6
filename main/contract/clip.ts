import * as z from 'zod';
import { cameraId } from './camera.ts';
import { longestLastSeconds, maximumClipReadBytes, maximumClips, maximumPictureBytes } from './limits.ts';
import { filledLine, line } from './text.ts';

export const clipId = z.uuid();

/** Why the end of a recording is missing: Gatehouse was killed or the power failed, there was no room, or nothing could be written. */
export const endMissingCause = z.enum(['interrupted', 'disk-full', 'storage-failed']);
export type EndMissingCause = z.infer<typeof endMissingCause>;

/** What was kept of a camera, as it was signed when it was saved: nothing of it changes afterwards. */
export const clipStatement = z.object({
  format: z.literal('gatehouse-clip'),
  version: z.literal(1),
  id: clipId,
  kind: z.enum(['video', 'picture']),
  cameraId,
  cameraNumber: z.int(),
  cameraName: z.string(),
  /** When its first picture came in: milliseconds since 1970, by the clock of the computer that runs Gatehouse. */
  startedAt: z.int(),
  /** From the first picture to the end of the last one; 0 for a picture. */
  milliseconds: z.int().min(0),
  codec: z.enum(['H264', 'H265', 'PNG']),
  /** As it is in the file: FLAC was G.711 or G.722 at the camera. Null: there is none in it. */
  sound: z.enum(['AAC', 'OPUS', 'FLAC']).nullable(),
  width: z.int(),
  height: z.int(),
  bytes: z.int().min(0),
  /** Of the whole file, in hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  savedAt: z.int(),
  savedBy: z.string(),
  /** What came last while it was recorded is not in it. */
  endMissing: z.boolean().default(false),
  /** Null where nothing is missing, and in statements of before, where it was an interruption. */
  endMissingCause: endMissingCause.nullable().default(null),
});
export type ClipStatement = z.infer<typeof clipStatement>;

/** A clip or picture in the list. */
export const clip = clipStatement
  .omit({ format: true, version: true })
  /** What people call it; empty: nothing of its own. */
  .extend({ name: z.string() });
export type Clip = z.infer<typeof clip>;

/** What is being recorded now. */
export const recording = z.object({
  id: clipId,
  cameraId,
  startedAt: z.int(),
  by: z.string(),
});
export type Recording = z.infer<typeof recording>;

/** Why a recording has ended by itself. */
export const recordingEnd = z.enum([
  'too-long',
  'no-room',
  'slow-disk',
  'format-changed',
  'closed',
  'disk-full',
  'storage-failed',
]);
export type RecordingEnd = z.infer<typeof recordingEnd>;

/**
 * What became of it: a clip; one whose end is missing; a file that is to become a clip when Gatehouse starts again, since that did not
 * succeed; nothing.
 */
export const recordingOutcome = z.enum(['kept', 'end-missing', 'unlisted', 'lost']);
export type RecordingOutcome = z.infer<typeof recordingOutcome>;

/** All clips together take so much, also those that are not seen. */
const usedBytes = z.int().min(0);

export const clipEvent = z.discriminatedUnion('type', [
  /** The newest first. */
  z.object({ type: z.literal('snapshot'), clips: z.array(clip), recordings: z.array(recording), usedBytes }),
  /** A new one, or one with another name. */
  z.object({ type: z.literal('clip'), clip, usedBytes }),
  z.object({ type: z.literal('removed'), id: clipId, cameraId, usedBytes }),
  /** All that are being recorded. */
  z.object({ type: z.literal('recordings'), recordings: z.array(recording) }),
  /** One has ended by itself. */
  z.object({
    type: z.literal('ended'),
    recording,
    cameraNumber: z.int(),
    end: recordingEnd,
    outcome: recordingOutcome,
  }),
]);
export type ClipEvent = z.infer<typeof clipEvent>;

export const lastInput = z.object({
  cameraId,
  seconds: z.int().min(1).max(longestLastSeconds),
  /** How long ago they end, in milliseconds: where somebody looks back, that is the moment which is shown. */
  ago: z
    .number()
    .min(0)
    .max(24 * 3_600_000)
    .default(0),
});

export const clipRename = z.object({ id: clipId, name: line(80) });

export const clipIds = z.array(clipId).min(1).max(maximumClips);

/** A part of the file. */
export const clipRead = z.object({
  id: clipId,
  from: z.int().min(0),
  bytes: z.int().min(1).max(maximumClipReadBytes),
});

/** How a file and its manifest are called; what cannot be in a name was taken out. */
export const clipManifest = z.object({
  text: z.string(),
  files: z.array(z.object({ id: clipId, name: filledLine(200) })),
});

/** A moment of a camera. */
export const stillInput = z.object({
  cameraId,
  /** How long ago, in milliseconds. */
  ago: z
    .number()
    .min(0)
    .max(24 * 3_600_000),
});

/** What was received of that moment: an MP4 whose last picture is meant, or a JPEG. */
export const still = z.object({
  file: z.file(),
  /** When that picture came in: milliseconds since 1970. */
  at: z.int(),
});

/** A part of a picture that a window has made of a still; the first one begins anew. */
export const picturePart = z.object({
  cameraId,
  from: z.int().min(0),
  /** In base64. */
  part: z.base64().max(Math.ceil(maximumClipReadBytes / 3) * 4),
});

/** What was sent in parts is a picture now. */
export const pictureInput = z.object({
  cameraId,
  /** When it came in, as `still` has said. */
  at: z.int().min(0),
  /** Of the whole file. */
  bytes: z.int().min(1).max(maximumPictureBytes),
});
