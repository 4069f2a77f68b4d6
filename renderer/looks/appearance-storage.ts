import { type Appearance, appearanceOf, usualAppearance } from './appearance.ts';

const storageKey = 'gatehouse.appearance';

export function loadAppearance(): Appearance {
  try {
    return appearanceOf(localStorage.getItem(storageKey));
  } catch {
    return usualAppearance;
  }
}

export function saveAppearance(appearance: Appearance): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(appearance));
  } catch {
    // A browser that stores nothing forgets it with the page.
  }
}

/** Calls back when another window has stored it. */
export function followAppearance(onChange: () => void, signal: AbortSignal): void {
  addEventListener('storage', ({ key }) => key === storageKey && onChange(), { signal });
}
