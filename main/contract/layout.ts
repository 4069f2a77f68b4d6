import * as z from 'zod';
import { cameraId } from './camera.ts';
import { wallSizes } from './limits.ts';

export const wallSize = z.literal([...wallSizes]);
export type WallSize = z.infer<typeof wallSize>;

/** A named wall. No tiles at all means: every camera in its order, page by page. */
export const layout = z.object({
  id: z.uuid(),
  name: z.string().trim().min(1).max(100),
  size: wallSize,
  tiles: z.array(cameraId.nullable()).max(25),
});
export type Layout = z.infer<typeof layout>;
