import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { exitCodeOf, forwardSignals, receivedSignal, runChild } from './child.mjs';
import { install, isInstalled } from './install.mjs';
import { findNode } from './pinned-node.mjs';
import { exclusively } from './set-up-lock.mjs';
import { staleTargets } from './stale.mjs';

/*
 * The way into every npm script. Runs on any Node from 20 on, before anything is installed: installs what the lock file
 * says, builds what is stale, and hands over to the task on the pinned Node.
 */

const root = path.resolve(import.meta.dirname, '..');

/** @type {Record<string, { script: string | undefined, parameters?: string[] }>} */
const tasks = {
  start: { script: 'build/start.ts' },
  demo: { script: 'build/start.ts', parameters: ['--demo'] },
  serve: { script: 'dist/main/headless.js' },
  cameras: { script: 'dist/main/fleet.js' },
  replay: { script: 'dist/main/replay.js' },
  test: { script: 'build/test.ts' },
  'test:wine': { script: 'build/test-wine.ts' },
  check: { script: 'build/check.ts' },
  bench: { script: 'tests/bench/bench.ts' },
  'bench:connect': { script: 'tests/bench/connect.ts' },
  'bench:replay': { script: 'tests/bench/replay.ts' },
  'bench:desktop': { script: 'tests/bench/desktop.ts' },
  'bench:ingest': { script: 'tests/bench/ingest.ts' },
  fuzz: { script: 'build/fuzz.ts' },
  'faults:windows': { script: 'tests/faults/viewer-churn.ts' },
  faults: { script: 'tests/faults/media.ts' },
  'faults:store': { script: 'tests/faults/engine-killed.ts' },
  'faults:desktop': { script: 'tests/faults/desktop-killed.ts' },
  screenshots: { script: 'tests/screenshots/screenshots.ts' },
  'api-document': { script: 'build/api-document.ts' },
  icons: { script: 'build/icons.ts' },
  'update-key': { script: 'build/updates/update-key.ts' },
  'sign-feed': { script: 'build/updates/sign-feed.ts' },
  dist: { script: 'build/package/dist.ts' },
  'dist:check': { script: 'build/package/dist-check.ts' },
  build: { script: undefined },
};

/** Progress goes to stderr: stdout belongs to the task. @param {string} text */
function progress(text) {
  process.stderr.write(`gatehouse: ${text}\n`);
}

/** Packages and builds as the sources and the lock file want them. */
async function setUp() {
  if (isInstalled(root) && staleTargets(root).length === 0) return;
  await exclusively(path.join(root, '.cache', 'set-up.lock'), {
    onWait: () => progress('another command is setting this clone up; waiting for it …'),
    // Looked at once more: whoever had the lock may have done it all.
    work: async () => {
      if (!isInstalled(root)) await install(root, progress);
      await build(staleTargets(root));
    },
  });
}

/** @param {string[]} targets */
async function build(targets) {
  if (targets.length === 0) return;
  progress(`building ${targets.join(', ')} …`);
  const code = await runOnNode('build/build.ts', targets, { cwd: root, stdio: ['ignore', 2, 2] });
  if (code !== 0) throw new Error('the build failed; what it says above tells why.');
}

/**
 * @param {string} script @param {readonly string[]} parameters
 * @param {import('node:child_process').SpawnOptions} options
 */
async function runOnNode(script, parameters, options) {
  const node = findNode(root);
  const env = { ...process.env };
  // Only a console that somebody starts for cameras of their own looks for them on the network.
  if (!['start', 'serve', 'demo'].includes(process.argv[2] ?? '')) env.GATEHOUSE_DISCOVERY ??= 'none';
  if (node === process.execPath && Number.parseInt(process.versions.node, 10) < 24) {
    const olderNode = pathToFileURL(path.join(root, 'build/older-node.mjs')).href;
    env.NODE_OPTIONS = `${env.NODE_OPTIONS ?? ''} --import=${olderNode}`.trim();
  }
  return await runChild(node, [path.join(root, script), ...parameters], { ...options, env });
}

async function main() {
  const [name = '', ...parameters] = process.argv.slice(2);
  const task = tasks[name];
  if (task === undefined) {
    progress(`there is no command "${name}". There are: ${Object.keys(tasks).join(', ')}.`);
    return 2;
  }
  forwardSignals();
  try {
    await setUp();
    const signal = receivedSignal();
    if (signal !== undefined) return exitCodeOf(signal);
    if (task.script === undefined) return 0;
    return await runOnNode(task.script, [...(task.parameters ?? []), ...parameters], { stdio: 'inherit' });
  } catch (error) {
    const signal = receivedSignal();
    if (signal !== undefined) return exitCodeOf(signal);
    progress(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

process.exitCode = await main();
