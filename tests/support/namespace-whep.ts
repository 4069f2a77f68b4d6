import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createHarness, memoryClient } from './api-harness.ts';
import { untilFrames } from './camera-scene.ts';
import { python } from './debian-python.ts';

/*
 * Runs inside a network namespace of a test's own: a WHEP endpoint of another implementation (whep-server.py), whose picture is
 * a camera here. Prints what came as one line of JSON.
 */

await using owned = new AsyncDisposableStack();
const server = spawn(python, [path.join(import.meta.dirname, 'whep-server.py')], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const lines = createInterface({ input: server.stdout });
const [line] = (await once(lines, 'line')) as [string];
const { port } = JSON.parse(line) as { port: number };
const client = memoryClient(await createHarness(owned));
const mainUrl = `whep://10.77.0.2:${port}/camera/whep`;
const refusal = await client.cameras
  .test({ mainUrl, password: 'shut' })
  .catch((error: { code: string }) => error.code);
const ended = once(lines, 'line');
const facts = await client.cameras.test({ mainUrl, password: 'open' });
const [said] = (await ended) as [string];
const near = await createHarness(owned);
const { id } = near.cameras.add({ name: 'Far', group: '', mainUrl, subUrl: null, password: 'open' });
{
  using lease = near.cameras.lease(id, 'main');
  await untilFrames(lease.stream, 30);
}
await owned.disposeAsync();
server.stdin.end();
if (server.exitCode === null) await once(server, 'exit');
process.stdout.write(`${JSON.stringify({ refusal, facts, said: JSON.parse(said), frames: 30 })}\n`);
