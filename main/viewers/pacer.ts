/**
 * Packets for one window in one turn. Linux gives a socket room for 92 of ours (227 where it is asked for 256 kB, as Chromium
 * does), and what does not fit is lost: a receiver that gets no processor for three turns still loses nothing.
 */
const packetsPerWindow = 24;
/** Packets for all windows in one turn: about a millisecond of encrypting, after which live pictures get theirs. */
const packetsPerTurn = 96;
const turnMilliseconds = 1;

/** A window that cannot send everything at once. */
export interface PacedWindow {
  readonly isWaiting: boolean;
  /** Sends live pictures that had to wait. @returns how many packets, `most` at most */
  catchUp(most: number): number;
  /** Sends cached pictures. @returns how many packets, `most` at most */
  replay(most: number): number;
}

/**
 * Spreads what is too much for one turn of the loop over several, for all windows of an engine: live pictures first, then cached
 * ones; who got something gets its next turn last.
 */
export class Pacer implements Disposable {
  /** In the order of their turns. */
  readonly #windows = new Set<PacedWindow>();
  #timer: NodeJS.Timeout | undefined;

  /** The window is waiting; it gets turns until it is not. */
  enter(window: PacedWindow): void {
    this.#windows.add(window);
    this.#timer ??= setTimeout(() => this.#turn(), 0);
  }

  leave(window: PacedWindow): void {
    this.#windows.delete(window);
  }

  [Symbol.dispose](): void {
    this.#windows.clear();
    clearTimeout(this.#timer);
  }

  #turn(): void {
    let left = packetsPerTurn;
    const windows = [...this.#windows].map((window) => ({ window, room: packetsPerWindow }));
    for (const work of ['catchUp', 'replay'] as const) {
      for (const entry of windows) {
        const sent = entry.window[work](Math.min(entry.room, left));
        entry.room -= sent;
        left -= sent;
        if (sent > 0) this.#windows.delete(entry.window);
      }
    }
    // Behind those that got nothing.
    for (const { window } of windows) {
      if (window.isWaiting) this.#windows.add(window);
      else this.#windows.delete(window);
    }
    this.#timer = this.#windows.size === 0 ? undefined : setTimeout(() => this.#turn(), turnMilliseconds);
  }
}
