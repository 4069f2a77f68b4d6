import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createLog } from '../../main/base/log.ts';
import { demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { startEngine } from '../../main/engine/engine.ts';
import { connectTo } from './api-harness.ts';
import { python } from './debian-python.ts';

/*
 * Runs inside a network namespace of a test's own: an engine with one camera, which is shared, and a WHEP player of another
 * implementation (whep-player.py). Prints how many pictures that has decoded and how its session ended, as one line of JSON.
 */

const wantedFrames = 30;
const [implementation = ''] = process.argv.slice(2);
await using owned = new AsyncDisposableStack();
const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-whep-'));
owned.defer(() => rm(folder, { recursive: true, force: true }));
const fleet = owned.use(await startVirtualCameras({ count: 1 }));
const engine = owned.use(
  await startEngine({
    dataFolder: folder,
    http: { port: 0, rendererFolder: path.resolve(import.meta.dirname, '../../renderer') },
    log: createLog('silent'),
    demoCameras: demoCameraInputs(fleet.cameras),
  }),
);
if (engine.http === null) throw new Error('no HTTP host');
const { client } = await connectTo(engine.http, owned);
const [camera] = await client.cameras.list();
if (camera === undefined) throw new Error('no camera');
const { token } = await client.shares.add({ cameraId: camera.id, name: 'Player', hours: 1 });
const { endpoint } = await client.shares.list({ cameraId: camera.id });
if (endpoint === null) throw new Error('no endpoint');
const script = path.join(import.meta.dirname, 'whep-player.py');
const player = spawn(python, [script, implementation, endpoint, token], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
let decoded = 0;
let deleted: number | undefined;
for await (const line of createInterface({ input: player.stdout })) {
  const said = JSON.parse(line) as { frames?: number; deleted?: number };
  decoded = Math.min(wantedFrames, said.frames ?? decoded);
  deleted ??= said.deleted;
  if (decoded === wantedFrames) player.stdin.end();
}
if (player.exitCode === null) await once(player, 'exit');
process.stdout.write(`${JSON.stringify({ decoded, deleted })}\n`);
