import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type PadReading, padVelocity, usualPadSettings } from '../../../renderer/gamepad/gamepad-input.ts';
import { Gamepads } from '../../../renderer/gamepad/gamepads.svelte.ts';
import type { Ptz } from '../../../renderer/ptz/ptz.svelte.ts';
import type { Velocity } from '../../../renderer/ptz/velocity.ts';
import type { Station } from '../../../renderer/state/station.svelte.ts';

const released = { pressed: false, value: 0 };
const pressed = { pressed: true, value: 1 };

function pad(axes: number[], buttons: number[] = [], mapping = ''): PadReading {
  return {
    axes,
    buttons: Array.from({ length: 16 }, (_, at) => (buttons.includes(at) ? pressed : released)),
    mapping,
  };
}

let plugged: (PadReading | null)[];
let hasFocus: boolean;

beforeEach(() => {
  plugged = [];
  hasFocus = true;
  vi.stubGlobal('navigator', { getGamepads: () => plugged });
  vi.stubGlobal('document', { hasFocus: () => hasFocus });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

/** A window with a selected camera. */
function open({ canMove = true, isMoved = false } = {}) {
  const done: unknown[] = [];
  const camera = { id: 'gate' };
  const ptz = {
    camera: isMoved ? camera : null,
    canMove: () => canMove,
    move: (_: string, velocity: Velocity) => void done.push(velocity),
    toggle: async () => void done.push('taken in hand'),
    goToNumber: async (number: number) => void done.push(`preset ${number}`),
  };
  const station = {
    ...{ dialog: null as object | null, locked: false, ready: true },
    wall: { selectedCamera: camera, size: 9, select: (tile: number) => done.push(`tile ${tile}`) },
    zooms: {
      zoomSelected: (factor: number) => done.push(factor > 1 ? 'enlarged' : 'less'),
      panSelected: ({ x, y }: { x: number; y: number }) => done.push(['pan', Math.sign(x), Math.sign(y)]),
    },
  };
  let uses = 0;
  const gamepads = new Gamepads(station as unknown as Station, ptz as unknown as Ptz, () => uses++);
  let now = 0;
  const read = (...readings: (PadReading | null)[]) => {
    plugged = readings;
    done.length = 0;
    now += 50;
    gamepads.step(now);
    return [...done];
  };
  const used = () => {
    const before = uses;
    uses = 0;
    return before > 0;
  };
  return { gamepads, station, read, used };
}

const still = { pan: 0, tilt: 0, zoom: 0 };

test('a stick moves the camera as far as it is moved; what does not come back to its middle moves nothing', () => {
  expect(padVelocity(pad([0.1, -0.12, 0.05]), usualPadSettings)).toEqual(still);
  expect(padVelocity(pad([1, 0, 0]), usualPadSettings)).toEqual({ pan: 1, tilt: 0, zoom: 0 });
  // Pushed away it looks up, unless somebody wants it otherwise.
  expect(padVelocity(pad([0, -1]), usualPadSettings).tilt).toBe(1);
  expect(padVelocity(pad([0, -1]), { ...usualPadSettings, invertsTilt: true }).tilt).toBe(-1);
  const half = padVelocity(pad([0.6, 0]), usualPadSettings).pan;
  expect(half).toBeGreaterThan(0);
  expect(half).toBeLessThan(0.6);
  // Twisted, or by the right stick and the triggers where the browser knows which they are.
  expect(padVelocity(pad([0, 0, -1]), usualPadSettings).zoom).toBe(-1);
  expect(padVelocity(pad([0, 0, -1, -1], [], 'standard'), usualPadSettings).zoom).toBe(1);
  expect(padVelocity(pad([0, 0, 0, 0], [6], 'standard'), usualPadSettings).zoom).toBe(-1);
  expect(padVelocity(pad([Number.NaN]), usualPadSettings)).toEqual(still);
});

test('the stick takes a camera with PTZ in hand and moves it, and lets it go in its middle', () => {
  expect(open().read(pad([1, 0]))).toEqual(['taken in hand']);
  const { read } = open({ isMoved: true });
  expect(read(null, pad([1, 0]))).toEqual([{ pan: 1, tilt: 0, zoom: 0 }]);
  expect(read(null, pad([0, 0]))).toEqual([still]);
});

test('of a camera that cannot be moved the picture is enlarged, and moved', () => {
  const { read } = open({ canMove: false });
  expect(read(pad([0, 0, 0]))).toEqual([]);
  expect(read(pad([0, 0, 1]))[0]).toBe('enlarged');
  expect(read(pad([1, -1, 0]))).toEqual([['pan', 1, -1]]);
});

test('a button goes to a preset while a camera is moved, else to a tile; once for each press', () => {
  const moved = open({ isMoved: true });
  expect(moved.read(pad([0, 0], [2]))).toContain('preset 3');
  expect(moved.read(pad([0, 0], [2]))).not.toContain('preset 3');
  moved.gamepads.change({ buttons: 'tiles' });
  expect(moved.read(pad([0, 0], [4]))).toContain('tile 4');
  expect(open().read(pad([0, 0], [0]))).toEqual(['tile 0']);
  expect(open().read(pad([0, 0], [12]))).toEqual([]);
});

test('in another window, behind a dialog and on a locked console it moves nothing', () => {
  const { read, station } = open({ isMoved: true });
  hasFocus = false;
  expect(read(pad([1, 0], [1]))).toEqual([still]);
  hasFocus = true;
  // A button that was pressed meanwhile is not pressed now.
  expect(read(pad([0, 0], [1]))).toEqual([still]);
  station.dialog = {};
  expect(read(pad([1, 0]))).toEqual([still]);
  station.dialog = null;
  station.locked = true;
  expect(read(pad([1, 0]))).toEqual([still]);
});

test('a stick that is held and a button are use of the console, so that it is not locked and no tour goes on; a device that lies there is none', () => {
  const { read, used, station } = open({ isMoved: true });
  read(pad([0, 0]));
  expect(used()).toBe(false);
  read(pad([1, 0]));
  read(pad([1, 0]));
  expect(used()).toBe(true);
  read(pad([0, 0], [2]));
  expect(used()).toBe(true);
  read(pad([0, 0], [2]));
  expect(used()).toBe(false);
  station.locked = true;
  read(pad([1, 0]));
  expect(used()).toBe(false);
});
