import { followKept, keep, readKept } from '../state/browser-storage.ts';

const storageKey = 'gatehouse.alarms-quiet-until';

/** Until when alarms are quiet on this station: milliseconds since 1970; all its windows share it. */
export function loadQuietUntil(): number {
  const stored = Number(readKept(storageKey));
  return Number.isFinite(stored) ? stored : 0;
}

export function saveQuietUntil(until: number): void {
  keep(storageKey, String(until));
}

/** Calls back when another window has stored it. */
export function followQuietUntil(onChange: () => void, signal: AbortSignal): void {
  followKept(storageKey, onChange, signal);
}
