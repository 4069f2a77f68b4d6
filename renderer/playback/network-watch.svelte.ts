import { pause } from '../link/pause.ts';
import { type Allowance, type BudgetTile, type Ceiling, ceilingsInOrder, reducible } from './ceilings.ts';
import { NetworkBudget } from './network-budget.ts';
import type { Playback } from './playback.svelte.ts';

const sampleMilliseconds = 1_000;

/** Follows what the engine says of the network to this window, and says how much each tile may have over it. */
export class NetworkWatch {
  readonly #playback: Pick<Playback, 'network'>;
  readonly #tiles: () => readonly BudgetTile[];
  readonly #budget = new NetworkBudget();
  #allowance = $state.raw<Allowance>({ mains: Number.POSITIVE_INFINITY, reduced: 0, seldom: 0 });

  /** @param tiles those that show something */
  constructor(playback: Pick<Playback, 'network'>, tiles: () => readonly BudgetTile[]) {
    this.#playback = playback;
    this.#tiles = tiles;
  }

  /** Of each tile, by its number: who is selected goes down last, and comes up first. None while nothing is short. */
  get ceilings(): readonly Ceiling[] {
    const { mains, reduced } = this.#allowance;
    if (mains === Number.POSITIVE_INFINITY && reduced === 0) return [];
    return ceilingsInOrder(inOrder(this.#tiles()), this.#allowance);
  }

  /** Until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(sampleMilliseconds, signal);
      if (!signal.aborted && document.visibilityState === 'visible') this.#sample();
    }
  }

  #sample(): void {
    const tiles = this.#tiles();
    const mains = tiles.filter(({ wantsMain }) => wantsMain).length;
    const allowance = this.#budget.take(this.#playback.network, { tiles: tiles.length, mains });
    const before = this.#allowance;
    if (allowance.mains !== before.mains || allowance.reduced !== before.reduced) this.#allowance = allowance;
  }
}

function inOrder(tiles: readonly BudgetTile[]): BudgetTile[] {
  const firsts = tiles.filter(({ comesFirst }) => comesFirst).sort((a, b) => a.distance - b.distance);
  return [...firsts, ...reducible(tiles)];
}
