import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { installIfNeeded } from './install.mjs';
import { findNode } from './pinned-node.mjs';
import { fingerprint, staleTargets, writeStamp } from './stale.mjs';

/*
 * The way into every npm script. Runs on any Node from 20 on, before anything is installed: installs what the lock file
 * says, builds what is stale, and hands over to the task on the pinned Node.
 */

const root = path.resolve(import.meta.dirname, '..');

/** @type {Record<string, { script: string | undefined, arguments?: string[] }>} */
const tasks = {
  start: { script: 'build/start.ts' },
  demo: { script: 'build/start.ts', arguments: ['--demo'] },
  serve: { script: 'dist/main/headless.js' },
  cameras: { script: 'dist/main/fleet.js' },
  test: { script: 'build/test.ts' },
  check: { script: 'build/check.ts' },
  bench: { script: 'tests/bench/bench.ts' },
  build: { script: undefined },
};

/** Progress goes to stderr: stdout belongs to the task. @param {string} text */
function progress(text) {
  process.stderr.write(`gatehouse: ${text}\n`);
}

/** One at a time: two commands on one clone must not install or build into each other. @param {() => void} work */
function exclusively(work) {
  const lock = path.join(root, '.cache', 'bootstrap.lock');
  mkdirSync(path.dirname(lock), { recursive: true });
  for (let waited = false; ; ) {
    try {
      const descriptor = openSync(lock, 'wx');
      writeSync(descriptor, String(process.pid));
      closeSync(descriptor);
      break;
    } catch {
      if (!isHeld(lock)) {
        rmSync(lock, { force: true });
        continue;
      }
      if (!waited) progress('another command is setting this clone up; waiting for it …');
      waited = true;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  try {
    work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** A lock whose process is gone was left behind by one that was killed. @param {string} lock */
function isHeld(lock) {
  try {
    const content = readFileSync(lock, 'utf8');
    // Just made and not written yet.
    if (content === '') return Date.now() - statSync(lock).mtimeMs < 5_000;
    process.kill(Number(content), 0);
    return true;
  } catch {
    return false;
  }
}

function build() {
  const stale = staleTargets(root);
  if (stale.length === 0) return;
  progress(`building ${stale.join(', ')} …`);
  const prints = stale.map((target) => fingerprint(root, target));
  const result = spawnSync(findNode(root), ['build/build.ts', ...stale], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (result.status !== 0) throw new Error('the build failed; what it says above tells why.');
  stale.forEach((target, index) => {
    writeStamp(root, target, prints[index] ?? '');
  });
}

/** Runs the task in the foreground: signals go to it, its exit code is ours. @param {string} script @param {string[]} parameters */
function run(script, parameters) {
  const child = spawn(findNode(root), [path.join(root, script), ...parameters], { stdio: 'inherit' });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (error) => {
    progress(`${script} could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exit(code ?? (signal === 'SIGINT' ? 130 : 1));
  });
}

const [name = '', ...parameters] = process.argv.slice(2);
const task = tasks[name];
if (task === undefined) {
  progress(`there is no command "${name}". There are: ${Object.keys(tasks).join(', ')}.`);
  process.exit(2);
}
try {
  exclusively(() => {
    installIfNeeded(root, progress);
    build();
  });
  if (task.script !== undefined) run(task.script, [...(task.arguments ?? []), ...parameters]);
} catch (error) {
  progress(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
