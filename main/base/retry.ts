import { setTimeout as delay } from 'node:timers/promises';

const longestMilliseconds = 30_000;
/** A camera that is away may be back at any moment, and its picture is wanted within ten seconds of that. */
export const longestAwayMilliseconds = 5_000;

/**
 * Waiting time before retry number `attempt` (0 is the first): 1 s doubling up to `longest`, with "equal jitter" (half fixed,
 * half random) so that cameras that failed together do not dial together. Milliseconds, at least 1,000 but for the jitter.
 */
export function backoffMilliseconds(
  attempt: number,
  longest: number = longestMilliseconds,
  random: () => number = Math.random,
): number {
  const ceiling = Math.min(longest, 2_000 * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}

/** Cameras lock an account after a few wrong passwords (five to seven in half an hour): it is not asked more often. */
export const refusedMilliseconds = 10 * 60_000;

/** Sleeps, or returns early when the signal is aborted; never rejects. */
export async function abortableDelay(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal });
  } catch {
    // Aborted: the caller looks at its signal.
  }
}
