import type { Station } from '../state/station.svelte.ts';
import { saveWelcomed, wasWelcomed } from './welcome-storage.ts';

/** The tour for whoever is new here: which step of it is shown. */
export class Welcome {
  readonly #station: Station;
  #step = $state<number | null>(null);

  constructor(station: Station) {
    this.#station = station;
  }

  /** From 0; null: none. */
  get step(): number | null {
    return this.#station.locked || !this.#station.ready ? null : this.#step;
  }

  start(): void {
    this.#step = 0;
    // Once begun it never begins by itself again.
    saveWelcomed();
  }

  go(step: number): void {
    this.#step = step;
  }

  end(): void {
    this.#step = null;
  }

  /**
   * Begins by itself where somebody sits for the first time and there is something to see: not in a kiosk, not in a window that
   * was opened for a wall, and not in one that a program drives. For an effect.
   */
  arrange(isKiosk: boolean): void {
    const station = this.#station;
    if (this.#step !== null || !station.ready || station.locked || station.dialog !== null) return;
    if (isKiosk || navigator.webdriver || new URLSearchParams(location.search).has('wall')) return;
    if (station.wall.tiles.every((camera) => camera === null) || wasWelcomed()) return;
    this.start();
  }
}
