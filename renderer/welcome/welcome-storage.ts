const storageKey = 'gatehouse.welcome';

/** Whether somebody has been shown around on this computer. */
export function wasWelcomed(): boolean {
  try {
    return localStorage.getItem(storageKey) !== null;
  } catch {
    // A browser that stores nothing would begin anew with every page.
    return true;
  }
}

export function saveWelcomed(): void {
  try {
    localStorage.setItem(storageKey, 'shown');
  } catch {
    // See above.
  }
}
