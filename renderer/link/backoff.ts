/**
 * Waiting time before attempt number `attempt` (0 is the first retry) to reach the engine again: 0.3 s doubling up to
 * 2 s, of which up to half is random so that many windows do not knock at the same moment. Milliseconds.
 */
export function linkBackoffMilliseconds(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(2_000, 600 * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}
