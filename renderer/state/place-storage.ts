import type { WallPlace } from '../../main/contract/shell.ts';
import { keep, readKept } from './browser-storage.ts';

const storageKey = 'gatehouse.place';
const ofWindow = () => sessionStorage;

/** The address of a wall, for another window or a bookmark. */
export function wallAddress(layoutId: string): string {
  return `/?wall=${encodeURIComponent(layoutId)}`;
}

/**
 * Where this window was before it was loaded again; for a window that the desktop opens as it was, what its address says, and
 * for one that was opened by the address of a wall, that; undefined for a new window.
 */
export function loadPlace(): WallPlace | undefined {
  const opened = new URLSearchParams(location.hash.slice(1)).get('place');
  const wall = new URLSearchParams(location.search).get('wall');
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  if (wall !== null && navigation?.type === 'navigate') return { layoutId: wall, page: 0, maximised: null };
  return placeOf(readKept(storageKey, ofWindow) ?? opened);
}

function placeOf(text: string | null): WallPlace | undefined {
  try {
    const stored: unknown = JSON.parse(text ?? 'null');
    if (typeof stored !== 'object' || stored === null) return undefined;
    const { layoutId, page, maximised, touring } = stored as Record<string, unknown>;
    if (typeof layoutId !== 'string') return undefined;
    if (typeof page !== 'number' || !Number.isInteger(page) || page < 0) return undefined;
    const place = { layoutId, page, maximised: typeof maximised === 'string' ? maximised : null };
    return touring === true ? { ...place, touring } : place;
  } catch {
    return undefined;
  }
}

export function savePlace(place: WallPlace): void {
  keep(storageKey, JSON.stringify(place), ofWindow);
}
