import { isProcessAlive } from '../base/operating-system.ts';

const lookMilliseconds = 500;

/**
 * Tells, once, that the app which started this process has ended, however it ended. By looking: what Electron does to its
 * utility processes when it is killed differs from system to system.
 * @param app its process, which may have ended already
 * @returns the timer, to stop looking
 */
export function watchParent(app: number, onGone: () => void): NodeJS.Timeout {
  // Not always the app's own: Chromium may fork its processes from one that it keeps for that.
  const parent = process.ppid;
  const timer = setInterval(() => {
    // Another process has adopted this one (not on Windows), or the number is nobody's any more.
    if (process.ppid === parent && isProcessAlive(app)) return;
    clearInterval(timer);
    onGone();
  }, lookMilliseconds);
  return timer;
}
