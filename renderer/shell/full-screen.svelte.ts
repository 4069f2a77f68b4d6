/** Whether the console fills the screen. */
export class FullScreen {
  #on = $state(false);

  get on(): boolean {
    return this.#on;
  }

  toggle(): void {
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
