import type { Appearance, Theme } from './appearance.ts';
import { followAppearance, loadAppearance, saveAppearance } from './appearance-storage.ts';
import { prefersContrast, prefersLight, showAppearance } from './show-appearance.ts';

/** How this computer's windows look: what was chosen for it, and the theme that comes of it. */
export class Looks {
  #appearance = $state.raw(loadAppearance());
  #theme: Theme = $state('dark');

  get appearance(): Appearance {
    return this.#appearance;
  }

  get theme(): Theme {
    return this.#theme;
  }

  choose(change: Partial<Appearance>): void {
    this.#show({ ...this.#appearance, ...change });
    saveAppearance(this.#appearance);
  }

  /** Goes along with the operating system and with what other windows choose. */
  run(signal: AbortSignal): void {
    const again = () => this.#show(loadAppearance());
    followAppearance(again, signal);
    for (const query of [prefersLight, prefersContrast])
      matchMedia(query).addEventListener('change', () => this.#show(this.#appearance), { signal });
    again();
  }

  #show(appearance: Appearance): void {
    this.#appearance = appearance;
    this.#theme = showAppearance(appearance);
    // What a phone's browser draws around the page.
    const ground = getComputedStyle(document.documentElement).getPropertyValue('--colour-ground');
    document.querySelector('meta[name="theme-color"]')?.setAttribute('content', ground);
  }
}
