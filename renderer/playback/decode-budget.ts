import type { Allowance } from './ceilings.ts';

/** What this computer did with the pictures that came, over the time since the sample before. */
export interface DecodeLoad {
  /** Time spent decoding as a share of all processors, 0 to 1 and more: what waits for a processor counts, too. */
  readonly busy: number;
  /** Of the pictures that arrived those that were dropped, 0 to 1. */
  readonly dropped: number;
  /** From a picture's last packet to the screen, on average: milliseconds. */
  readonly delay: number;
  /** Of the time, how much of it the page was busy for longer than it should be at once, 0 to 1. */
  readonly blocked: number;
}

/** How many tiles there are that may be reduced, and how many of them would show their main stream. */
export interface BudgetWall {
  readonly tiles: number;
  readonly mains: number;
}

/** Above one of these the computer does not keep up; below all of the others it has room. */
const high: DecodeLoad = { busy: 0.8, dropped: 0.05, delay: 250, blocked: 0.5 };
const low: DecodeLoad = { busy: 0.5, dropped: 0.01, delay: 100, blocked: 0.2 };
/** One bad sample is a window that was moved, or a key frame everywhere at once. */
const samplesOfTrouble = 2;
/** What was changed shows in the samples after this many. */
const settlingSamples = 2;
const firstPatienceSamples = 8;
/** As long as nothing was ever too much on this wall the next main stream is tried sooner. */
const easyPatienceSamples = 2;
/** After climbing has failed again and again it is tried this seldom: with a sample every 2 s each 17 minutes. */
const longestPatienceSamples = 512;
/** So many main streams are no risk; more of them are tried one after the other. */
const firstMains = 4;
const descent = 1 / 4;
const ascent = 1 / 12;

/**
 * Says how much the tiles of a window may have together, so that the computer keeps up: main streams are given up first, then
 * tiles get key frames only. It goes down fast and climbs slowly; a climb that fails doubles the time until the next one, so that
 * it comes to rest.
 */
export class DecodeBudget {
  #mains = firstMains;
  #reduced = 0;
  #wall: BudgetWall = { tiles: 0, mains: 0 };
  #troubled = 0;
  #eased = 0;
  #settling = 0;
  #wasShort = false;
  #patience = firstPatienceSamples;
  /** Samples since the last climb; undefined when the last change was none. */
  #sinceClimb: number | undefined;

  /** Whether something was too much on this wall: what is given up then is for that reason. */
  get wasShort(): boolean {
    return this.#wasShort;
  }

  /**
   * @param load undefined: nothing was decoded, or nobody knows
   * @param wall without the tiles that come first
   */
  take(load: DecodeLoad | undefined, wall: BudgetWall): Allowance {
    this.#reduced = Math.min(this.#reduced, wall.tiles);
    // What failed with another wall says little about this one.
    if (wall.tiles !== this.#wall.tiles) {
      this.#patience = firstPatienceSamples;
      this.#wasShort = this.#reduced > 0;
    }
    this.#wall = wall;
    if (load !== undefined) this.#judge(load);
    return { mains: this.#mains, reduced: this.#reduced };
  }

  #judge(load: DecodeLoad): void {
    if (this.#sinceClimb !== undefined) this.#sinceClimb++;
    if (this.#settling > 0) {
      this.#settling--;
      return;
    }
    const isShort = isAnyAbove(load, high);
    this.#troubled = isShort ? this.#troubled + 1 : 0;
    this.#eased = isAnyAbove(load, low) ? 0 : this.#eased + 1;
    if (this.#troubled >= samplesOfTrouble) this.#descend();
    else if (this.#eased >= (this.#wasShort ? this.#patience : easyPatienceSamples)) this.#climb();
  }

  #descend(): void {
    // A climb that failed is taken back; any other trouble is met with more.
    const failed = this.#sinceClimb !== undefined && this.#sinceClimb <= 4 * this.#patience;
    if (failed) this.#patience = Math.min(longestPatienceSamples, this.#patience * 2);
    this.#sinceClimb = undefined;
    this.#wasShort = true;
    const { tiles, mains } = this.#wall;
    const given = Math.min(this.#mains, mains);
    if (given > 0) {
      this.#changed();
      this.#mains = given - (failed ? 1 : Math.ceil(given * descent));
    } else if (this.#reduced < tiles) {
      this.#changed();
      const step = failed ? climbOf(tiles) : Math.max(1, Math.ceil(tiles * descent));
      this.#reduced = Math.min(tiles, this.#reduced + step);
    } else {
      this.#troubled = 0;
    }
  }

  #climb(): void {
    const { tiles, mains } = this.#wall;
    if (this.#reduced > 0) this.#reduced = Math.max(0, this.#reduced - climbOf(tiles));
    else if (this.#mains < mains) this.#mains++;
    else return;
    this.#changed();
    this.#sinceClimb = 0;
  }

  #changed(): void {
    this.#troubled = 0;
    this.#eased = 0;
    this.#settling = settlingSamples;
  }
}

function isAnyAbove(load: DecodeLoad, limit: DecodeLoad): boolean {
  return (
    load.busy > limit.busy ||
    load.dropped > limit.dropped ||
    load.delay > limit.delay ||
    load.blocked > limit.blocked
  );
}

function climbOf(tiles: number): number {
  return Math.max(1, Math.floor(tiles * ascent));
}
