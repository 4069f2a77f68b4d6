import path from 'node:path';
import { parseArgs } from 'node:util';
import { openFileLog } from '../base/log.ts';
import { demoCameraInputs } from '../demo/demo-cameras.ts';
import { startVirtualCameras } from '../demo/virtual-fleet.ts';
import type { ServedPort } from '../hosts/port-host.ts';
import { startEngine } from './engine.ts';

/*
 * The engine of the desktop app, in a process of its own: a crash of the window's side does not stop cameras, and neither a
 * dialog nor a busy window delays a packet. Each message hands over the port of a window.
 */

/** Electron gives a utility process this; Node has none. */
interface ParentPort {
  on(event: 'message', listener: (message: { data: unknown; ports: ServedPort[] }) => void): void;
  postMessage(message: unknown): void;
}

const { parentPort } = process as unknown as { parentPort: ParentPort };
const { values } = parseArgs({
  options: { data: { type: 'string' }, demo: { type: 'string', default: '0' } },
  strict: false,
});

await using parts = new AsyncDisposableStack();
const dataFolder = String(values.data);
const { log } = parts.use(await openFileLog({ folder: path.join(dataFolder, 'logs') }));
const demo = Number(values.demo);
// In this process: what runs it is Electron's own executable, which cannot run another script.
const fleet = demo > 0 ? parts.use(await startVirtualCameras({ count: demo })) : undefined;
const engine = parts.use(
  await startEngine({
    dataFolder,
    http: null,
    log,
    ...(fleet === undefined ? {} : { demoCameras: demoCameraInputs(fleet.cameras) }),
  }),
);
const stopping = Promise.withResolvers<void>();
parentPort.on('message', ({ data, ports }) => {
  if (data === 'stop') stopping.resolve();
  for (const port of ports) engine.servePort(port);
});
parentPort.postMessage('ready');
await stopping.promise;
await parts.disposeAsync();
process.exit(0);
