import type { WallPlace } from './wall.svelte.ts';

const storageKey = 'gatehouse.place';

/** Where this window was before it was loaded again; undefined for a new window. */
export function loadPlace(): WallPlace | undefined {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(storageKey) ?? 'null');
    if (typeof stored !== 'object' || stored === null) return undefined;
    const { layoutId, page, maximised } = stored as Record<string, unknown>;
    if (typeof layoutId !== 'string') return undefined;
    if (typeof page !== 'number' || !Number.isInteger(page) || page < 0) return undefined;
    return { layoutId, page, maximised: typeof maximised === 'string' ? maximised : null };
  } catch {
    return undefined;
  }
}

export function savePlace(place: WallPlace): void {
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(place));
  } catch {
    // A browser that stores nothing only forgets the page after a reload.
  }
}
