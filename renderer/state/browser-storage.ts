/*
 * What a browser keeps for this console. One that keeps nothing (a person forbids it, or there is no room) forgets it with the page.
 */

/** @returns null: nothing was kept under this name; undefined: this browser keeps nothing */
export function readKept(
  name: string,
  storage: () => Storage = () => localStorage,
): string | null | undefined {
  try {
    return storage().getItem(name);
  } catch {
    return undefined;
  }
}

/** @param text null: nothing any more */
export function keep(name: string, text: string | null, storage: () => Storage = () => localStorage): void {
  try {
    if (text === null) storage().removeItem(name);
    else storage().setItem(name, text);
  } catch {
    // See above.
  }
}

/** Calls back when another window keeps something else under this name. */
export function followKept(name: string, onChange: () => void, signal: AbortSignal): void {
  addEventListener('storage', ({ key }) => key === name && onChange(), { signal });
}
