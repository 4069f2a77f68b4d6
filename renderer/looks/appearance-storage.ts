import { followKept, keep, readKept } from '../state/browser-storage.ts';
import { type Appearance, appearanceOf } from './appearance.ts';

const storageKey = 'gatehouse.appearance';

export function loadAppearance(): Appearance {
  return appearanceOf(readKept(storageKey) ?? null);
}

export function saveAppearance(appearance: Appearance): void {
  keep(storageKey, JSON.stringify(appearance));
}

/** Calls back when another window has stored it. */
export function followAppearance(onChange: () => void, signal: AbortSignal): void {
  followKept(storageKey, onChange, signal);
}
