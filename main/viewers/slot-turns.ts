import { BurstLimit } from './burst-limit.ts';
import type { PacedWindow, Pacer } from './pacer.ts';
import type { Slot } from './slot.ts';

/** While more datagrams wait for the network card, nothing is added that can wait itself. */
const fewWaiting = 32;

/** What the slots of one window may send in a turn, and in which order those that have to wait get theirs. */
export class SlotTurns implements PacedWindow, Disposable {
  readonly #pacer: Pacer;
  readonly #waitingDatagrams: () => number;
  readonly #burst = new BurstLimit();
  /** In the order in which they began to wait: the first tiles of a wall are whole first. */
  readonly #slots = new Set<Slot>();

  /**
   * @param pacer shared by all windows
   * @param waitingDatagrams how many of this window's wait for the network card
   */
  constructor(pacer: Pacer, waitingDatagrams: () => number) {
    this.#pacer = pacer;
    this.#waitingDatagrams = waitingDatagrams;
  }

  /** How many packets of a live picture may leave in this turn, up to those that are asked for. */
  takeRoom(packets: number): number {
    return this.#isSocketFull ? 0 : this.#burst.take(packets, performance.now());
  }

  /** The slot has more to send than may leave now. */
  wait(slot: Slot): void {
    this.#slots.add(slot);
    this.#pacer.enter(this);
  }

  get isWaiting(): boolean {
    return this.#slots.size > 0;
  }

  catchUp(most: number): number {
    return this.#inTurn(this.#burst.take(most, performance.now()), (slot, left) => slot.catchUp(left));
  }

  replay(most: number): number {
    return this.#inTurn(most, (slot, left) => slot.replay(left));
  }

  [Symbol.dispose](): void {
    this.#pacer.leave(this);
  }

  /** One slot after the other, each to its end: `send` is called again for as long as it sends. */
  #inTurn(most: number, send: (slot: Slot, left: number) => number): number {
    let left = this.#isSocketFull ? 0 : most;
    const allowed = left;
    for (const slot of this.#slots) {
      while (left > 0) {
        const sent = send(slot, left);
        if (sent === 0) break;
        left -= sent;
      }
      if (!slot.isBehind && !slot.isReplaying) this.#slots.delete(slot);
    }
    return allowed - left;
  }

  get #isSocketFull(): boolean {
    return this.#waitingDatagrams() > fewWaiting;
  }
}
