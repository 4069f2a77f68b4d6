import { isStill, sameVelocity, still, type Velocity } from './velocity.ts';

/** A move that is not said again within a second ends: at the camera, and in the engine. */
export const moveSeconds = 1;
const renewMilliseconds = 400;
/** So long one speed stays at least: no camera follows faster. */
const shortestMilliseconds = 80;

/**
 * Says to one camera how it is to move, until it stands again. While an answer is on its way only the newest wish is kept, so that a slow
 * camera is not flooded.
 */
export class PtzPump {
  readonly #move: (velocity: Velocity) => Promise<boolean>;
  readonly #stop: () => Promise<void>;
  #wanted = still;
  #running: Promise<void> | null = null;
  #wake: () => void = () => {};

  /** @param options.move whether it was done: else the drive ends. Neither rejects */
  constructor(options: { move: (velocity: Velocity) => Promise<boolean>; stop: () => Promise<void> }) {
    this.#move = options.move;
    this.#stop = options.stop;
  }

  set(velocity: Velocity): void {
    if (sameVelocity(velocity, this.#wanted)) return;
    this.#wanted = velocity;
    this.#wake();
    if (isStill(velocity)) return;
    this.#running ??= this.#run();
  }

  /** Stands still, whatever is pressed; resolves when the camera was told. */
  async release(): Promise<void> {
    this.set(still);
    await this.#running;
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    for (;;) {
      const velocity = this.#wanted;
      if (isStill(velocity)) {
        await this.#stop();
        if (!isStill(this.#wanted)) continue;
        this.#running = null;
        return;
      }
      if (!(await this.#move(velocity))) {
        // What is pressed has to be pressed anew.
        this.#wanted = still;
        this.#running = null;
        return;
      }
      await wait(shortestMilliseconds);
      if (sameVelocity(velocity, this.#wanted)) await this.#changed();
    }
  }

  async #changed(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timeout = setTimeout(resolve, renewMilliseconds - shortestMilliseconds);
    await promise;
    clearTimeout(timeout);
    this.#wake = () => {};
  }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
