const storageKey = 'gatehouse.volume';

/** How loud sound is on this station, 0 … 1. */
export function loadVolume(): number {
  try {
    const stored = localStorage.getItem(storageKey);
    const volume = stored === null ? 1 : Number(stored);
    return volume >= 0 && volume <= 1 ? volume : 1;
  } catch {
    return 1;
  }
}

export function saveVolume(volume: number): void {
  try {
    localStorage.setItem(storageKey, String(volume));
  } catch {
    // A browser that stores nothing forgets it with the page.
  }
}
