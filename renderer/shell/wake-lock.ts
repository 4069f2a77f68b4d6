/**
 * Keeps the screen of a phone or tablet on while the page is seen: a wall that goes dark watches nothing. Browsers take the lock
 * back with every change of tab, and some never give one.
 */
export function keepScreenOn(signal: AbortSignal): void {
  if (!('wakeLock' in navigator)) return;
  let lock: WakeLockSentinel | undefined;
  let isAsking = false;
  const ask = async () => {
    if (isAsking || document.visibilityState !== 'visible' || signal.aborted) return;
    isAsking = true;
    // Refused on a battery that is nearly empty.
    lock = await navigator.wakeLock.request('screen').catch(() => undefined);
    isAsking = false;
    if (signal.aborted) void lock?.release();
  };
  document.addEventListener('visibilitychange', () => void ask(), { signal });
  signal.addEventListener('abort', () => void lock?.release(), { once: true });
  void ask();
}
