/** How often the page says that it has time, and its watchdog looks whether it did: milliseconds. */
export const beatMilliseconds = 1_000;
const lookMilliseconds = 500;
/** Without a beat for so long the page has no time: nobody there judges its pictures any more. */
const silenceMilliseconds = 3_000;
/** More than this from look to look is time that the watchdog itself did not have: the computer slept, or everything is slow. */
const longestLook = 1_000;

/** What a page says to its watchdog, which is in a thread of its own. */
export type WatchdogMessage =
  | { readonly kind: 'beat' }
  /** Nobody sees the page: its beats may come late, and mean nothing. */
  | { readonly kind: 'rest' }
  /** Where to draw, and how. */
  | {
      readonly kind: 'cover';
      readonly wash: OffscreenCanvas;
      readonly panel: OffscreenCanvas;
      readonly look: VeilLook;
    };

/** Of a veil, in the page's own words and colours. */
export interface VeilLook {
  /** `{seconds}` stands for how long the page has had no time. */
  readonly words: string;
  readonly direction: 'ltr' | 'rtl';
  /** CSS. */
  readonly scrim: string;
  readonly ground: string;
  readonly text: string;
  readonly font: string;
}

/** Tells when a page has no time: its own checks of its pictures need some. */
export class Watchdog {
  readonly #bark: (seconds: number | null) => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  #beatAt = 0;
  #lookedAt = 0;
  /** Milliseconds, without those that the watchdog did not have. */
  #silent = 0;

  /**
   * @param bark is called at each look while the page has no time, with the whole seconds since its last beat; with null when
   * that is over
   */
  constructor(bark: (seconds: number | null) => void) {
    this.#bark = bark;
  }

  beat(): void {
    if (this.#isSilent) this.#bark(null);
    this.#beatAt = performance.now();
    this.#lookedAt = this.#beatAt;
    this.#silent = 0;
    this.#timer ??= setInterval(() => this.#look(), lookMilliseconds);
  }

  rest(): void {
    this.beat();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  get #isSilent(): boolean {
    return this.#silent >= silenceMilliseconds;
  }

  #look(): void {
    const now = performance.now();
    this.#silent += Math.min(now - this.#lookedAt, longestLook);
    this.#lookedAt = now;
    if (this.#isSilent) this.#bark(Math.floor((now - this.#beatAt) / 1_000));
  }
}
