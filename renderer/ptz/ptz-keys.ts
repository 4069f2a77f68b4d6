import type { Velocity } from './velocity.ts';

/** What keys do while a camera is moved. Keys that turn or zoom do so for as long as they are held. */
export type PtzKey =
  | { readonly kind: 'move'; readonly velocity: Velocity }
  | { readonly kind: 'home' }
  | { readonly kind: 'preset'; readonly number: number };

/** Of the fastest, without Shift. */
const usualSpeed = 0.4;

const directions: Readonly<Record<string, Velocity>> = {
  ArrowLeft: { pan: -1, tilt: 0, zoom: 0 },
  ArrowRight: { pan: 1, tilt: 0, zoom: 0 },
  ArrowUp: { pan: 0, tilt: 1, zoom: 0 },
  ArrowDown: { pan: 0, tilt: -1, zoom: 0 },
  NumpadAdd: { pan: 0, tilt: 0, zoom: 1 },
  NumpadSubtract: { pan: 0, tilt: 0, zoom: -1 },
  PageUp: { pan: 0, tilt: 0, zoom: 1 },
  PageDown: { pan: 0, tilt: 0, zoom: -1 },
};
const zooms: Readonly<Record<string, 1 | -1>> = { '+': 1, '-': -1 };

/** Null: a key of the wall. */
export function ptzKey({
  key,
  code,
  shiftKey,
  ctrlKey,
  altKey,
  metaKey,
}: Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey' | 'ctrlKey' | 'altKey' | 'metaKey'>): PtzKey | null {
  if (ctrlKey || altKey || metaKey) return null;
  const zoom = zooms[key];
  const direction = zoom === undefined ? directions[code] : { pan: 0, tilt: 0, zoom };
  if (direction !== undefined) {
    // Plus is on Shift with many keyboards.
    const speed = shiftKey && zoom === undefined ? 1 : usualSpeed;
    const { pan, tilt, zoom: closer } = direction;
    return { kind: 'move', velocity: { pan: pan * speed, tilt: tilt * speed, zoom: closer * speed } };
  }
  if (shiftKey) return null;
  if (key === 'Home') return { kind: 'home' };
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(code)?.[1];
  return digit === undefined ? null : { kind: 'preset', number: Number(digit) };
}
