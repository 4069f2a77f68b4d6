/** -1 … 1; zoom 0 … 1. */
export interface Position {
  readonly pan: number;
  readonly tilt: number;
  readonly zoom: number;
}

interface AxisMotion {
  readonly from: number;
  readonly to: number;
  /** Per second. */
  readonly speed: number;
  /** `performance.now()`. */
  readonly startedAt: number;
  readonly endsAt: number;
}

const axes = ['pan', 'tilt', 'zoom'] as const;
type Axis = (typeof axes)[number];
const lowest: Position = { pan: -1, tilt: -1, zoom: 0 };
const fastest = 0.5;

/** Moves a virtual camera: where it looks is worked out when somebody asks. Times are `performance.now()`. */
export class Motor {
  readonly #motions = new Map<Axis, AxisMotion>();
  #rest: Position = { pan: 0, tilt: 0, zoom: 0 };

  position(now: number): Position {
    const at = (axis: Axis) => {
      const motion = this.#motions.get(axis);
      return motion === undefined ? this.#rest[axis] : placeOf(motion, now);
    };
    return { pan: at('pan'), tilt: at('tilt'), zoom: at('zoom') };
  }

  isMoving(now: number): boolean {
    return [...this.#motions.values()].some((motion) => {
      const arrives = motion.startedAt + (Math.abs(motion.to - motion.from) / motion.speed) * 1_000;
      return motion.to !== motion.from && now < Math.min(motion.endsAt, arrives);
    });
  }

  /** @param velocity -1 … 1, of half the range a second; an axis that is left out goes on */
  drive(velocity: Partial<Position>, milliseconds: number, now: number): void {
    for (const axis of axes) {
      const speed = velocity[axis];
      if (speed === undefined) continue;
      const end = speed > 0 ? 1 : speed < 0 ? lowest[axis] : undefined;
      const from = this.position(now)[axis];
      this.#motions.set(axis, {
        from,
        to: end ?? from,
        speed: Math.abs(speed) * fastest || fastest,
        startedAt: now,
        endsAt: now + milliseconds,
      });
    }
  }

  /** @param target an axis that is left out stays */
  goTo(target: Partial<Position>, now: number): void {
    for (const axis of axes) {
      const to = target[axis];
      if (to === undefined) continue;
      this.#motions.set(axis, {
        from: this.position(now)[axis],
        to: Math.min(1, Math.max(lowest[axis], to)),
        speed: fastest,
        startedAt: now,
        endsAt: Number.POSITIVE_INFINITY,
      });
    }
  }

  stop(now: number): void {
    this.#rest = this.position(now);
    this.#motions.clear();
  }
}

function placeOf({ from, to, speed, startedAt, endsAt }: AxisMotion, now: number): number {
  const moved = (speed * (Math.min(now, endsAt) - startedAt)) / 1_000;
  return to > from ? Math.min(to, from + moved) : Math.max(to, from - moved);
}
