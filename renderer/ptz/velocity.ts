/** Of the fastest, -1 … 1: to the right, upwards, closer. */
export interface Velocity {
  readonly pan: number;
  readonly tilt: number;
  readonly zoom: number;
}

export const still: Velocity = { pan: 0, tilt: 0, zoom: 0 };

/** A hand is never quite still. Of the way to the fastest. */
const deadZone = 0.08;

export function isStill({ pan, tilt, zoom }: Velocity): boolean {
  return pan === 0 && tilt === 0 && zoom === 0;
}

export function sameVelocity(one: Velocity, other: Velocity): boolean {
  return one.pan === other.pan && one.tilt === other.tilt && one.zoom === other.zoom;
}

/**
 * The speed of a hand that is so far from where it began: the direction is kept, and the middle is fine.
 * @param x, y -1 … 1 of the way to the fastest, to the right and upwards; what is more counts as that
 * @returns -1 … 1 each, in steps of a twentieth, so that a trembling hand says the same
 */
export function speedOf(x: number, y: number): { readonly x: number; readonly y: number } {
  const distance = Math.hypot(x, y);
  if (distance <= deadZone) return { x: 0, y: 0 };
  const reach = (Math.min(distance, 1) - deadZone) / (1 - deadZone);
  const speed = reach ** 1.6 / distance;
  const rounded = (value: number) => Math.round(value * 20) / 20 || 0;
  return { x: rounded(x * speed), y: rounded(y * speed) };
}
