import * as z from 'zod';
import { cameraId, streamProfile } from './camera.ts';
import { filledLine } from './text.ts';

/** The longest that a share may last: a year. */
const maximumShareHours = 366 * 24;

/** `watch`: whoever has the token sees the camera, over WHEP; `publish`: they are the camera, over WHIP. */
const shareKind = z.enum(['watch', 'publish']);
export type ShareKind = z.infer<typeof shareKind>;

/**
 * The right of somebody without a session to watch one camera, or to publish its pictures, until it ends. Its token is shown once and
 * never again.
 */
export const share = z.object({
  id: z.uuid(),
  cameraId,
  kind: shareKind,
  /** For whom it is, or where it is shown. */
  name: z.string(),
  profile: streamProfile,
  /** Whether the sound of the camera may be heard, or sent, too. */
  sound: z.boolean(),
  /** Milliseconds since 1970. */
  createdAt: z.number(),
  expiresAt: z.number(),
  /** How many watch by it now, or whether somebody sends: 1. */
  sessions: z.int(),
});
export type Share = z.infer<typeof share>;

export const shareInput = z.object({
  cameraId,
  kind: shareKind.default('watch'),
  name: filledLine(60),
  hours: z
    .int('must be a whole number of hours')
    .min(1, 'must be 1 hour or more')
    .max(maximumShareHours, `must be at most ${maximumShareHours} hours, a year`),
  profile: streamProfile.default('main'),
  sound: z.boolean().default(false),
});
export type ShareInput = z.infer<typeof shareInput>;

export const shareId = share.shape.id;

export const shareList = z.object({
  shares: z.array(share),
  /** Address of the WHEP endpoint of the camera; null: this console serves none, since it has no HTTP host. */
  endpoint: z.string().nullable(),
  /**
   * Of the page with which a phone publishes it, to be followed by the token and, with sound, `/sound`; null: the camera is not published, or no phone reaches
   * this console, since browsers give cameras to pages over HTTPS alone.
   */
  publishPage: z.string().nullable(),
});

/** The token opens the camera to whoever has it, or makes them the camera; only its hash is stored. */
export const shareMade = z.object({ share, token: z.string() });
