/** So many times larger than the small picture a tile gets the large one, and so few times it gives it back. */
const gainFactor = 1.5;
const loseFactor = 1.25;

/**
 * Whether a tile of a wall of few shows so much more of the main stream that it is worth receiving.
 * @param tileHeight in pixels of the screen
 * @param smallHeight of the sub-stream's picture; null: not known
 * @param hasMain what it shows now
 */
export function deservesMain(tileHeight: number, smallHeight: number | null, hasMain: boolean): boolean {
  return smallHeight !== null && tileHeight > smallHeight * (hasMain ? loseFactor : gainFactor);
}
