import * as z from 'zod';
import { cameraId } from './camera.ts';

/** How many tiles a wall has. */
export const wallSizes = [1, 4, 9, 16, 25] as const;
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

/** The wall that a console opens with. */
export const defaultLayoutId = '00000000-0000-4000-8000-000000000001';
