import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createLog } from '../../main/base/log.ts';
import type { IceServerInput } from '../../main/contract/ice-server.ts';
import { demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { startEngine } from '../../main/engine/engine.ts';
import { connectTo } from './api-harness.ts';

/*
 * An engine with two cameras in a network of its own (relay-networks.ts), whose page and API another network reaches through a
 * socket in the file system, as through a web server that stands between:
 *
 *     relay-engine.ts SOCKET
 *
 * In: lines of JSON with `servers`. Out: a line for each with a link to the console and how the engine reaches the servers; the first
 * one before anything came in. Ends when its input does.
 */

const [socketPath = ''] = process.argv.slice(2);
await using owned = new AsyncDisposableStack();
const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-relay-'));
owned.defer(() => rm(folder, { recursive: true, force: true }));
const fleet = owned.use(await startVirtualCameras({ count: 2 }));
const engine = owned.use(
  await startEngine({
    dataFolder: folder,
    http: { port: 0, rendererFolder: path.resolve(import.meta.dirname, '../../dist/renderer') },
    log: createLog('error'),
    demoCameras: demoCameraInputs(fleet.cameras),
  }),
);
const { http } = engine;
if (http === null) throw new Error('no HTTP host');
const door = net.createServer((inside) => {
  const outside = net.connect(http.port, '127.0.0.1');
  inside.pipe(outside).pipe(inside);
  for (const socket of [inside, outside]) socket.on('error', () => inside.destroy() && outside.destroy());
});
door.listen(socketPath);
owned.defer(() => void door.close());
const { client } = await connectTo(http, owned);

async function tell(): Promise<void> {
  const url = `http://127.0.0.1:${http?.port}/#token=${http?.issueToken()}`;
  const checks = await client.viewer.checkIceServers();
  process.stdout.write(`${JSON.stringify({ url, checks })}\n`);
}

await tell();
for await (const line of createInterface({ input: process.stdin })) {
  const { servers } = JSON.parse(line) as { servers: IceServerInput[] };
  await client.site.changeIceServers({ servers });
  await tell();
}
