import { keep, readKept } from '../state/browser-storage.ts';
import type { Station } from '../state/station.svelte.ts';

const storedName = 'gatehouse-used-at';
/** All windows of a browser know so exactly when one of them was used. */
const noteMilliseconds = 5_000;
const gestures = ['pointerdown', 'pointermove', 'wheel', 'keydown', 'touchstart'] as const;

/** Locks the console when somebody asks for it, and when nobody has used any window of it for the time that the settings say. */
export class ConsoleLock {
  readonly #station: Station;
  #usedAt = Date.now();
  #notedAt = 0;

  constructor(station: Station) {
    this.#station = station;
  }

  async lock(): Promise<void> {
    const { wall } = this.#station;
    await this.#station.try((client) => client.account.lock({ layoutId: wall.layout.id }));
  }

  /** Until the signal is aborted. */
  run(signal: AbortSignal): void {
    const use = () => this.use();
    for (const gesture of gestures) addEventListener(gesture, use, { signal, capture: true, passive: true });
    // A key or a press is how somebody asks to come in.
    const ask = (event: Event) => {
      if (!this.#station.locked || this.#station.dialog !== null) return;
      if (event.target instanceof Element && event.target.closest('button') !== null) return;
      if (event instanceof KeyboardEvent && !isTyped(event)) return;
      event.preventDefault();
      this.#station.open({ name: 'unlock' });
    };
    addEventListener('keydown', ask, { signal });
    addEventListener('pointerdown', ask, { signal });
  }

  /** To be called in an effect, which runs with the clock. */
  arrange(): void {
    const { account, clock, locked, site } = this.#station;
    const minutes = site?.settings.lockAfterMinutes ?? 0;
    const idle = clock.time - Math.max(this.#usedAt, Number(readKept(storedName) ?? 0));
    if (locked || minutes === 0 || account?.hasPassword !== true || idle < minutes * 60_000) return;
    this.#usedAt = clock.time;
    void this.lock();
  }

  /** Somebody is in front of the console. */
  use(): void {
    this.#usedAt = Date.now();
    if (Math.abs(this.#usedAt - this.#notedAt) < noteMilliseconds) return;
    this.#notedAt = this.#usedAt;
    keep(storedName, String(this.#usedAt));
  }
}

/** Not what is the browser's own: F5, Ctrl and R, Tab. */
function isTyped({ key, ctrlKey, altKey, metaKey }: KeyboardEvent): boolean {
  return !ctrlKey && !altKey && !metaKey && (key.length === 1 || key === 'Enter');
}
