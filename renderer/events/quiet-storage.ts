const storageKey = 'gatehouse.alarms-quiet-until';

/** Until when alarms are quiet on this station: milliseconds since 1970; all its windows share it. */
export function loadQuietUntil(): number {
  try {
    const stored = Number(localStorage.getItem(storageKey));
    return Number.isFinite(stored) ? stored : 0;
  } catch {
    return 0;
  }
}

export function saveQuietUntil(until: number): void {
  try {
    localStorage.setItem(storageKey, String(until));
  } catch {
    // A browser that stores nothing forgets it with the page.
  }
}

/** Calls back when another window has stored it. */
export function followQuietUntil(onChange: () => void, signal: AbortSignal): void {
  addEventListener('storage', ({ key }) => key === storageKey && onChange(), { signal });
}
