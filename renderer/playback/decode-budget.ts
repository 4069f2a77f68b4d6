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
  /** Of the pictures that came for the tiles that come first, those that were never shown, 0 to 1: the tile that has lost most. */
  readonly missed: number;
}

/** How many tiles there are that may be reduced, and how many of them would show their main stream. */
export interface BudgetWall {
  readonly tiles: number;
  readonly mains: number;
}

/** Above one of these the computer does not keep up; below all of the others it has room. */
const high: DecodeLoad = { busy: 0.8, dropped: 0.05, delay: 250, blocked: 0.5, missed: 0.2 };
const low: DecodeLoad = { busy: 0.5, dropped: 0.01, delay: 100, blocked: 0.2, missed: 0.1 };
/** Below all of these there is so much room that half the patience will do. */
const ample: DecodeLoad = { busy: 0.3, dropped: 0.01, delay: 50, blocked: 0.1, missed: 0.05 };
/** One bad sample is a window that was moved, or a key frame everywhere at once. */
const samplesOfTrouble = 2;
/** What was changed shows in the samples after this many. */
const settlingSamples = 2;
/** The same of a large wall that is drawn, and whose pictures begin. */
const beginningSamples = 4;
const firstPatienceSamples = 8;
/** As long as nothing was ever too much on this wall the next main stream is tried sooner. */
const easyPatienceSamples = 4;
/** After climbing has failed again and again it is tried this seldom: with a sample every 2 s each 17 minutes. */
const longestPatienceSamples = 512;
/** So many main streams are no risk; more of them are tried one after the other. */
const firstMains = 4;
/** Above one of these the computer is as good as lost, and the page hardly gets to look: one sample is enough, and much is given up. */
const severe: DecodeLoad = { busy: 1.6, dropped: 0.3, delay: 1_000, blocked: 0.85, missed: 0.9 };
/** A processor decodes about so many small streams in software, besides what else it does: a larger wall begins with key frames. */
const tilesOfProcessor = 25;
const descent = 1 / 4;
const severeDescent = 1 / 2;
const ascent = 1 / 12;
/** Of tiles whose key frames come seldom: all key frames of one cost little. */
const seldomAscent = 1 / 4;
/** Each climb after one that was no trouble is twice as large, up to so many times. */
const longestStride = 4;

/**
 * Says how much the tiles of a window may have together, so that the computer keeps up: main streams are given up first, then
 * tiles get key frames only, then these seldom. It goes down fast and climbs slowly, in small steps where it was too much before; a
 * climb that fails doubles the time until the next one, so that it comes to rest.
 */
export class DecodeBudget {
  /** So many tiles get all their pictures as long as nothing is known of this computer. */
  readonly usual: number;
  /** So many tiles may show their main stream, all their pictures, all their key frames. */
  #mains = firstMains;
  #whole: number;
  #steady = Number.POSITIVE_INFINITY;
  #wall: BudgetWall = { tiles: 0, mains: 0 };
  /** Tiles of the largest wall that was too much; 0: none was. */
  #learntWith = 0;
  #troubled = 0;
  #eased = 0;
  #settling = 0;
  #patience = firstPatienceSamples;
  /** Samples since the last climb; undefined when the last change was none. */
  #sinceClimb: number | undefined;
  /** How many tiles the last climb was for. */
  #climbed = 0;
  #stride = 1;
  /** With so many tiles that have all their pictures it was too much; none: it was not, or is no more. */
  #tooMany = Number.POSITIVE_INFINITY;

  /** @param processors that this computer has */
  constructor(processors: number) {
    this.usual = Math.floor(tilesOfProcessor * processors);
    this.#whole = this.usual;
  }

  /** Whether something was too much on this wall: what is given up then is for that reason. */
  get wasShort(): boolean {
    return this.#learntWith > 0;
  }

  /**
   * @param load undefined: nothing was decoded, or nobody knows
   * @param wall without the tiles that come first
   * @param samples for so many it counts: one that comes late covers the time of several
   */
  take(load: DecodeLoad | undefined, wall: BudgetWall, samples = 1): Allowance {
    if (wall.tiles > this.#wall.tiles + tilesOfProcessor) this.#settling = beginningSamples;
    this.#wall = wall;
    // What was too much for a wall twice as large says little about this one.
    if (wall.tiles > 0 && wall.tiles < this.#learntWith / 2) this.#forget();
    if (load !== undefined) this.#judge(load, samples);
    return { mains: this.#mains, reduced: this.#reduced, seldom: this.#seldom };
  }

  get #reduced(): number {
    return Math.max(0, this.#wall.tiles - this.#whole);
  }

  get #seldom(): number {
    return Math.max(0, this.#wall.tiles - this.#steady);
  }

  #forget(): void {
    this.#learntWith = 0;
    this.#patience = firstPatienceSamples;
    this.#whole = Math.max(this.#whole, this.usual);
    this.#steady = Number.POSITIVE_INFINITY;
    this.#tooMany = Number.POSITIVE_INFINITY;
  }

  #judge(load: DecodeLoad, samples: number): void {
    if (this.#sinceClimb !== undefined) this.#sinceClimb += samples;
    if (this.#settling > 0) {
      this.#settling -= samples;
      return;
    }
    const isSevere = isAnyAbove(load, severe);
    this.#troubled = isAnyAbove(load, high) ? this.#troubled + samples : 0;
    this.#eased = isAnyAbove(load, low) ? 0 : this.#eased + (isAnyAbove(load, ample) ? 1 : 2);
    // Between all key frames and some of them little is won: a page that is busy with something else is no reason.
    const isUrgent = isSevere && this.#reduced < this.#wall.tiles;
    if (isUrgent || this.#troubled >= samplesOfTrouble) this.#descend(isUrgent ? severeDescent : descent);
    else if (this.#eased >= this.#waitBeforeClimb) this.#climb();
  }

  get #waitBeforeClimb(): number {
    if (!this.wasShort) return easyPatienceSamples;
    return this.#seldom > 0 ? this.#patience / 2 : this.#patience;
  }

  /** @param share of the tiles, or of the main streams */
  #descend(share: number): void {
    // A climb that failed is taken back; any other trouble is met with more.
    const failed = this.#sinceClimb !== undefined && this.#sinceClimb <= 4 * this.#patience;
    if (failed) this.#patience = Math.min(longestPatienceSamples, this.#patience * 2);
    this.#sinceClimb = undefined;
    this.#stride = 1;
    const { tiles, mains } = this.#wall;
    this.#learntWith = Math.max(this.#learntWith, tiles);
    this.#tooMany = tiles - this.#reduced;
    const given = Math.min(this.#mains, mains);
    const step = failed ? this.#climbed : Math.max(1, Math.ceil(tiles * share));
    if (given > 0) this.#mains = given - (failed ? 1 : Math.ceil(given * share));
    else if (this.#reduced < tiles) this.#whole = Math.max(0, tiles - this.#reduced - step);
    else if (this.#seldom < tiles) this.#steady = Math.max(0, tiles - this.#seldom - step);
    else return;
    this.#changed();
  }

  #climb(): void {
    const { tiles, mains } = this.#wall;
    if (this.#seldom > 0) {
      this.#climbed = Math.max(1, Math.floor(tiles * seldomAscent));
      this.#steady += this.#climbed;
    } else if (this.#reduced > 0) {
      const whole = tiles - this.#reduced;
      if (whole > this.#tooMany) this.#tooMany = Number.POSITIVE_INFINITY;
      const step = Math.max(1, Math.floor(tiles * ascent));
      const isSafe = whole + step * this.#stride < this.#tooMany;
      this.#climbed = isSafe ? step * this.#stride : step;
      this.#whole += this.#climbed;
      this.#stride = Math.min(longestStride, this.#stride * 2);
    } else if (this.#mains < mains) this.#mains++;
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
    load.blocked > limit.blocked ||
    load.missed > limit.missed
  );
}
