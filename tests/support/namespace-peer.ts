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
import { python } from './debian-python.ts';

/*
 * Runs inside a network namespace of a test's own: an engine with one camera, and a window of another WebRTC implementation
 * (webrtc-peer.py). Prints how many pictures that has decoded, as one line of JSON.
 */

const wantedFrames = 30;
const [implementation = ''] = process.argv.slice(2);
const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-peer-'));
const peer = spawn(python, [path.join(import.meta.dirname, 'webrtc-peer.py'), implementation], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
try {
  await using fleet = await startVirtualCameras({ count: 1 });
  await using engine = await startEngine({
    dataFolder: folder,
    http: null,
    log: createLog('silent'),
    demoCameras: demoCameraInputs(fleet.cameras),
  });
  const [camera] = engine.cameras.list();
  if (camera === undefined) throw new Error('no camera');
  const viewer = await engine.viewers.open(1);
  viewer.bind(0, engine.cameras.lease(camera.id, 'sub'));
  const events = viewer.events(AbortSignal.timeout(60_000));
  const { value: offer } = await events.next();
  if (offer?.type !== 'offer') throw new Error('no offer');
  peer.stdin.write(`${JSON.stringify({ sdp: offer.sdp })}\n`);
  for await (const line of createInterface({ input: peer.stdout })) {
    const { sdp, frames } = JSON.parse(line) as { sdp?: string; frames?: number };
    if (sdp !== undefined) await viewer.answer(sdp);
    // aiortc says by REMB what it believes its network can carry; webrtcbin says nothing of the kind unless it is told to.
    const isEstimated = implementation !== 'aiortc' || viewer.network?.receiverBitsPerSecond !== undefined;
    if (frames !== undefined && frames >= wantedFrames && isEstimated) break;
  }
  process.stdout.write(
    `${JSON.stringify({ decoded: wantedFrames, estimate: viewer.network?.receiverBitsPerSecond !== undefined })}\n`,
  );
} finally {
  peer.stdin.end();
  if (peer.exitCode === null) await once(peer, 'exit');
  await rm(folder, { recursive: true, force: true });
}
