import fc from 'fast-check';
import { expect, test } from 'vitest';
import { centred, isWhole, panned, whole, type ZoomView, zoomed } from '../../../renderer/zoom/zoom-view.ts';

const part = fc.double({ min: 0, max: 1, noNaN: true });
const point = fc.record({ x: part, y: part });
const factor = fc.double({ min: 0.1, max: 10, noNaN: true });

function isWithin({ scale, x, y }: ZoomView): boolean {
  const most = 1 - 1 / scale + 1e-9;
  return scale >= 1 && x >= 0 && y >= 0 && x <= most && y <= most;
}

test('what is under the pointer stays there as the picture is enlarged', () => {
  fc.assert(
    fc.property(point, fc.double({ min: 1.1, max: 10, noNaN: true }), (at, by) => {
      const view = zoomed(whole, by, at);
      expect(view.x + at.x / view.scale).toBeCloseTo(at.x);
      expect(view.y + at.y / view.scale).toBeCloseTo(at.y);
    }),
  );
});

test('whatever wheel and hand do, only the picture is shown; it is enlarged 12 times at most, and whole again at the end', () => {
  const step = fc.oneof(
    fc.record({ factor, at: point }).map(
      ({ factor: by, at }) =>
        (view: ZoomView) =>
          zoomed(view, by, at),
    ),
    point.map(
      ({ x, y }) =>
        (view: ZoomView) =>
          panned(view, { x: x * 4 - 2, y: y * 4 - 2 }),
    ),
    point.map((at) => (view: ZoomView) => centred(view, at)),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let view = whole;
      for (const does of steps) {
        view = does(view);
        expect(isWithin(view)).toBe(true);
        expect(view.scale).toBeLessThanOrEqual(12);
      }
      expect(isWhole(zoomed(view, 0.01, { x: 0.3, y: 0.9 }))).toBe(true);
    }),
  );
});

test('the picture follows the hand', () => {
  const view = zoomed(whole, 4, { x: 0.5, y: 0.5 });
  const moved = panned(view, { x: 0.2, y: -0.2 });
  expect(moved.x).toBeCloseTo(view.x - 0.05);
  expect(moved.y).toBeCloseTo(view.y + 0.05);
});
