import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createHarness, memoryClient, originOf, startHost } from './api-harness.ts';
import { StatusWatch, untilFrames } from './camera-scene.ts';
import { python } from './debian-python.ts';

/*
 * Runs inside a network namespace of a test's own: a WHIP publisher of another implementation (whip-publisher.py), whose picture is
 * a camera here. Prints what came as one line of JSON.
 */

const [implementation = ''] = process.argv.slice(2);
await using owned = new AsyncDisposableStack();
const harness = await createHarness(owned);
const host = owned.use(await startHost(harness));
const client = memoryClient(harness);
const { id } = await client.cameras.addPublished({ name: 'Published', connection: 'always' });
const input = { cameraId: id, kind: 'publish', name: 'Publisher', hours: 1, sound: true } as const;
const { token } = await client.shares.add(input);
const script = path.join(import.meta.dirname, 'whip-publisher.py');
const publisher = spawn(python, [script, implementation, `${originOf(host)}/whip/${id}`, token], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const lines: string[] = [];
createInterface({ input: publisher.stdout }).on('line', (line) => lines.push(line));
await using statuses = new StatusWatch(harness.cameras);
let facts: unknown;
let audio: unknown;
{
  using lease = harness.cameras.lease(id, 'main');
  await untilFrames(lease.stream, 30);
  const { codec, pictureSize } = lease.stream;
  facts = { codec, width: pictureSize?.width, height: pictureSize?.height };
  const now = harness.cameras.statuses().find(({ cameraId }) => cameraId === id)?.status;
  audio = now?.state === 'playing' ? now.audio : now;
}
publisher.stdin.end();
if (publisher.exitCode === null) await once(publisher, 'exit');
const ended = (await statuses.until(id, 'main', 'waiting')).error.code;
const said = Object.assign({}, ...lines.map((line) => JSON.parse(line) as object)) as object;
process.stdout.write(`${JSON.stringify({ frames: 30, facts, audio, ...said, ended })}\n`);
