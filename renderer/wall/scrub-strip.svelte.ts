import { untrack } from 'svelte';
import { pause } from '../link/pause.ts';
import { type Glimpse, glimpseMilliseconds } from './glimpses.ts';

/** No picture of the strip is narrower: pixels. */
const narrowest = 96;
/** A span that grows and shrinks a little shall not change all pictures. */
const slack = 1.2;
/** From one picture to the next: six a second at most. */
const askMilliseconds = 160;

/** What the strip stands for. */
export interface StripSpan {
  /** The moment at its right end, of `performance.now()`. */
  readonly until: number;
  readonly milliseconds: number;
  /** Pixels; 0: it is not shown. */
  readonly width: number;
}

/**
 * The row of small pictures along the bar of a replay. Each stands for a fixed moment, on a grid of whole seconds, so that it goes
 * left with its moment and is asked for once. First every eighth moment, then those between: the whole strip says something soon.
 */
export class ScrubStrip {
  readonly #glimpse: (at: number) => Promise<Glimpse>;
  readonly #mayAsk: () => boolean;
  #step = $state(0);
  #moments = $state.raw<readonly number[]>([]);
  #pictures = $state.raw<ReadonlyMap<number, ImageBitmap>>(new Map());
  readonly #empty = new Set<number>();
  #isUndecodable = false;

  /**
   * @param glimpse of a moment of `performance.now()`
   * @param mayAsk whether nothing of the wall suffers
   */
  constructor(glimpse: (at: number) => Promise<Glimpse>, mayAsk: () => boolean) {
    this.#glimpse = glimpse;
    this.#mayAsk = mayAsk;
  }

  /** From one picture to the next, milliseconds. */
  get step(): number {
    return this.#step;
  }

  /** What pictures there are to be, the oldest first: of `performance.now()`. */
  get moments(): readonly number[] {
    return this.#moments;
  }

  picture(moment: number): ImageBitmap | undefined {
    return this.#pictures.get(moment);
  }

  /** To be called when the span has moved on. */
  show(span: StripSpan): void {
    untrack(() => {
      this.#step = stepOf(span, this.#step);
      const moments = momentsOf(span, this.#step);
      if (moments.join() === this.#moments.join()) return;
      this.#moments = moments;
      const stay = new Set(moments);
      for (const moment of this.#empty) if (!stay.has(moment)) this.#empty.delete(moment);
      this.#pictures = new Map([...this.#pictures].filter(([moment]) => stay.has(moment)));
    });
  }

  /** Asks for one picture after the other until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(askMilliseconds, signal);
      const moment = this.#next();
      if (signal.aborted || moment === undefined || !this.#mayAsk()) continue;
      const glimpse = await this.#glimpse(moment);
      if (glimpse === 'undecodable') this.#isUndecodable = true;
      else if (glimpse === 'nothing') this.#empty.add(moment);
      else if (this.#moments.includes(moment)) this.#pictures = new Map(this.#pictures).set(moment, glimpse);
    }
  }

  #next(): number | undefined {
    if (this.#isUndecodable) return undefined;
    let next: number | undefined;
    for (const moment of this.#moments) {
      if (this.#pictures.has(moment) || this.#empty.has(moment)) continue;
      if (next === undefined || this.#rank(moment) >= this.#rank(next)) next = moment;
    }
    return next;
  }

  /** 3 for every eighth moment, 2 for those in the middle between them, and so on. */
  #rank(moment: number): number {
    const place = Math.round(moment / this.#step);
    if (place % 8 === 0) return 3;
    if (place % 4 === 0) return 2;
    return place % 2 === 0 ? 1 : 0;
  }
}

/** Whole seconds, as many moments as there is room for: 1, 2, 3, 4, 6, 8, 12, … 0: there is no room. */
function stepOf({ milliseconds, width }: StripSpan, before: number): number {
  const most = Math.floor(width / narrowest);
  if (most === 0) return 0;
  const fewest = milliseconds / most;
  if (before >= fewest / slack && before <= fewest * slack * 1.5) return before;
  for (let step = glimpseMilliseconds; ; step *= 2) {
    if (step >= fewest) return step;
    if (step > glimpseMilliseconds && step * 1.5 >= fewest) return step * 1.5;
  }
}

function momentsOf({ until, milliseconds }: StripSpan, step: number): number[] {
  if (step === 0) return [];
  const moments: number[] = [];
  // The first one is there as long as half of it is.
  const first = Math.ceil((until - milliseconds) / step - 1 / 2) * step;
  for (let moment = first; moment <= until; moment += step) moments.push(moment);
  return moments;
}
