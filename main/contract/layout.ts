import * as z from 'zod';
import { cameraId } from './camera.ts';
import { grids, maximumLayouts, maximumLayoutTiles } from './limits.ts';
import { filledLine } from './text.ts';

export const layoutId = z.uuid();

/** A named wall. No tiles at all means: every camera in its order, page by page. */
export const layout = z.object({
  id: layoutId,
  name: filledLine(60),
  grid: z.enum(grids),
  /** Row by row, page by page; null is an empty tile. A camera that does not exist is one, too. */
  tiles: z.array(cameraId.nullable()).max(maximumLayoutTiles),
});
export type Layout = z.infer<typeof layout>;

export const layoutRename = z.object({ id: layoutId, name: filledLine(60) });
export const layoutsReorder = z.object({ ids: z.array(layoutId).min(1).max(maximumLayouts) });

/** First all layouts in their order, then what changed. */
export const layoutEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), layouts: z.array(layout) }),
  z.object({ type: z.literal('layout'), layout }),
  z.object({ type: z.literal('removed'), layoutId }),
  z.object({ type: z.literal('order'), layoutIds: z.array(layoutId) }),
]);
export type LayoutEvent = z.infer<typeof layoutEvent>;
