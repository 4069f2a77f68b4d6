import type { WallSize } from '../../main/contract/layout.ts';
import { wallSizes } from '../../main/contract/limits.ts';

/** Tiles in a row of each wall; every wall is as high as it is wide. */
export const wallColumns: Record<WallSize, number> = { 1: 1, 4: 2, 9: 3, 16: 4, 25: 5 };

/** The smallest wall with a tile for each camera, at most the largest one and never a single tile. */
export function fittingSize(cameras: number): WallSize {
  return wallSizes.find((size) => size > 1 && size >= cameras) ?? 25;
}

export type Direction = 'left' | 'right' | 'up' | 'down';

/** The tile beside `index` in a wall of `size` tiles; the same tile at the edge. */
export function neighbour(index: number, direction: Direction, size: WallSize): number {
  const columns = wallColumns[size];
  const column = index % columns;
  switch (direction) {
    case 'left':
      return column === 0 ? index : index - 1;
    case 'right':
      return column === columns - 1 ? index : index + 1;
    case 'up':
      return index < columns ? index : index - columns;
    case 'down':
      return index + columns >= size ? index : index + columns;
    default:
      return direction satisfies never;
  }
}
