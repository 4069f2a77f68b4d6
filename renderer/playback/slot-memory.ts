const storageKey = 'gatehouse.slots';

/** How many slots the last wall of this browser needed, for whom a viewer is opened before the wall is known; null: nobody knows. */
export function loadSlotCount(): number | null {
  try {
    const count = Number(localStorage.getItem(storageKey) ?? 0);
    return Number.isInteger(count) && count > 0 ? count : null;
  } catch {
    return null;
  }
}

export function saveSlotCount(count: number): void {
  try {
    localStorage.setItem(storageKey, String(count));
  } catch {
    // A browser that stores nothing only begins a little later.
  }
}
