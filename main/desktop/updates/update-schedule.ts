const hour = 3_600_000;
const firstCheckMilliseconds = 60_000;
/** Machines of a site that were switched on together do not all ask in the same second. */
const jitter = (milliseconds: number, random: () => number) => Math.round(milliseconds * (0.5 + random()));

/** How long after the start the feed is asked first: half a minute to one and a half. */
export function firstCheckDelay(random: () => number = Math.random): number {
  return jitter(firstCheckMilliseconds, random);
}

/** How long until it is asked again: three to nine hours, after a failure 15 to 45 minutes. */
export function nextCheckDelay(hasFailed: boolean, random: () => number = Math.random): number {
  return jitter(hasFailed ? hour / 2 : 6 * hour, random);
}

/**
 * When an update that is ready now is installed, in milliseconds since 1970; null: when Gatehouse is closed.
 * @param installAt `quit` or a time of day, `03:00`, in this machine's zone
 */
export function installTime(installAt: string, now: number): number | null {
  const time = /^(\d\d):(\d\d)$/.exec(installAt);
  if (time === null) return null;
  const at = new Date(now);
  at.setHours(Number(time[1]), Number(time[2]), 0, 0);
  // By the calendar and not by 24 hours: clocks are put forward and back.
  if (at.getTime() <= now) at.setDate(at.getDate() + 1);
  return at.getTime();
}
