/** What this computer did with the pictures that came, over the time since the sample before. */
export interface DecodeLoad {
  /** Time spent decoding as a share of all processors, 0 to 1 and more: what waits for a processor counts, too. */
  readonly busy: number;
  /** Of the pictures that arrived those that were dropped, 0 to 1. */
  readonly dropped: number;
}

/** Above either of these the computer does not keep up; below both of the others it has room. */
const highBusy = 0.8;
const highDropped = 0.05;
const lowBusy = 0.5;
const lowDropped = 0.01;
/** One bad sample is a window that was moved, or a key frame everywhere at once. */
const samplesOfTrouble = 2;
/** What was changed shows in the samples after this many. */
const settlingSamples = 2;
const firstPatienceSamples = 8;
/** After climbing has failed again and again it is tried this seldom: with a sample every 2 s each 17 minutes. */
const longestPatienceSamples = 512;
const descent = 1 / 4;
const ascent = 1 / 12;

/**
 * Says how many of a window's tiles get key frames only, so that the computer keeps up with the rest. It goes down fast and
 * climbs slowly; a climb that fails doubles the time until the next one, so that it comes to rest.
 */
export class DecodeBudget {
  #reduced = 0;
  #tiles = 0;
  #troubled = 0;
  #eased = 0;
  #settling = 0;
  #patience = firstPatienceSamples;
  /** Samples since the last climb; undefined when the last change was none. */
  #sinceClimb: number | undefined;

  /**
   * @param load undefined: nothing was decoded, or nobody knows
   * @param tiles that may be reduced: those that come first are not among them
   * @returns how many of them get key frames only
   */
  take(load: DecodeLoad | undefined, tiles: number): number {
    this.#reduced = Math.min(this.#reduced, tiles);
    // What failed with another wall says little about this one.
    if (tiles !== this.#tiles) this.#patience = firstPatienceSamples;
    this.#tiles = tiles;
    if (load === undefined) return this.#reduced;
    if (this.#sinceClimb !== undefined) this.#sinceClimb++;
    if (this.#settling > 0) {
      this.#settling--;
      return this.#reduced;
    }
    const isShort = load.busy > highBusy || load.dropped > highDropped;
    const hasRoom = load.busy < lowBusy && load.dropped < lowDropped;
    this.#troubled = isShort ? this.#troubled + 1 : 0;
    this.#eased = hasRoom ? this.#eased + 1 : 0;
    if (this.#troubled >= samplesOfTrouble) this.#descend(tiles);
    else if (this.#eased >= this.#patience) this.#climb(tiles);
    return this.#reduced;
  }

  #descend(tiles: number): void {
    // A climb that failed is taken back; any other trouble is met with more.
    const failed = this.#sinceClimb !== undefined && this.#sinceClimb <= 4 * this.#patience;
    if (failed) this.#patience = Math.min(longestPatienceSamples, this.#patience * 2);
    this.#sinceClimb = undefined;
    const step = failed ? climbOf(tiles) : Math.max(1, Math.ceil(tiles * descent));
    this.#change(Math.min(tiles, this.#reduced + step));
  }

  #climb(tiles: number): void {
    if (this.#reduced === 0) return;
    this.#sinceClimb = 0;
    this.#change(Math.max(0, this.#reduced - climbOf(tiles)));
  }

  #change(wanted: number): void {
    this.#troubled = 0;
    this.#eased = 0;
    if (wanted === this.#reduced) return;
    this.#reduced = wanted;
    this.#settling = settlingSamples;
  }
}

function climbOf(tiles: number): number {
  return Math.max(1, Math.floor(tiles * ascent));
}
