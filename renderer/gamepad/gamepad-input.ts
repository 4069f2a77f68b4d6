import { speedOf, type Velocity } from '../ptz/velocity.ts';

/** What this module reads of the browser's `Gamepad` (W3C Gamepad). */
export interface PadReading {
  /** -1 … 1: to the right and downwards. */
  readonly axes: readonly number[];
  readonly buttons: readonly { readonly pressed: boolean; readonly value: number }[];
  /** `standard` where the browser knows which axis and button is which. */
  readonly mapping: string;
}

/** Of this computer, which the device is plugged into. */
export interface PadSettings {
  /** How far a stick must be moved before it counts, 0 … 0.5: worn ones do not come back to the middle. */
  readonly deadZone: number;
  /** Pushing the stick away tilts downwards, as in an aeroplane. */
  readonly invertsTilt: boolean;
  /** `presets`: while a camera is moved its presets, else tiles. */
  readonly buttons: 'presets' | 'tiles';
}

export const usualPadSettings: PadSettings = { deadZone: 0.15, invertsTilt: false, buttons: 'presets' };

/** Of the standard mapping. */
const standard = { zoomAxis: 3, zoomIn: 7, zoomOut: 6 } as const;
/** Twisting the stick of a joystick or of a CCTV keyboard. */
const twistAxis = 2;

/** How sticks and triggers want the camera to move. */
export function padVelocity(pad: PadReading, { deadZone, invertsTilt }: PadSettings): Velocity {
  const axis = (index: number) => beyond(pad.axes[index] ?? 0, deadZone);
  const y = axis(1) * (invertsTilt ? 1 : -1);
  const { x: pan, y: tilt } = speedOf(axis(0), y);
  const trigger = (index: number) => pad.buttons[index]?.value ?? 0;
  const zoom =
    pad.mapping === 'standard'
      ? -axis(standard.zoomAxis) + trigger(standard.zoomIn) - trigger(standard.zoomOut)
      : axis(twistAxis);
  return { pan, tilt, zoom: speedOf(Math.min(1, Math.max(-1, zoom)), 0).x };
}

/** The buttons that are pressed, triggers of the standard mapping left out: they zoom. */
export function pressedButtons({ buttons, mapping }: PadReading): ReadonlySet<number> {
  const zooms = mapping === 'standard' ? [standard.zoomIn, standard.zoomOut] : [];
  return new Set(
    buttons.flatMap(({ pressed }, index) => (pressed && !(zooms as number[]).includes(index) ? [index] : [])),
  );
}

/** The rest of the way counts from 0 to 1; what is no number is the middle. */
function beyond(value: number, deadZone: number): number {
  const size = Math.min(1, Math.abs(value));
  return size > deadZone ? (Math.sign(value) * (size - deadZone)) / (1 - deadZone) : 0;
}
