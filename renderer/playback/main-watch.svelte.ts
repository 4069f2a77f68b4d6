import { SvelteSet } from 'svelte/reactivity';
import type { Slot } from './slot.svelte.ts';

/** A main stream that does not begin for so long has failed; a key frame may be that far away. */
const beginningMilliseconds = 4_000;
/** One whose picture has been known to be old for so long has, too. */
const staleMilliseconds = 1_000;
/** With pictures for so long it is well again, after the first failure. */
const firstPatienceMilliseconds = 5_000;
/** A stream that fails soon after it was well is trusted later each time. */
const longestPatienceMilliseconds = 300_000;

interface Main {
  hasFailed: boolean;
  /** Since when it does the contrary of what it is taken for; undefined: it does not. */
  since: number | undefined;
  patience: number;
  /** When it was taken for well again. */
  returnedAt: number;
}

/**
 * Knows which main streams fail although they are wanted, so that the small ones are shown meanwhile. They stay asked for: the
 * engine tries again by itself, and pictures that come show that they are well.
 */
export class MainWatch {
  readonly #mains = new Map<string, Main>();
  /** Cameras. */
  readonly #failed = new SvelteSet<string>();

  hasFailed(cameraId: string): boolean {
    return this.#failed.has(cameraId);
  }

  /**
   * To be called about twice a second while pictures can come.
   * @param mains slots of the main streams that are asked for, by camera; who is not named is forgotten
   */
  check(now: number, mains: ReadonlyMap<string, Slot>): void {
    for (const cameraId of this.#mains.keys()) {
      if (mains.has(cameraId)) continue;
      this.#mains.delete(cameraId);
      this.#failed.delete(cameraId);
    }
    for (const [cameraId, slot] of mains) this.#look(cameraId, slot, now);
  }

  /** Pictures could not come: what they have not done says nothing of their cameras. */
  pause(): void {
    for (const main of this.#mains.values()) main.since = undefined;
  }

  #look(cameraId: string, { picture, skipping, way }: Slot, now: number): void {
    const patience = firstPatienceMilliseconds;
    const main = this.#mains.get(cameraId) ?? {
      ...{ hasFailed: false, since: undefined, patience, returnedAt: Number.NEGATIVE_INFINITY },
    };
    this.#mains.set(cameraId, main);
    // What else may be wrong with it is dealt with elsewhere.
    const isElsewhere = picture === 'past' || skipping !== null || way.kind === 'none';
    if (isElsewhere || (picture === 'arriving') !== main.hasFailed) {
      main.since = undefined;
      return;
    }
    main.since ??= now;
    const failing = picture === 'stale' ? staleMilliseconds : beginningMilliseconds;
    if (now - main.since < (main.hasFailed ? main.patience : failing)) return;
    main.since = undefined;
    main.hasFailed = !main.hasFailed;
    if (main.hasFailed) {
      const isRelapse = now - main.returnedAt < longestPatienceMilliseconds;
      main.patience = isRelapse ? Math.min(longestPatienceMilliseconds, main.patience * 2) : patience;
      this.#failed.add(cameraId);
    } else {
      main.returnedAt = now;
      this.#failed.delete(cameraId);
    }
  }
}
