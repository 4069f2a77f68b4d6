/** Which part of a tile is shown: its left upper corner, 0 … 1 of width and height, and how many times it is enlarged. */
export interface ZoomView {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

/** Of width and height of the tile, 0 … 1. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export const whole: ZoomView = { scale: 1, x: 0, y: 0 };
export const middle: Point = { x: 0.5, y: 0.5 };

/** More shows only larger pixels. */
const largestScale = 12;
/** What is enlarged by less than this is meant to be whole again. */
const smallestScale = 1.02;

export function isWhole({ scale }: ZoomView): boolean {
  return scale === 1;
}

/** Enlarged by a factor more, or less; what is under the point stays there. */
export function zoomed(view: ZoomView, factor: number, at: Point): ZoomView {
  const scale = Math.min(largestScale, view.scale * factor);
  if (!(scale >= smallestScale)) return whole;
  return within({
    scale,
    x: view.x + at.x / view.scale - at.x / scale,
    y: view.y + at.y / view.scale - at.y / scale,
  });
}

/** The picture follows a hand. @param by how far the hand went, of width and height of the tile */
export function panned(view: ZoomView, by: Point): ZoomView {
  return within({ scale: view.scale, x: view.x - by.x / view.scale, y: view.y - by.y / view.scale });
}

/** With a point of the whole in its middle. */
export function centred(view: ZoomView, at: Point): ZoomView {
  const half = 0.5 / view.scale;
  return within({ scale: view.scale, x: at.x - half, y: at.y - half });
}

/** Nothing is shown that is beside the tile. */
function within({ scale, x, y }: ZoomView): ZoomView {
  const most = 1 - 1 / scale;
  const clamp = (value: number) => Math.min(most, Math.max(0, value));
  return { scale, x: clamp(x), y: clamp(y) };
}
