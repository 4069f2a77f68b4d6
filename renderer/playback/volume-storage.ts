import { keep, readKept } from '../state/browser-storage.ts';

const storageKey = 'gatehouse.volume';

/** How loud sound is on this station, 0 … 1. */
export function loadVolume(): number {
  const volume = Number(readKept(storageKey) ?? 1);
  return volume >= 0 && volume <= 1 ? volume : 1;
}

export function saveVolume(volume: number): void {
  keep(storageKey, String(volume));
}
