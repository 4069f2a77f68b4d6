import type { ViewerNetwork } from '../../main/contract/viewer.ts';
import type { Allowance } from './ceilings.ts';
import type { BudgetWall } from './decode-budget.ts';

/** After a change the network shows what it makes of it: other streams begin, what was skipped is forgotten. */
const settlingSeconds = 4;
/** The network has had room for so long: something more is tried. */
const firstPatienceSeconds = 8;
/** What has failed again and again is tried this seldom. */
const longestPatienceSeconds = 600;
/** Trouble so soon after a climb is its fault. */
const trialSeconds = 15;
const ascent = 1 / 12;

/**
 * Says how much the tiles of a window may have together over its network: main streams are given up first, then tiles get key frames
 * only. It goes down as far as the network is short, and climbs step by step; a climb that fails doubles the time until the next one.
 */
export class NetworkBudget {
  /** Of main streams; there is no bound until the network is short. */
  #mains = Number.POSITIVE_INFINITY;
  #reduced = 0;
  #tiles = 0;
  #settling = 0;
  #eased = 0;
  #patience = firstPatienceSeconds;
  /** Since the last climb; undefined: there was none since it went down. */
  #sinceClimb: number | undefined;

  /** To be called once a second. @param wall all tiles that show something */
  take({ short, hasRoom }: ViewerNetwork, wall: BudgetWall): Allowance {
    // What failed with another wall says little about this one.
    if (wall.tiles !== this.#tiles) this.#patience = firstPatienceSeconds;
    this.#tiles = wall.tiles;
    this.#reduced = Math.min(this.#reduced, wall.tiles);
    if (this.#sinceClimb !== undefined) this.#sinceClimb++;
    this.#eased = hasRoom && short === 0 ? this.#eased + 1 : 0;
    if (this.#settling > 0) this.#settling--;
    else if (short > 0) this.#descend(short, wall);
    else if (this.#eased >= this.#patience) this.#climb(wall);
    return { mains: this.#mains, reduced: this.#reduced, seldom: 0 };
  }

  #descend(short: number, { tiles, mains }: BudgetWall): void {
    const hasFailed = this.#sinceClimb !== undefined && this.#sinceClimb <= trialSeconds;
    if (hasFailed) this.#patience = Math.min(longestPatienceSeconds, this.#patience * 2);
    this.#sinceClimb = undefined;
    this.#settling = settlingSeconds;
    const given = Math.min(this.#mains, mains);
    if (given > 0) {
      this.#mains = given - (hasFailed ? 1 : Math.ceil(given * short));
    } else {
      this.#mains = 0;
      const step = hasFailed ? climbOf(tiles) : Math.max(1, Math.ceil((tiles - this.#reduced) * short));
      this.#reduced = Math.min(tiles, this.#reduced + step);
    }
  }

  #climb({ tiles, mains }: BudgetWall): void {
    if (this.#reduced > 0) this.#reduced = Math.max(0, this.#reduced - climbOf(tiles));
    else if (this.#mains < mains) this.#mains++;
    else {
      this.#mains = Number.POSITIVE_INFINITY;
      return;
    }
    this.#eased = 0;
    this.#settling = settlingSeconds;
    this.#sinceClimb = 0;
  }
}

function climbOf(tiles: number): number {
  return Math.max(1, Math.floor(tiles * ascent));
}
