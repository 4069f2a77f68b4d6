import * as z from 'zod';
import { cameraId } from './camera.ts';
import { gridLengths, grids, maximumGridLines, maximumLayouts, maximumLayoutTiles } from './limits.ts';
import { filledLine } from './text.ts';
import { dwell, tileOf } from './tile.ts';

export const layoutId = z.uuid();

const gridLengthList = z
  .array(z.int().min(gridLengths.smallest).max(gridLengths.largest))
  .min(1)
  .max(maximumGridLines);

/** Cells of a grid that lie together, counted from the upper left one. */
const gridArea = z.strictObject({
  column: z.int().min(0),
  row: z.int().min(0),
  columns: z.int().min(1).max(maximumGridLines),
  rows: z.int().min(1).max(maximumGridLines),
});
export type GridArea = z.infer<typeof gridArea>;

/** A grid that somebody has drawn: relative widths and heights, and the cells that are one tile together. */
export const freeGrid = z
  .strictObject({
    columns: gridLengthList,
    rows: gridLengthList,
    merged: z.array(gridArea).max((maximumGridLines * maximumGridLines) / 2),
  })
  .superRefine(({ columns, rows, merged }, context) => {
    const taken = new Set<number>();
    for (const [index, area] of merged.entries()) {
      const isInside = area.column + area.columns <= columns.length && area.row + area.rows <= rows.length;
      const cells = isInside ? cellsOf(area) : [];
      const isFree = cells.length > 1 && cells.every((cell) => !taken.has(cell));
      for (const cell of cells) taken.add(cell);
      if (!isFree) {
        const message = 'must be several cells of the grid, none of them part of another tile';
        context.addIssue({ code: 'custom', path: ['merged', index], message });
      }
    }
  });
export type FreeGrid = z.infer<typeof freeGrid>;

function cellsOf({ column, row, columns, rows }: GridArea): number[] {
  return Array.from({ length: columns * rows }, (_, index) => {
    return (row + Math.floor(index / columns)) * maximumGridLines + column + (index % columns);
  });
}

/** A named wall. No tiles at all means: every camera in its order, page by page. */
export const layout = z.object({
  id: layoutId,
  name: filledLine(60),
  /** One of the usual shapes, or one of its own. */
  grid: z.union([z.enum(grids), freeGrid], 'must be a usual shape, such as "9", or a grid of its own'),
  /** Row by row, page by page. A camera that does not exist is an empty tile. */
  tiles: z.array(tileOf(cameraId)).max(maximumLayoutTiles),
  /** How long a tour of walls stays at each of its pages; left out: such a tour passes it over. */
  tourSeconds: dwell.optional(),
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
