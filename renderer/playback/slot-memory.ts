import { keep, readKept } from '../state/browser-storage.ts';

const storageKey = 'gatehouse.slots';

/** How many slots the last wall of this browser needed, for whom a viewer is opened before the wall is known; null: nobody knows. */
export function loadSlotCount(): number | null {
  const count = Number(readKept(storageKey) ?? 0);
  return Number.isInteger(count) && count > 0 ? count : null;
}

export function saveSlotCount(count: number): void {
  keep(storageKey, String(count));
}
