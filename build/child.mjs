import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();
/** @type {NodeJS.Signals | undefined} */
let received;

/**
 * Runs a program in the foreground and resolves with its exit code, 128 + signal when a signal ended it. Signals that come
 * to this process go to the program.
 *
 * @param {string} command @param {readonly string[]} parameters
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<number>}
 */
export function runChild(command, parameters, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, options);
    children.add(child);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      children.delete(child);
      resolve(code ?? exitCodeOf(signal ?? 'SIGKILL'));
    });
  });
}

/** The signal that asked this process to end, if one has come. */
export function receivedSignal() {
  return received;
}

/** @param {NodeJS.Signals} signal */
export function exitCodeOf(signal) {
  return 128 + constants.signals[signal];
}

/** Must be called once: from then on a signal ends the children, and whoever waits for them decides what comes then. */
export function forwardSignals() {
  const isWindows = process.platform === 'win32';
  for (const signal of /** @type {const} */ (['SIGINT', isWindows ? 'SIGBREAK' : 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      received ??= signal;
      // A console of Windows tells the children itself, and kill() there ends them without a word.
      if (isWindows) return;
      // A terminal gives its Ctrl-C to the children as well; a second one would be taken for impatience.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      for (const child of children) child.kill(signal);
    });
  }
}
