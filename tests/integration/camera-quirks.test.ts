import { expect, test } from 'vitest';
import { createLog } from '../../main/base/log.ts';
import { CameraSession, type CameraTarget } from '../../main/cameras/camera-session.ts';
import type { StreamAudio, StreamStatus } from '../../main/contract/camera.ts';
import { type Quirk, type QuirkName, quirkNames, quirks } from '../../main/demo/quirks.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import type { StreamFrame } from '../../main/media/stream-frame.ts';

const framesWanted = 35;
const ticksPerFrame = 6_000;

interface Outcome {
  readonly frames: readonly StreamFrame[];
  readonly status: StreamStatus;
  /** What is remembered of the way of its packets. */
  readonly learnt: readonly string[];
  readonly connections: number;
}

/** Watches a camera with a fault until so many pictures came, or until it cannot be watched. */
async function watch(quirk: QuirkName, more: Partial<CameraTarget> = {}): Promise<Outcome> {
  await using fleet = await startVirtualCameras({ count: 1, quirk });
  const [camera] = fleet.cameras;
  if (camera === undefined) throw new Error('no camera');
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const learnt: string[] = [];
  await using session = new CameraSession({
    target: { name: camera.name, url: camera.subUrl, username: null, password: null, ...more },
    log: createLog('silent'),
    onStatus: ({ state }) => state === 'waiting' && resolve(),
    onTransport: (transport) => learnt.push(transport),
  });
  const frames: StreamFrame[] = [];
  using _reading = session.stream.read((frame) => frames.push(frame) === framesWanted && resolve());
  using _lease = session.lease();
  await done;
  return { frames, status: session.status, learnt, connections: camera.statistics.connections };
}

/** Distances of the pictures in time, in ticks of 90 kHz. */
function steps(frames: readonly StreamFrame[]): number[] {
  return frames.slice(1).map(({ timestamp }, index) => timestamp - (frames[index]?.timestamp ?? 0));
}

/** What the status says of the sound of a camera with a fault. */
function soundOf(name: QuirkName): { audio?: StreamAudio } {
  const { sound }: Quirk = quirks[name];
  if (sound === undefined) return {};
  const kind = sound.fault === 'refused' || sound.fault === 'hangs-up' ? 'refused' : 'playable';
  return { audio: { kind, codec: sound.codec } };
}

/** These are told from a camera without faults by more than their pictures: each has a test of its own below. */
const special: ReadonlySet<QuirkName> = new Set<QuirkName>([
  ...(['busy', 'refuses-tcp', 'no-server-port', 'swallowed-udp', 'b-frames', 'anamorphic'] as const),
  ...(['endless-picture', 'jumping-timestamps', 'backward-timestamps', 'wrong-clock'] as const),
]);

test.concurrent.each(
  quirkNames.filter((name) => !special.has(name)).map((name) => [quirks[name].summary, name]),
)('every picture comes, whole and in time, from a camera with %s', async (_summary, name) => {
  const { frames, status } = await watch(name);
  expect(frames[0]?.keyFrame).toBe(true);
  expect(new Set(steps(frames))).toEqual(new Set([ticksPerFrame]));
  expect(frames.filter(({ keyFrame }) => keyFrame)).toHaveLength(2);
  expect(status).toEqual({ state: 'playing', since: expect.any(Number), ...soundOf(name) });
});

test.concurrent.each([
  ['refuses-tcp', 'udp'],
  ['no-server-port', 'udp'],
] as const)('%s: UDP is tried at once, and remembered', async (name, transport) => {
  const { frames, learnt, connections } = await watch(name);
  expect(frames).toHaveLength(framesWanted);
  expect(learnt).toEqual([transport]);
  expect(connections).toBe(2);
  const again = await watch(name, { workingTransport: 'udp' });
  expect(again).toMatchObject({ learnt: [], connections: 1 });
});

test.concurrent('UDP that a person wants and a firewall swallows: TCP is tried at once, and remembered', async () => {
  const { frames, learnt, connections } = await watch('swallowed-udp', { transport: 'udp' });
  expect(frames).toHaveLength(framesWanted);
  expect(learnt).toEqual(['tcp']);
  expect(connections).toBe(2);
  const again = await watch('swallowed-udp', { transport: 'udp', workingTransport: 'tcp' });
  expect(again).toMatchObject({ learnt: [], connections: 1 });
});

test.concurrent('TCP that a person wants is all that is tried', async () => {
  const { status, connections } = await watch('refuses-tcp', { transport: 'tcp' });
  expect(status).toMatchObject({ state: 'waiting', error: { code: 'camera-transport-refused' } });
  expect(connections).toBe(1);
});

test.concurrent('a camera whose sessions are all taken is left alone for a while', async () => {
  const { status } = await watch('busy');
  if (status.state !== 'waiting') throw new Error('it does not wait');
  expect(status.error).toMatchObject({
    code: 'camera-busy',
    message: expect.stringMatching(/453.*Close other/),
  });
  expect(status.until - status.since).toBeGreaterThanOrEqual(14_000);
});

test.concurrent('B-frames are named', async () => {
  expect((await watch('b-frames')).status).toMatchObject({ state: 'playing', remarks: ['b-frames'] });
});

test.concurrent('pictures whose pixels are not square say their shape', async () => {
  const { status } = await watch('anamorphic');
  expect(status).toMatchObject({ state: 'playing', shape: expect.closeTo(16 / 9, 5) });
});

test.concurrent('a picture that never ends costs itself, and what comes after it is whole', async () => {
  const { frames } = await watch('endless-picture');
  expect(frames.filter(({ keyFrame }) => keyFrame).length).toBeGreaterThanOrEqual(1);
  expect(Math.min(...steps(frames))).toBeGreaterThan(0);
});

test.concurrent.each(['jumping-timestamps', 'backward-timestamps', 'wrong-clock'] as const)(
  '%s: the pictures are as far apart as they came',
  async (name) => {
    const { frames } = await watch(name);
    const all = steps(frames);
    expect(Math.min(...all)).toBeGreaterThan(0);
    // Hours or seconds apart they would be with the camera's own clock.
    expect(Math.max(...all)).toBeLessThan(90_000);
  },
);
