import * as z from 'zod';
import { wallPlace } from '../contract/shell.ts';

/** In device-independent pixels, of the desktop that all displays make up. */
export const rectangle = z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) });
export type Rectangle = z.infer<typeof rectangle>;

/** One window as it was, to be opened again like that. */
export const windowState = z.object({
  bounds: rectangle,
  /** Of the display that it was on. */
  display: rectangle,
  isMaximised: z.boolean(),
  isFullScreen: z.boolean(),
  place: wallPlace.nullable(),
});
export type WindowState = z.infer<typeof windowState>;

/** What is known of a display. */
export interface DisplayArea {
  readonly bounds: Rectangle;
  /** Without task bars. */
  readonly workArea: Rectangle;
}

/** More are neither opened nor remembered. */
export const maximumWindows = 16;
export const minimumSize = { width: 640, height: 420 };
const firstSize = { width: 1280, height: 760 };
/** So much of a window must be on one display for a hand to find it. */
const graspable = { width: 160, height: 90 };

/** Pixels that both have, as a size; negative when they are apart. */
function shared(one: Rectangle, other: Rectangle): { width: number; height: number } {
  return {
    width: Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x),
    height: Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y),
  };
}

/** Whether both have the same place and size. */
export function isSame(one: Rectangle, other: Rectangle): boolean {
  return one.x === other.x && one.y === other.y && one.width === other.width && one.height === other.height;
}

/** Whether the display on which a window was is there, as it was. */
export function hasDisplay(state: WindowState, displays: readonly DisplayArea[]): boolean {
  return displays.some(({ bounds }) => isSame(bounds, state.display));
}

/** The first display on which none of these windows is; undefined when there is one on each. */
export function freeDisplay(
  displays: readonly DisplayArea[],
  windows: readonly Rectangle[],
): DisplayArea | undefined {
  return displays.find(({ bounds }) => {
    return !windows.some((window) => {
      const { width, height } = shared(window, bounds);
      return width >= graspable.width && height >= graspable.height;
    });
  });
}

/** The middle of a display, in the size given or as large as the display allows. */
function centred(size: { width: number; height: number }, { workArea }: DisplayArea): Rectangle {
  const width = Math.min(size.width, workArea.width);
  const height = Math.min(size.height, workArea.height);
  return {
    x: workArea.x + Math.floor((workArea.width - width) / 2),
    y: workArea.y + Math.floor((workArea.height - height) / 2),
    width,
    height,
  };
}

/**
 * Where a window opens: as it was, or, when its display is missing, in the middle of the first one, so that it is never
 * where nobody can see it.
 * @param displays at least one, the primary one first
 */
export function openingBounds(state: WindowState | undefined, displays: readonly DisplayArea[]): Rectangle {
  const [primary] = displays;
  if (primary === undefined) return { x: 0, y: 0, ...firstSize };
  if (state === undefined) return centred(firstSize, primary);
  const { bounds } = state;
  const isInReach = displays.some(({ workArea }) => {
    const { width, height } = shared(bounds, workArea);
    return width >= graspable.width && height >= graspable.height;
  });
  return isInReach ? bounds : centred(bounds, primary);
}
