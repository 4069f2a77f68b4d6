import type { Ptz } from '../ptz/ptz.svelte.ts';
import { isStill, still, type Velocity } from '../ptz/velocity.ts';
import type { Station } from '../state/station.svelte.ts';
import { type PadSettings, padVelocity, pressedButtons } from './gamepad-input.ts';
import { loadPadSettings, savePadSettings } from './pad-storage.ts';

/** At the fastest, a second. */
const zoomRate = 3;
const panRate = 0.8;
/** A frame that came later counts as this, in seconds. */
const longestFrame = 0.1;

/**
 * Joysticks, CCTV keyboards and gamepads: sticks move the selected camera, or what is enlarged of its picture; buttons go to presets or
 * tiles. They are read with each frame while one is there and the window has the focus.
 */
export class Gamepads {
  readonly #station: Station;
  readonly #ptz: Ptz;
  readonly #onUse: () => void;
  #settings = $state.raw(loadPadSettings());
  /** Of the devices that are there. */
  #names = $state.raw<readonly string[]>([]);
  #pressed: ReadonlySet<number> = new Set();
  #readAt = 0;
  #isAsking = false;

  /** @param onUse somebody has moved a stick or pressed a button, which is no event of the page */
  constructor(station: Station, ptz: Ptz, onUse: () => void) {
    this.#station = station;
    this.#ptz = ptz;
    this.#onUse = onUse;
  }

  get names(): readonly string[] {
    return this.#names;
  }

  get settings(): PadSettings {
    return this.#settings;
  }

  change(change: Partial<PadSettings>): void {
    this.#settings = { ...this.#settings, ...change };
    savePadSettings(this.#settings);
  }

  /** Runs until the signal is aborted. */
  run(signal: AbortSignal): void {
    let frame = 0;
    const next = (now: number) => {
      frame = 0;
      this.step(now);
      if (this.#names.length > 0) frame = requestAnimationFrame(next);
    };
    const look = () => {
      const names = pads().map(({ id }) => id);
      // Not read back: whoever runs this in an effect would run it for ever.
      this.#names = names;
      if (frame === 0 && names.length > 0) frame = requestAnimationFrame(next);
      if (names.length === 0) this.#ptz.move('gamepad', still);
    };
    addEventListener('gamepadconnected', look, { signal });
    addEventListener('gamepaddisconnected', look, { signal });
    signal.addEventListener('abort', () => cancelAnimationFrame(frame), { once: true });
    look();
  }

  /** Reads all devices once. @param now milliseconds, of the frame */
  step(now: number): void {
    const seconds = Math.min(longestFrame, Math.max(0, (now - this.#readAt) / 1_000));
    this.#readAt = now;
    const before = this.#pressed;
    const all = pads();
    this.#pressed = new Set(all.flatMap((pad) => [...pressedButtons(pad)]));
    const { dialog, locked, ready } = this.#station;
    if (!document.hasFocus() || dialog !== null || locked || !ready) {
      this.#ptz.move('gamepad', still);
      return;
    }
    const velocities = all.map((pad) => padVelocity(pad, this.#settings));
    const velocity = velocities.find((each) => !isStill(each)) ?? still;
    const pressed = [...this.#pressed].filter((button) => !before.has(button));
    if (!isStill(velocity) || pressed.length > 0) this.#onUse();
    this.#move(velocity, seconds);
    for (const button of pressed) this.#press(button + 1);
  }

  #move(velocity: Velocity, seconds: number): void {
    const { wall, zooms } = this.#station;
    if (this.#ptz.camera !== null) {
      this.#ptz.move('gamepad', velocity);
      return;
    }
    if (isStill(velocity)) return;
    const camera = wall.selectedCamera;
    // Taken in hand by its stick.
    if (camera !== null && this.#ptz.canMove(camera)) {
      if (this.#isAsking) return;
      this.#isAsking = true;
      void this.#ptz.toggle().finally(() => {
        this.#isAsking = false;
      });
      return;
    }
    if (velocity.zoom !== 0) zooms.zoomSelected(zoomRate ** (velocity.zoom * seconds));
    const step = panRate * seconds;
    zooms.panSelected({ x: velocity.pan * step, y: -velocity.tilt * step });
  }

  /** @param number of the button, from 1 */
  #press(number: number): void {
    const { wall } = this.#station;
    if (this.#settings.buttons === 'presets' && this.#ptz.camera !== null) void this.#ptz.goToNumber(number);
    else if (number <= wall.size) wall.select(number - 1);
  }
}

/** Chromium's list has holes. */
function pads(): Gamepad[] {
  return navigator.getGamepads().filter((pad) => pad !== null);
}
