import type { Desktop } from './desktop.svelte.ts';

/** Whether the console fills the screen: the desktop's window, or the browser's page. */
export class FullScreen {
  readonly #desktop: Desktop;
  #on = $state(false);

  constructor(desktop: Desktop) {
    this.#desktop = desktop;
  }

  get on(): boolean {
    return this.#desktop.exists ? this.#desktop.isFullScreen : this.#on;
  }

  toggle(): void {
    if (this.#desktop.exists) {
      // A kiosk fills the screen until somebody leaves it.
      if (!this.#desktop.isKiosk) this.#desktop.toggleFullScreen();
      return;
    }
    const change = document.fullscreenElement
      ? document.exitFullscreen()
      : document.documentElement.requestFullscreen();
    // The browser may refuse, and then nothing changes.
    change.catch(() => {});
  }

  /** Follows the browser, which ends full screen by itself on Esc. */
  follow(signal: AbortSignal): void {
    const read = () => {
      this.#on = document.fullscreenElement !== null;
    };
    document.addEventListener('fullscreenchange', read, { signal });
  }
}
