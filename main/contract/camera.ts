import * as z from 'zod';
import { errorCodes } from './error-codes.ts';

export const cameraId = z.uuid();

/** Which of a camera's two streams: `main` for a large tile, `sub` for a small one. */
export const streamProfile = z.enum(['main', 'sub']);
export type StreamProfile = z.infer<typeof streamProfile>;

const rtspUrl = z
  .string()
  .trim()
  .max(2048)
  .regex(/^rtsp:\/\/\S/i, 'must be an address that starts with rtsp://');

/** A camera as the console sees it. The password never leaves the engine. */
export const camera = z.object({
  id: cameraId,
  /** The number a guard types to select it; unique, from 1. */
  number: z.int().min(1).max(9999),
  name: z.string(),
  group: z.string(),
  /** RTSP address of the main stream, without user and password. */
  mainUrl: z.string(),
  /** RTSP address of the sub-stream; null when the camera has only one stream. */
  subUrl: z.string().nullable(),
  username: z.string().nullable(),
  hasPassword: z.boolean(),
});
export type Camera = z.infer<typeof camera>;

/** User and password may also be written inside the addresses; they are taken out and kept encrypted. */
export const cameraInput = z.object({
  name: z.string().trim().min(1).max(100),
  /** Left out: the next free number. */
  number: z.int().min(1).max(9999).optional(),
  group: z.string().trim().max(100).default(''),
  mainUrl: rtspUrl,
  subUrl: rtspUrl.nullable().default(null),
  username: z.string().max(256).optional(),
  password: z.string().max(256).optional(),
});
export type CameraInput = z.infer<typeof cameraInput>;

/** State of one stream of one camera. Times are milliseconds since 1970. */
export const streamStatus = z.discriminatedUnion('state', [
  z.object({ state: z.literal('idle') }),
  z.object({ state: z.literal('connecting'), since: z.number() }),
  z.object({ state: z.literal('playing'), since: z.number() }),
  z.object({
    state: z.literal('waiting'),
    since: z.number(),
    /** When the next attempt starts. */
    until: z.number(),
    error: z.object({ code: z.enum(errorCodes), message: z.string() }),
  }),
]);
export type StreamStatus = z.infer<typeof streamStatus>;

export const cameraStatus = z.object({ cameraId, profile: streamProfile, status: streamStatus });
export type CameraStatus = z.infer<typeof cameraStatus>;

/** First everything (cameras and the state of their streams), then what changed, coalesced for a slow reader. */
export const cameraEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), cameras: z.array(camera), statuses: z.array(cameraStatus) }),
  z.object({ type: z.literal('camera'), camera }),
  z.object({ type: z.literal('status'), status: cameraStatus }),
]);
export type CameraEvent = z.infer<typeof cameraEvent>;
