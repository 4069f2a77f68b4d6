import path from 'node:path';
import { parseArgs } from 'node:util';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { openFileLog } from '../base/log.ts';
import { redactText } from '../base/redact.ts';
import type { FromEngine, ToEngine } from '../contract/engine-messages.ts';
import { demoCameraInputs } from '../demo/demo-cameras.ts';
import { announceCameras } from '../demo/discoverable-cameras.ts';
import { demoOnvif, demoSounds, startVirtualCameras } from '../demo/virtual-fleet.ts';
import type { ServedPort } from '../hosts/port-host.ts';
import { discoveryScope } from './discovery-scope.ts';
import { type Engine, startEngine } from './engine.ts';
import { watchParent } from './parent-watch.ts';
import { resetOwner } from './reset-owner.ts';
import { importSiteFile } from './site-file-command.ts';
import { verifyAudit } from './verify-audit.ts';

/*
 * The engine of the desktop app, in a process of its own: a crash of the window's side does not stop cameras, and neither a
 * dialog nor a busy window delays a packet.
 *   engine-process.js --parent PID --data DIR [--demo N] [--port N]
 *   engine-process.js --parent PID --data DIR --import FILE: ends with its exit code
 *   engine-process.js --parent PID --data DIR --reset-owner: the same
 *   engine-process.js --parent PID --data DIR --verify-audit [--audit FILE]: the same
 */

/** Electron gives a utility process this; Node has none. */
interface ParentPort {
  on(event: 'message', listener: (message: { data: ToEngine; ports: ServedPort[] }) => void): void;
  postMessage(message: FromEngine): void;
}

const pulseMilliseconds = 2_000;
/** Closing must not keep the app from ending. */
const closeMilliseconds = 1_200;

const { parentPort } = process as unknown as { parentPort: ParentPort };
const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    demo: { type: 'string', default: '0' },
    port: { type: 'string' },
    parent: { type: 'string' },
    import: { type: 'string' },
    'reset-owner': { type: 'boolean' },
    'verify-audit': { type: 'boolean' },
    audit: { type: 'string' },
  },
  strict: false,
});
const dataFolder = String(values.data);
const demo = Number(values.demo);
const started = Promise.withResolvers<{ key: Uint8Array | null; warning: string | null }>();
const stopping = Promise.withResolvers<null>();
let engine: Engine | undefined;

parentPort.on('message', ({ data, ports }) => {
  switch (data.type) {
    case 'start':
      started.resolve(data);
      break;
    case 'connect':
      for (const port of ports) engine?.servePort(port);
      break;
    case 'note':
      engine?.note(data.words);
      break;
    case 'check-pin':
      void checkPin(data.pin);
      break;
    case 'back-up':
      void backUp();
      break;
    case 'woke':
      engine?.woke();
      break;
    case 'stop':
      stopping.resolve(null);
      break;
    default:
      data satisfies never;
  }
});

async function checkPin(pin: string): Promise<void> {
  let refusal: string | null = 'The engine is being started. Try again in a moment.';
  try {
    if (engine !== undefined)
      refusal = (await engine.checkPin(pin)) ? null : 'This PIN is not the right one.';
  } catch (error) {
    refusal = GatehouseError.from(error).message;
  }
  parentPort.postMessage({ type: 'pin-checked', refusal });
}

async function backUp(): Promise<void> {
  let refusal: string | null = 'The engine is being started.';
  try {
    if (engine !== undefined) {
      await engine.backUp();
      refusal = null;
    }
  } catch (error) {
    refusal = redactText(GatehouseError.from(error).message);
  }
  parentPort.postMessage({ type: 'backed-up', refusal });
}

// Whoever shows the pictures is gone: nobody needs them, and the next start needs the data folder.
const parent = watchParent(Number(values.parent), () => stopping.resolve(null));
const start = await Promise.race([started.promise, stopping.promise]);
if (start === null) process.exit(0);
const { key, warning } = start;
if (values['verify-audit'] === true) {
  process.exit(verifyAudit({ file: typeof values.audit === 'string' ? values.audit : null, dataFolder }));
}
await using parts = new AsyncDisposableStack();
const { log } = parts.use(await openFileLog({ folder: path.join(dataFolder, 'logs') }));
if (typeof values.import === 'string') {
  const code = await importSiteFile({
    file: values.import,
    dataFolder,
    key,
    log,
  });
  process.exit(code);
}
if (values['reset-owner'] === true) process.exit(resetOwner({ dataFolder, key, log }));
process.on('uncaughtException', (error) => {
  log.fatal(error, 'stopped by a fault in Gatehouse itself');
  process.exit(1);
});
try {
  // In this process: what runs it is Electron's own executable, which cannot run another script.
  const fleet =
    demo > 0
      ? parts.use(await startVirtualCameras({ count: demo, onvif: demoOnvif, sounds: demoSounds }))
      : undefined;
  if (fleet !== undefined) parts.use(await announceCameras(fleet.cameras));
  const rendererFolder = path.resolve(import.meta.dirname, '../renderer');
  engine = parts.use(
    await startEngine({
      dataFolder,
      http: values.port === undefined ? null : { port: Number(values.port), rendererFolder },
      rendererFolder,
      log,
      key,
      keyWarning: warning,
      discovery: { scope: discoveryScope(demo) },
      onPolicy: (policy) => parentPort.postMessage({ type: 'policy', policy }),
      ...(fleet === undefined ? {} : { demoCameras: demoCameraInputs(fleet.cameras) }),
    }),
  );
} catch (error) {
  const { message } = GatehouseError.from(error);
  log.error({ err: error }, 'the engine cannot start');
  parentPort.postMessage({ type: 'failed', message: redactText(message) });
  // Not at once: the message is on its way.
  await parts.disposeAsync();
  setImmediate(() => process.exit(1));
}
if (engine !== undefined) {
  const { http } = engine;
  const url = http === null ? null : `http://127.0.0.1:${http.port}/#token=${http.issueToken()}`;
  parentPort.postMessage({ type: 'ready', url });
  const running = engine;
  let told = '';
  const pulse = setInterval(() => {
    parentPort.postMessage({ type: 'alive' });
    const { counts } = running.cameras;
    if (JSON.stringify(counts) === told) return;
    told = JSON.stringify(counts);
    parentPort.postMessage({ type: 'cameras', ...counts });
  }, pulseMilliseconds);
  await stopping.promise;
  clearInterval(pulse);
  clearInterval(parent);
  setTimeout(() => {
    log.warn('stopped before everything had closed');
    process.exit(0);
  }, closeMilliseconds);
  await parts.disposeAsync();
  process.exit(0);
}
