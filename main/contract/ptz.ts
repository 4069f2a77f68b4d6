import * as z from 'zod';
import { cameraId } from './camera.ts';
import { maximumPresetPictureCharacters } from './limits.ts';
import { filledLine } from './text.ts';

/** What can be done about where a camera looks. */
export const ptzCapabilities = z.object({
  move: z.boolean(),
  zoom: z.boolean(),
  home: z.boolean(),
  /** The most that it keeps; 0: none. */
  presets: z.int(),
});
export type PtzCapabilities = z.infer<typeof ptzCapabilities>;

const speed = z.number().min(-1, 'must be -1 or more').max(1, 'must be 1 or less').default(0);

/** Moves until it is told to stop, and not longer than the time: a window that goes away leaves no camera turning. */
export const ptzMove = z.object({
  cameraId,
  /** Of the fastest: to the right. */
  pan: speed,
  /** Of the fastest: upwards. */
  tilt: speed,
  /** Of the fastest: closer. */
  zoom: speed,
  seconds: z.number().min(1).max(30).default(5),
});
export type PtzMove = z.infer<typeof ptzMove>;

const presetToken = z.string().min(1).max(256);
export const ptzPreset = z.object({ token: presetToken, name: z.string() });
export type PtzPreset = z.infer<typeof ptzPreset>;

export const ptzPresetChoice = z.object({ cameraId, token: presetToken });
export const ptzPresetSave = z.object({
  cameraId,
  name: filledLine(100),
  /** Of the preset to be written over; left out: a new one. */
  token: presetToken.optional(),
});
export type PtzPresetSave = z.infer<typeof ptzPresetSave>;

/** What a camera saw from a preset: a small JPEG, in Base64. */
const presetPicture = z
  .base64('must be Base64')
  .max(maximumPresetPictureCharacters, `must be at most ${maximumPresetPictureCharacters} characters long`)
  .startsWith('/9j/', 'must be a JPEG');
export const ptzPresetPicture = z.object({ token: presetToken, picture: presetPicture });
export const ptzPresetPictureKeep = ptzPresetPicture.extend({ cameraId });
