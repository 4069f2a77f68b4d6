import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ptzKey } from '../../../renderer/ptz/ptz-keys.ts';
import { speedOf } from '../../../renderer/ptz/velocity.ts';

const place = fc.double({ min: -3, max: 3, noNaN: true });

test('a hand turns the camera to its side, faster the farther it is, never faster than the fastest, and not at all where it began', () => {
  expect(speedOf(0.05, -0.05)).toEqual({ x: 0, y: 0 });
  expect(speedOf(2, 0)).toEqual({ x: 1, y: 0 });
  expect(speedOf(0, -1)).toEqual({ x: 0, y: -1 });
  fc.assert(
    fc.property(place, place, fc.double({ min: 0, max: 1, noNaN: true }), (x, y, part) => {
      const speed = speedOf(x, y);
      // Rounded to a twentieth.
      expect(Math.hypot(speed.x, speed.y)).toBeLessThanOrEqual(1.04);
      for (const axis of ['x', 'y'] as const) expect(speed[axis] * { x, y }[axis]).toBeGreaterThanOrEqual(0);
      const nearer = speedOf(x * part, y * part);
      expect(Math.abs(nearer.x)).toBeLessThanOrEqual(Math.abs(speed.x));
      expect(Math.abs(nearer.y)).toBeLessThanOrEqual(Math.abs(speed.y));
    }),
  );
});

test('keys turn, zoom, go home and to presets; what is for the wall or the browser stays theirs', () => {
  const none = { shiftKey: false, ctrlKey: false, altKey: false, metaKey: false };
  const press = (code: string, more: object = {}) => ptzKey({ key: code, code, ...none, ...more });
  const slow = press('ArrowRight');
  const fast = press('ArrowRight', { shiftKey: true });
  expect(slow).toEqual({ kind: 'move', velocity: { pan: 0.4, tilt: 0, zoom: 0 } });
  expect(fast).toEqual({ kind: 'move', velocity: { pan: 1, tilt: 0, zoom: 0 } });
  expect(press('ArrowUp')).toMatchObject({ velocity: { tilt: 0.4 } });
  // On Shift with an American keyboard, a key of its own with a German one.
  for (const more of [
    { key: '+', code: 'Equal', shiftKey: true },
    { key: '+', code: 'BracketRight' },
  ])
    expect(press('', more)).toMatchObject({ velocity: { zoom: 0.4 } });
  expect(press('Slash', { key: '-' })).toMatchObject({ velocity: { zoom: -0.4 } });
  expect(press('Home')).toEqual({ kind: 'home' });
  expect(press('Numpad3', { key: '3' })).toEqual({ kind: 'preset', number: 3 });
  expect(press('Digit3', { key: '#', shiftKey: true })).toBeNull();
  expect(press('ArrowRight', { ctrlKey: true })).toBeNull();
  expect(press('KeyF', { key: 'f' })).toBeNull();
});
