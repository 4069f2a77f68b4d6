import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const heartbeatMilliseconds = 1_000;
/** A lock that was not touched for so long belongs to nobody, whatever process has its number now. */
const abandonedMilliseconds = 15_000;
const lookMilliseconds = 100;

/**
 * Does `work` while no other process does: two commands on one clone must not install or build into each other. A lock whose
 * owner was killed is taken over.
 *
 * @param {string} file
 * @param {{ work: () => Promise<void>, onWait: () => void }} options
 */
export async function exclusively(file, { work, onWait }) {
  mkdirSync(path.dirname(file), { recursive: true });
  for (let waited = false; !take(file); waited = true) {
    if (!waited) onWait();
    await delay(lookMilliseconds);
  }
  const heartbeat = setInterval(() => touch(file), heartbeatMilliseconds);
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    await work();
  } finally {
    clearInterval(heartbeat);
    process.off('exit', release);
    release();
  }
}

/** @param {string} file @returns {boolean} @throws {Error} when no lock can be written there */
function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    if (isHeld(file)) return false;
    rmSync(file, { force: true });
    return take(file);
  }
}

/** @param {string} file */
function isHeld(file) {
  const status = statSync(file, { throwIfNoEntry: false });
  if (status === undefined || Date.now() - status.mtimeMs > abandonedMilliseconds) return false;
  try {
    const owner = Number(readFileSync(file, 'utf8'));
    // 0: made a moment ago and not written yet.
    if (owner !== 0) process.kill(owner, 0);
    return true;
  } catch (error) {
    // A process of another user is there all the same.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** @param {string} file */
function touch(file) {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // Somebody removed .cache meanwhile: the work goes on all the same.
  }
}
