import { keep, readKept } from '../state/browser-storage.ts';

const storageKey = 'gatehouse.welcome';

/** Whether somebody has been shown around on this computer; also where that cannot be known: it would begin anew with every page. */
export function wasWelcomed(): boolean {
  return readKept(storageKey) !== null;
}

export function saveWelcomed(): void {
  keep(storageKey, 'shown');
}
