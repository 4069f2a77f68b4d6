/** So many times larger than the small picture a tile gets the large one, and so few times it gives it back. */
const gainFactor = 1.5;
const loseFactor = 1.25;

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Whether a tile shows so much more of the main stream that it is worth receiving.
 * @param tile on the screen; the picture fills one side of it, which on a phone is its width
 * @param small the sub-stream's picture; null: not known
 * @param hasMain what it shows now
 */
export function deservesMain(tile: Size, small: Size | null, hasMain: boolean): boolean {
  if (small === null) return false;
  const scale = Math.min(tile.width / small.width, tile.height / small.height);
  return scale > (hasMain ? loseFactor : gainFactor);
}
