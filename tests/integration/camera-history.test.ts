import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLog } from '../../main/base/log.ts';
import type { CameraRegistry } from '../../main/cameras/camera-registry.ts';
import { HistoryRecorder } from '../../main/cameras/history-recorder.ts';
import type { StreamProfile, StreamStatus } from '../../main/contract/camera.ts';
import type { StreamHistory } from '../../main/contract/history.ts';
import { loadClip } from '../../main/demo/clip.ts';
import type { VirtualCamera } from '../../main/demo/virtual-fleet.ts';
import { openStore, type Store } from '../../main/store/store.ts';
import { type StatusWatch, until, virtualCamera } from '../support/camera-scene.ts';
import {
  addVirtual,
  look,
  pass,
  passPlaying,
  startRegistry,
  untilPlaying,
} from '../support/registry-scene.ts';

const log = createLog('silent');
const round = 30_000;
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const noon = Date.UTC(2026, 6, 1, 12);

let owned: AsyncDisposableStack;
let store: Store;
let registry: CameraRegistry;
let watch: StatusWatch;

/** All clocks stand still but for what a test lets go by; sockets are real. */
beforeEach(async () => {
  owned = new AsyncDisposableStack();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-history-'));
  owned.defer(() => rm(folder, { recursive: true, force: true }));
  vi.useFakeTimers({
    toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'performance', 'Date'],
    now: noon,
  });
  store = owned.use(openStore({ folder, log }));
});
afterEach(async () => {
  await owned.disposeAsync();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Starts, or starts again, over the same store. */
function start(): void {
  ({ registry, watch } = startRegistry(owned, store));
}

/** A started registry with one virtual camera. */
async function startWithCamera(): Promise<{ camera: VirtualCamera; id: string }> {
  start();
  const camera = await virtualCamera(owned);
  return { camera, id: addVirtual(registry, camera).id };
}

function historyOf(cameraId: string, profile: StreamProfile = 'sub'): StreamHistory {
  const streams = registry.history(cameraId).streams.filter((stream) => stream.profile === profile);
  return streams[0] ?? { profile, changes: [], samples: [] };
}

const statesOf = ({ changes }: StreamHistory) => changes.map(({ state }) => state);

function totals({ samples }: StreamHistory) {
  const sum = (of: 'seconds' | 'bytes' | 'frames' | 'connects') =>
    samples.reduce((total, sample) => total + sample[of], 0);
  return { seconds: sum('seconds'), bytes: sum('bytes'), frames: sum('frames'), connects: sum('connects') };
}

/** Figures that can be: none is negative, none more than five minutes and one look can hold. */
function expectPossible({ changes, samples }: StreamHistory): void {
  for (const { seconds, bytes, frames, connects, at } of samples) {
    for (const figure of [seconds, bytes, frames, connects, at]) {
      expect(Number.isFinite(figure)).toBe(true);
      expect(figure).toBeGreaterThanOrEqual(0);
    }
    expect(seconds).toBeLessThanOrEqual(310.001);
    expect(frames).toBeLessThanOrEqual(310 * 15 + 60);
  }
  for (const list of [changes, samples]) {
    const times = list.map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  }
}

describe('changes', () => {
  test('of state are kept with their time and reason; attempts are not', async () => {
    const { camera, id } = await startWithCamera();
    await pass(look);
    await watch.until(id, 'sub', 'standby');
    await camera.refuse(true);
    for (let attempt = 1; attempt <= 5; attempt++) {
      const told = watch.of(id, 'sub').length;
      await pass(round);
      await until(() => watch.of(id, 'sub').length > told);
    }
    await camera.refuse(false);
    await pass(round);
    await watch.until(id, 'sub', 'standby');
    const { changes, samples } = historyOf(id);
    expect(changes.map(({ state, code }) => ({ state, code }))).toEqual([
      { state: 'standby', code: null },
      { state: 'waiting', code: 'camera-unreachable' },
      { state: 'standby', code: null },
    ]);
    const [first, away, back] = changes.map(({ at }) => at - noon);
    expect(first).toBeGreaterThan(0);
    expect(away).toBeLessThanOrEqual((first ?? 0) + round + 2 * look);
    expect((back ?? 0) - (away ?? 0)).toBeGreaterThanOrEqual(5 * round - 2 * look);
    expect(samples).toEqual([]);
    expect(registry.history(id).streams).toHaveLength(1);
  });

  test('dialling is none; a connection that broke is counted as another connect', async () => {
    const { camera, id } = await startWithCamera();
    using lease = registry.lease(id, 'sub');
    await untilPlaying(lease.stream);
    await passPlaying(lease.stream, 2_000);
    camera.drop();
    await watch.until(id, 'sub', 'waiting');
    await watch.until(id, 'sub', 'connecting');
    await untilPlaying(lease.stream);
    const history = historyOf(id);
    expect(history.changes).toMatchObject([
      { state: 'playing', code: null },
      { state: 'waiting', code: 'camera-closed-connection' },
      { state: 'playing', code: null },
    ]);
    expect(totals(history).connects).toBe(2);
  });

  test('that are older than a day are forgotten, but not how a stream is that stays as it is', async () => {
    const { camera, id } = await startWithCamera();
    await camera.refuse(true);
    await pass(look);
    await watch.until(id, 'sub', 'waiting');
    const [since] = historyOf(id).changes;
    vi.setSystemTime(noon + 2 * day);
    await pass(minute, 10_000);
    expect(store.history.changes(id, 'sub', 0)).toEqual([]);
    expect(historyOf(id).changes).toEqual([since]);
    await camera.refuse(false);
    await pass(round);
    await watch.until(id, 'sub', 'standby');
    expect(statesOf(historyOf(id))).toEqual(['standby']);
  });

  test('of an engine that was started again are still there, and nobody watched meanwhile', async () => {
    const { id } = await startWithCamera();
    const lease = registry.lease(id, 'sub');
    await untilPlaying(lease.stream);
    await passPlaying(lease.stream, 20_000);
    const before = historyOf(id);
    await registry[Symbol.asyncDispose]();
    vi.setSystemTime(Date.now() + hour);
    start();
    const after = historyOf(id);
    expect(statesOf(after)).toEqual(['playing', 'unwatched']);
    expect(after.changes[0]).toEqual(before.changes[0]);
    expect(totals(after).frames).toBeGreaterThanOrEqual(totals(before).frames);
    await pass(look);
    await watch.until(id, 'sub', 'standby');
    expect(statesOf(historyOf(id))).toEqual(['playing', 'unwatched', 'standby']);
  });

  test('of a removed camera end with its removal, and what had come in by then is counted', async () => {
    const { id } = await startWithCamera();
    using lease = registry.lease(id, 'sub');
    await untilPlaying(lease.stream);
    await passPlaying(lease.stream, 15_000);
    const { frames } = lease.stream;
    registry.remove([id]);
    expect(() => registry.history(id)).toThrow(expect.objectContaining({ code: 'not-found' }));
    await pass(2 * minute, 10_000);
    registry.restore([id]);
    const history = historyOf(id);
    expect(statesOf(history)).toEqual(['playing', 'unwatched']);
    expect(totals(history)).toMatchObject({ frames, connects: 1 });
    await pass(look);
    await watch.until(id, 'sub', 'standby');
    expect(statesOf(historyOf(id))).toEqual(['playing', 'unwatched', 'standby']);
  });
});

describe('samples', () => {
  test('hold what the camera sent', async () => {
    const { id } = await startWithCamera();
    using lease = registry.lease(id, 'sub');
    await untilPlaying(lease.stream);
    await passPlaying(lease.stream, 7 * minute);
    const history = historyOf(id);
    expectPossible(history);
    expect(history.samples).toHaveLength(2);
    const { seconds, bytes, frames, connects } = totals(history);
    expect(connects).toBe(1);
    expect(seconds).toBeGreaterThan(7 * 60 - 1);
    expect(seconds).toBeLessThan(7 * 60 + 5);
    expect(frames).toBe(lease.stream.frames);
    expect(Math.abs(frames / seconds - 15)).toBeLessThan(0.5);
    const clip = loadClip(0, 'sub', 2).frames.map(({ nalUnits }) =>
      nalUnits.reduce((size, nalUnit) => size + nalUnit.length, 0),
    );
    const average = clip.reduce((sum, size) => sum + size, 0) / clip.length;
    expect(bytes / frames / average).toBeGreaterThan(0.9);
    expect(bytes / frames / average).toBeLessThan(1.2);
    const [first, second] = history.samples;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(5 * minute);
    expect(first?.seconds).toBeGreaterThan(285);
  });

  test('that have ended are not written again each minute', async () => {
    const write = vi.spyOn(store.history, 'write');
    const { camera, id } = await startWithCamera();
    const lease = registry.lease(id, 'sub');
    await untilPlaying(lease.stream);
    await passPlaying(lease.stream, 20_000);
    lease[Symbol.dispose]();
    await pass(10_000);
    await until(() => camera.statistics.playing.sub === 0);
    await pass(2 * minute, 10_000);
    const written = totals(historyOf(id));
    expect(written.seconds).toBeGreaterThan(20);
    expect(store.history.samples(id, 'sub', 0)).toHaveLength(1);
    write.mockClear();
    await pass(30 * minute, 10_000);
    expect(write.mock.calls.length).toBeGreaterThanOrEqual(30);
    expect(write.mock.calls.flatMap(([changes, samples]) => [...changes, ...samples])).toEqual([]);
    expect(totals(historyOf(id))).toEqual(written);
  });

  test('that are older than a day are forgotten', async () => {
    const { id } = await startWithCamera();
    using lease = registry.lease(id, 'sub');
    await untilPlaying(lease.stream);
    await passPlaying(lease.stream, minute);
    expect(store.history.samples(id, 'sub', 0)).toHaveLength(1);
    vi.setSystemTime(Date.now() + day + minute);
    await passPlaying(lease.stream, minute);
    const { samples } = historyOf(id);
    expect(samples).toHaveLength(1);
    expect(store.history.samples(id, 'sub', 0)).toEqual(samples);
  });
});

test.each([
  ['back by five hours', -5 * hour],
  ['forward by five hours', 5 * hour],
  ['back by a minute', -minute],
  ['back by two days', -2 * day],
  ['forward by two days', 2 * day],
])('a clock that is set %s spoils no figure', async (_, jump) => {
  const { camera, id } = await startWithCamera();
  using lease = registry.lease(id, 'sub');
  await untilPlaying(lease.stream);
  await passPlaying(lease.stream, 2 * minute);
  const before = totals(historyOf(id));
  vi.setSystemTime(Date.now() + jump);
  const jumpedAt = Date.now();
  await passPlaying(lease.stream, 7 * minute);
  camera.drop();
  await watch.until(id, 'sub', 'waiting');
  const history = historyOf(id);
  expectPossible(history);
  const all = totals(history);
  // What is more than a day old by the new clock is forgotten.
  const expected = jump > day ? 7 * 60 : 9 * 60;
  expect(Math.abs(all.seconds - expected)).toBeLessThan(15);
  expect(Math.abs(all.frames - expected * 15)).toBeLessThan(15 * 15);
  const later = history.samples.filter(({ at }) => at >= jumpedAt && at < jumpedAt + 10 * minute);
  expect(later.length).toBeGreaterThanOrEqual(1);
  if (Math.abs(jump) >= hour)
    expect(totals({ ...history, samples: later }).seconds).toBeGreaterThan(7 * 60 - 15);
  expect(history.samples.length).toBeLessThanOrEqual(4);
  expect(before.frames).toBeLessThan(all.frames);
  expect(statesOf(history)).toContain('waiting');
});

describe('a disk that is full', () => {
  const camera = '7c0c1c1e-5c8e-4b0f-9d5f-0d3a3c1b2a10';
  const other = '7c0c1c1e-5c8e-4b0f-9d5f-0d3a3c1b2a11';
  const nothing = { bytes: 0, frames: 0, keyFrames: 0, packets: 0, lost: 0 };
  let lines: string[];
  let recorder: HistoryRecorder;
  beforeEach(() => {
    lines = [];
    recorder = owned.use(
      new HistoryRecorder({
        table: store.history,
        streams: () => [],
        log: pino({ level: 'info', base: null }, { write: (line) => lines.push(line) }),
      }),
    );
  });

  function fill(): void {
    store.database.pragma(
      `max_page_count = ${Number(store.database.pragma('page_count', { simple: true }))}`,
    );
  }
  function makeRoom(): void {
    store.database.pragma('max_page_count = 1000000');
  }
  /** A camera that comes and goes, each a millisecond after the other. */
  function flap(times: number): void {
    for (let time = 0; time < times; time++) {
      vi.setSystemTime(Date.now() + 1);
      const status: StreamStatus =
        time % 2 === 0
          ? { state: 'standby', since: Date.now() }
          : {
              state: 'waiting',
              since: Date.now(),
              until: Date.now(),
              error: { code: 'camera-silent', message: 'says nothing' },
            };
      recorder.note(camera, 'main', status, nothing);
    }
  }
  const stored = () => store.history.changes(camera, 'main', 0);

  test('takes nothing of what was recorded, is logged once, and nothing is missing when there is room', () => {
    recorder.note(other, 'main', { state: 'standby', since: 0 }, nothing);
    flap(3);
    vi.advanceTimersByTime(minute);
    const before = stored();
    expect(before).toHaveLength(3);
    fill();
    flap(5_000);
    vi.advanceTimersByTime(5 * minute);
    expect(recorder.read(camera).streams[0]?.changes).toEqual(before);
    expect(recorder.read(other).streams[0]?.changes).toMatchObject([{ state: 'standby' }]);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 50,
      err: { code: 'SQLITE_FULL' },
      msg: 'the history of the cameras could not be written',
    });
    makeRoom();
    vi.advanceTimersByTime(minute);
    expect(stored()).toHaveLength(5_003);
    expect(stored().slice(0, 3)).toEqual(before);
    fill();
    flap(5_000);
    vi.advanceTimersByTime(2 * minute);
    expect(lines).toHaveLength(2);
    makeRoom();
  });

  test('for long makes room in memory by the oldest changes', () => {
    flap(2);
    vi.advanceTimersByTime(minute);
    fill();
    flap(12_000);
    vi.advanceTimersByTime(minute);
    makeRoom();
    vi.advanceTimersByTime(minute);
    expect(stored()).toHaveLength(10_002);
    expect(stored().at(-1)?.state).toBe('waiting');
  });
});
