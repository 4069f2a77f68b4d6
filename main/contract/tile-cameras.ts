import type { Tile } from './tile.ts';

/*
 * What both sides ask of a tile. Without schemas, so that the page can import it without importing zod.
 */

/** The cameras that are named in a tile. */
export function camerasOfTile(tile: Tile): readonly string[] {
  if (tile === null) return [];
  if (typeof tile === 'string') return [tile];
  switch (tile.shows) {
    case 'pinned':
      return [tile.camera];
    case 'hotspot':
      return [];
    case 'tour':
      return tile.cameras;
    default:
      return tile satisfies never;
  }
}

/** The same tile with its cameras named in another way. @param nameOf null: there is no such camera */
export function renamedTile(tile: Tile, nameOf: (camera: string) => string | null): Tile {
  if (tile === null) return null;
  if (typeof tile === 'string') return nameOf(tile);
  switch (tile.shows) {
    case 'pinned': {
      const camera = nameOf(tile.camera);
      return camera === null ? null : { ...tile, camera };
    }
    case 'hotspot':
      return tile;
    case 'tour': {
      const cameras = tile.cameras.map(nameOf).filter((camera) => camera !== null);
      return cameras.length === 0 ? null : { ...tile, cameras };
    }
    default:
      return tile satisfies never;
  }
}
