import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type DisplayArea,
  freeDisplay,
  hasDisplay,
  openingBounds,
  type Rectangle,
  type WindowState,
} from '../../../main/desktop/window-state.ts';

const display = (x: number, y: number, width: number, height: number): DisplayArea => ({
  bounds: { x, y, width, height },
  workArea: { x, y: y + 30, width, height: height - 30 },
});
const left = display(0, 0, 1920, 1080);
const right = display(1920, 0, 2560, 1440);
const state = (bounds: Rectangle, on: DisplayArea): WindowState => ({
  bounds,
  display: on.bounds,
  isMaximised: false,
  isFullScreen: false,
  place: null,
});
const onRight = state({ x: 2000, y: 100, width: 1000, height: 700 }, right);

test('a window opens where it was', () => {
  expect(openingBounds(onRight, [left, right])).toEqual(onRight.bounds);
  expect(hasDisplay(onRight, [left, right])).toBe(true);
});

test('a window whose display is missing opens in the middle of the first one, in its size', () => {
  expect(openingBounds(onRight, [left])).toEqual({ x: 460, y: 205, width: 1000, height: 700 });
  expect(hasDisplay(onRight, [left])).toBe(false);
});

test('a window larger than the display that is left gets as large as that is', () => {
  const large = state({ x: 1920, y: 0, width: 2560, height: 1440 }, right);
  expect(openingBounds(large, [left])).toEqual(left.workArea);
});

test('one more window goes to a display that has none, and nowhere of its own when there is one on each', () => {
  expect(freeDisplay([left, right], [{ x: 100, y: 100, width: 1280, height: 760 }])).toBe(right);
  expect(freeDisplay([left, right], [{ x: 1800, y: 100, width: 1280, height: 760 }])).toBe(left);
  expect(freeDisplay([left], [{ x: 100, y: 100, width: 1280, height: 760 }])).toBeUndefined();
});

test('the first window of all opens in the middle', () => {
  expect(openingBounds(undefined, [left])).toEqual({ x: 320, y: 175, width: 1280, height: 760 });
});

test('wherever displays are, a hand finds the window', () => {
  const rectangle = fc.record({
    x: fc.integer({ min: -10_000, max: 10_000 }),
    y: fc.integer({ min: -10_000, max: 10_000 }),
    width: fc.integer({ min: 640, max: 8_000 }),
    height: fc.integer({ min: 420, max: 5_000 }),
  });
  const area = rectangle.map(({ x, y, width, height }) => display(x, y, width, height));
  fc.assert(
    fc.property(rectangle, area, fc.array(area, { minLength: 1, maxLength: 4 }), (bounds, was, displays) => {
      const opened = openingBounds(state(bounds, was), displays);
      const visible = displays.some(({ workArea }) => {
        const width =
          Math.min(opened.x + opened.width, workArea.x + workArea.width) - Math.max(opened.x, workArea.x);
        const height =
          Math.min(opened.y + opened.height, workArea.y + workArea.height) - Math.max(opened.y, workArea.y);
        return width >= 160 && height >= 90;
      });
      expect(visible).toBe(true);
    }),
  );
});
