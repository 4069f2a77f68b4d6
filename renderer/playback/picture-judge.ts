import { gridColumns, gridRows, type PictureSample } from './picture-sample.ts';
import { type View, ViewMemory } from './view-memory.ts';

/** What is to be said of the pictures that come. */
export interface PictureVerdict {
  /** `same`: they do not change; the others: there is nothing on them. */
  readonly picture: 'alive' | 'same' | 'black' | 'white' | 'one-colour';
  /** Since when it is so, of `performance.now()`; null while it is alive. */
  readonly since: number | null;
  readonly view: View;
}

export const unsuspicious: PictureVerdict = { picture: 'alive', since: null, view: 'usual' };

/** How it is with the camera, as far as it matters here. */
export interface Circumstances {
  /** Somebody said that this view may stand still: an encoder without noise repeats its pictures exactly. */
  readonly mayStandStill: boolean;
  /** Somebody has just moved the camera. */
  readonly isSteered: boolean;
}

/** Longer without a change than this, and a picture stands. Key frames, of which most cameras send one in two seconds, change it. */
const sameMilliseconds = 3_300;
const blankMilliseconds = 2_400;
/** From the darkest cell to the brightest one, of 255: less is one colour. */
const blankRange = 8;
/** At the upper and lower edge cameras write time and name, also into a picture of nothing. */
const edgeRows = 2;
/** Samples come every second: more, and there was no picture in between. */
const gapMilliseconds = 4_000;
/** Longer not seen, a view may look different for good reasons: the sun has gone. */
const forgetMilliseconds = 10 * 60_000;

type Blank = 'black' | 'white' | 'one-colour';

/** Tells from samples of one stream, about one a second, whether its pictures are those of a camera that sees. */
export class PictureJudge {
  readonly #memory = new ViewMemory();
  #last: PictureSample | undefined;
  #changedAt = 0;
  #blank: { readonly kind: Blank; readonly since: number } | undefined;

  take(sample: PictureSample, { mayStandStill, isSteered }: Circumstances): PictureVerdict {
    const last = this.#last;
    const gap = last === undefined ? 0 : sample.at - last.at;
    if (gap > gapMilliseconds) this.#resume(gap);
    if (last === undefined || gap > gapMilliseconds || sample.hash !== last.hash) this.#changedAt = sample.at;
    this.#last = sample;
    const kind = blankKind(sample.luma);
    if (kind === undefined) this.#blank = undefined;
    else if (this.#blank?.kind !== kind) this.#blank = { kind, since: this.#blank?.since ?? sample.at };
    if (isSteered) this.#memory.forget();
    else if (kind === undefined) this.#memory.take(sample);
    else this.#memory.pause();
    return this.#verdict(sample.at, mayStandStill);
  }

  /** No picture came since the last one: it is still what is seen. Null before the first one. */
  wait(at: number, circumstances: Circumstances): PictureVerdict | null {
    return this.#last === undefined ? null : this.take({ ...this.#last, at }, circumstances);
  }

  /** A person says that the view is right as it is. */
  accept(): void {
    this.#memory.forget();
  }

  /** Whether it is worth looking sooner: the last picture was the same as the one before, or there is nothing on it. */
  get isSuspicious(): boolean {
    return this.#blank !== undefined || (this.#last !== undefined && this.#last.at > this.#changedAt);
  }

  #verdict(at: number, mayStandStill: boolean): PictureVerdict {
    const { view } = this.#memory;
    if (this.#blank !== undefined && at - this.#blank.since >= blankMilliseconds)
      return { picture: this.#blank.kind, since: this.#blank.since, view: 'usual' };
    if (!mayStandStill && at - this.#changedAt >= sameMilliseconds)
      return { picture: 'same', since: this.#changedAt, view };
    return view === 'usual' ? unsuspicious : { picture: 'alive', since: null, view };
  }

  #resume(gap: number): void {
    this.#blank = undefined;
    if (gap > forgetMilliseconds) this.#memory.forget();
    else this.#memory.pause();
  }
}

function blankKind(luma: Uint8Array): Blank | undefined {
  let [darkest, brightest] = [255, 0];
  for (const value of luma.subarray(edgeRows * gridColumns, (gridRows - edgeRows) * gridColumns)) {
    darkest = Math.min(darkest, value);
    brightest = Math.max(brightest, value);
  }
  if (brightest - darkest > blankRange) return undefined;
  if (brightest < 48) return 'black';
  return darkest > 208 ? 'white' : 'one-colour';
}
