import type { Slot } from './slot.svelte.ts';

/** More pictures a second than this need not be shown: some screens show thirty. */
const enoughPicturesPerSecond = 24;
/** With fewer in a sample one more or less says nothing. */
const fewPictures = 8;

/** What is shown of the pictures that come for the tiles that come first: all of them, where a computer keeps up. */
export class FirstPictures {
  /** What had come at the last look. */
  #before = new Map<Slot, { readonly assignment: number; readonly received: number }>();

  /**
   * @param slots whose pictures these tiles show
   * @param shown pictures since the last look, by slot
   * @param received so far, by track
   * @param seconds since the last look
   * @returns the share that was not shown, of the slot that has lost most: 0 to 1
   */
  missed(
    slots: readonly Slot[],
    shown: ReadonlyMap<Slot, number>,
    received: ReadonlyMap<string, number>,
    seconds: number,
  ): number {
    const before = this.#before;
    this.#before = new Map();
    let most = 0;
    for (const slot of slots) {
      const total = received.get(slot.trackId ?? '');
      // What a stream begins with, or with which it has all its pictures again, is gone through at once.
      if (total === undefined || slot.picture !== 'arriving' || slot.share !== 'all') continue;
      const { assignment } = slot;
      const known = before.get(slot);
      this.#before.set(slot, { assignment, received: total });
      if (known?.assignment !== assignment) continue;
      const expected = Math.min(total - known.received, enoughPicturesPerSecond * seconds);
      if (expected >= fewPictures) most = Math.max(most, 1 - (shown.get(slot) ?? 0) / expected);
    }
    return most;
  }
}
