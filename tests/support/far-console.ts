import path from 'node:path';
import { createLog } from '../../main/base/log.ts';
import { startEngine } from '../../main/engine/engine.ts';
import { connectTo } from './api-harness.ts';

/*
 * Another console, which shares a camera: in a process of its own, so that it can be killed.
 *
 *     far-console.ts FOLDER PORT CAMERA-URL
 *
 * Prints a line of JSON with the endpoint, and with the token where it has just made one; ends when its input does.
 */

const [folder = '', port = '0', mainUrl = ''] = process.argv.slice(2);
await using owned = new AsyncDisposableStack();
const engine = owned.use(
  await startEngine({
    dataFolder: folder,
    http: { port: Number(port), rendererFolder: path.resolve(import.meta.dirname, '../../renderer') },
    log: createLog('silent'),
  }),
);
if (engine.http === null) throw new Error('no HTTP host');
const { client } = await connectTo(engine.http, owned);
const [known] = await client.cameras.list();
const camera = known ?? (await client.cameras.add({ name: 'Gate', mainUrl }));
const { endpoint } = await client.shares.list({ cameraId: camera.id });
const made =
  known === undefined
    ? await client.shares.add({ cameraId: camera.id, name: 'Near', hours: 1, sound: true })
    : undefined;
process.stdout.write(`${JSON.stringify({ endpoint, token: made?.token })}\n`);
for await (const _ of process.stdin);
