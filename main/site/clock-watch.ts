import { explainDatabaseError } from '../store/database.ts';

const lookMilliseconds = 10_000;
/** Less is a clock that is being corrected. */
const jumpMilliseconds = 60_000;

/** Notices when the computer's clock is set, or when the computer slept: times and histories are not what they seem then. */
export class ClockWatch implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #offset: number;

  /**
   * @param onJump gets by how many milliseconds the clock was set forward; negative is back. When it cannot write that down,
   *   it gets it again at the next look
   */
  constructor(
    onJump: (milliseconds: number) => void,
    clocks: { time: () => number; monotonic: () => number } = {
      time: () => Date.now(),
      monotonic: () => performance.now(),
    },
  ) {
    const read = () => clocks.time() - clocks.monotonic();
    this.#offset = read();
    this.#timer = setInterval(() => {
      const offset = read();
      const jump = offset - this.#offset;
      try {
        if (Math.abs(jump) >= jumpMilliseconds) onJump(jump);
        this.#offset = offset;
      } catch (error) {
        // A full disk takes no notice, and must not end the engine.
        if (explainDatabaseError(error) === undefined) throw error;
      }
    }, lookMilliseconds);
    this.#timer.unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** What a jump means, for the person who reads it. @param milliseconds forward; negative is back */
export function clockJumpWords(milliseconds: number): string {
  const minutes = Math.round(Math.abs(milliseconds) / 60_000);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const long = days > 1 ? `${days} days` : hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
  // The monotonic clock stands still while a computer sleeps.
  return milliseconds > 0
    ? `This computer slept for ${long}, or its clock was set forward. If nobody put it to sleep, check its time.`
    : `The clock of this computer was set back by ${long}. What was recorded before that has later times than it should: check time and time zone.`;
}
