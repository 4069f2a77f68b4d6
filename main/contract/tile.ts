import * as z from 'zod';
import { maximumTourCameras, tourSeconds } from './limits.ts';

/** How long a tour stays at each of its stops: seconds. */
export const dwell = z
  .int()
  .min(tourSeconds.shortest, `must be at least ${tourSeconds.shortest} seconds`)
  .max(tourSeconds.longest, `must be at most ${tourSeconds.longest} seconds`);

/**
 * What one tile of a wall shows: a camera; null, nothing; or what behaves in a way of its own.
 * @param camera what a camera goes by: its id, in a site file its key
 */
export function tileOf<Camera extends z.ZodType<string>>(camera: Camera) {
  return z.union([
    camera,
    /** This camera, which nothing takes its place: neither a number that is typed, nor an alarm, nor what is dropped on it. */
    z.strictObject({ shows: z.literal('pinned'), camera }),
    /** What is selected elsewhere, or has an alarm. */
    z.strictObject({ shows: z.literal('hotspot') }),
    /** One camera after the other. */
    z.strictObject({
      shows: z.literal('tour'),
      cameras: z.array(camera).min(1).max(maximumTourCameras),
      seconds: dwell,
    }),
    z.null(),
  ]);
}

/** The same as a type, whichever way cameras are named. */
export type Tile = z.infer<ReturnType<typeof tileOf<z.ZodType<string>>>>;
export type TourTile = Extract<Tile, { readonly shows: 'tour' }>;
