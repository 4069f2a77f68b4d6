import { setTimeout as delay } from 'node:timers/promises';

/** Sleeps until a moment of `performance.now()`; false: the signal was aborted. */
export async function untilMoment(moment: number, signal: AbortSignal): Promise<boolean> {
  const left = moment - performance.now();
  if (left < 1) return !signal.aborted;
  try {
    await delay(left, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
