import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Audit } from '../../main/audit/audit.ts';
import { GatehouseError } from '../../main/base/gatehouse-error.ts';
import { createLog } from '../../main/base/log.ts';
import { Clips } from '../../main/clips/clips.ts';
import type { ClipEvent, Recording } from '../../main/contract/clip.ts';
import { loadClip } from '../../main/demo/clip.ts';
import { toRtpPayloads } from '../../main/demo/rtp-payloads.ts';
import { AudioStream } from '../../main/media/audio-stream.ts';
import { LiveStream } from '../../main/media/live-stream.ts';
import { openStore } from '../../main/store/store.ts';
import { CameraPackets } from '../support/camera-packets.ts';
import { makeFolder } from '../support/damaged-store.ts';

const run = promisify(execFile);
/** What the disk takes of recordings, and at once; it fails with this code then. */
const disk = vi.hoisted(() => ({
  left: Number.POSITIVE_INFINITY,
  atOnce: Number.POSITIVE_INFINITY,
  code: 'ENOSPC',
}));

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  const open: typeof real.open = async (file, flags, mode) => {
    const handle = await real.open(file, flags, mode);
    if (flags !== 'wx' || !String(file).endsWith('.part')) return handle;
    const write = handle.write.bind(handle) as (
      data: Uint8Array,
      from: number,
      bytes: number,
      at: number,
    ) => Promise<{ bytesWritten: number }>;
    const limited: typeof write = async (data, from, bytes, at) => {
      const taken = Math.min(bytes, disk.left, disk.atOnce);
      if (taken === 0) throw Object.assign(new Error(`${disk.code}: write`), { code: disk.code });
      disk.left -= taken;
      return await write(data, from, taken, at);
    };
    return Object.assign(handle, { write: limited });
  };
  return { ...real, open, default: { ...real, open } };
});

const log = createLog('silent');
/** Two seconds, which begin with a key frame. */
const gop = loadClip(0, 'main', 2).frames.slice(0, 30);
const gopBytes = gop.flatMap(({ nalUnits }) => nalUnits).reduce((sum, { length }) => sum + length, 0);
const camera = { id: randomUUID(), number: 7, name: 'Gate' };
let owned: AsyncDisposableStack;
beforeEach(() => {
  owned = new AsyncDisposableStack();
});
afterEach(async () => {
  await owned.disposeAsync();
  Object.assign(disk, { left: Number.POSITIVE_INFINITY, atOnce: Number.POSITIVE_INFINITY, code: 'ENOSPC' });
});

let latest: Scene | undefined;
/** Clips of an engine with one camera, whose pictures come when they are told to. */
class Scene {
  readonly stream = new LiveStream();
  readonly store: ReturnType<typeof openStore>;
  readonly audit: Audit;
  readonly clips: Clips;
  readonly events: ClipEvent[] = [];
  readonly #packets = new CameraPackets();
  readonly folder: string;
  #at = 0;

  constructor(folder: string) {
    this.folder = folder;
    this.store = owned.use(openStore({ folder, log }));
    this.audit = owned.use(new Audit({ store: this.store, log }));
    this.clips = owned.use(this.open());
  }

  static async begin(frames = gop): Promise<{ scene: Scene; recording: Recording }> {
    const scene = new Scene(await makeFolder(owned));
    latest = scene;
    void scene.#watch();
    scene.send(frames);
    const lease = { stream: scene.stream, audio: new AudioStream(), [Symbol.dispose]: () => {} };
    return { scene, recording: await scene.clips.record(camera, lease, true, 'Erika') };
  }

  /** As the next start of the engine finds them. */
  open(): Clips {
    const { folder, store, audit } = this;
    return new Clips({ table: store.clips, folder, audit, limitBytes: () => 1e9, log });
  }

  send(frames = gop): void {
    for (const { nalUnits } of frames) {
      this.#at += 66;
      for (const packet of this.#packets.picture(this.#at * 90, toRtpPayloads(nalUnits)))
        this.stream.push(packet, this.#at);
    }
  }

  async fileBytes({ id }: Recording): Promise<number> {
    return (await stat(path.join(this.folder, 'clips', `${id}.mp4.part`))).size;
  }

  files(): Promise<string[]> {
    return readdir(path.join(this.folder, 'clips'));
  }

  /** Of ffmpeg about what was kept. */
  async complaints({ id }: Recording): Promise<string> {
    if (!existsSync('/usr/bin/ffmpeg')) return '';
    const file = path.join(this.folder, 'clips', `${id}.mp4`);
    return (await run('ffmpeg', ['-v', 'warning', '-i', file, '-f', 'null', '-'])).stderr;
  }

  ended() {
    return this.events.filter((event) => event.type === 'ended');
  }

  async #watch(): Promise<void> {
    const watching = new AbortController();
    owned.defer(() => watching.abort());
    try {
      for await (const event of this.clips.watch(watching.signal)) this.events.push(event);
    } catch (error) {
      if (!watching.signal.aborted) throw error;
    }
  }
}

test.each([
  ['ENOSPC', 'disk-full'],
  ['EIO', 'storage-failed'],
] as const)(
  'a recording that the disk takes no more of (%s) is a clip up to its last whole fragment, which says why its end is missing',
  async (code, cause) => {
    const { scene, recording } = await Scene.begin();
    Object.assign(disk, { left: Math.round(2.5 * gopBytes), code });
    for (let more = 0; more < 4; more++) scene.send();
    await expect
      .poll(() => scene.ended())
      .toEqual([{ type: 'ended', recording, cameraNumber: 7, end: cause, outcome: 'end-missing' }]);
    const clip = scene.clips.get(recording.id);
    expect(clip).toMatchObject({ endMissing: true, endMissingCause: cause, codec: 'H264', width: 1_280 });
    expect(clip?.milliseconds).toBeGreaterThan(1_900);
    expect(clip?.milliseconds).toBeLessThan(6_000);
    expect(await scene.files()).toEqual([`${recording.id}.mp4`]);
    expect((await scene.audit.list({ did: 'clips.ended', limit: 1 })).entries).toMatchObject([
      { outcome: 'done', details: { reason: cause } },
    ]);
    expect(await scene.complaints(recording)).toBe('');
  },
);

test('a disk that takes a part of what it is given gets the rest once more', async () => {
  const { scene, recording } = await Scene.begin();
  disk.atOnce = 5_000;
  scene.send();
  const clip = await scene.clips.endRecording(recording.id);
  expect(clip.endMissing).toBe(false);
  expect(await scene.complaints(recording)).toBe('');
});

test('whoever ends a recording whose last fragment finds no room is answered with what there is of it', async () => {
  const { scene, recording } = await Scene.begin();
  scene.send();
  await expect.poll(() => scene.fileBytes(recording)).toBeGreaterThan(gopBytes);
  disk.left = 0;
  const clip = await scene.clips.endRecording(recording.id);
  expect(clip).toMatchObject({ id: recording.id, endMissing: true, endMissingCause: 'disk-full' });
  expect(scene.ended()).toEqual([]);
});

test('of a recording that has begun its first picture is kept, whatever the disk takes then', async () => {
  const { scene, recording } = await Scene.begin(gop.slice(0, 1));
  disk.left = 0;
  scene.send(gop.slice(1));
  await expect
    .poll(() => scene.ended())
    .toEqual([{ type: 'ended', recording, cameraNumber: 7, end: 'disk-full', outcome: 'end-missing' }]);
  expect(scene.clips.get(recording.id)).toMatchObject({ endMissingCause: 'disk-full', width: 1_280 });
});

test('a recording whose first picture finds no room does not begin, and nothing of it stays', async () => {
  disk.left = 1_000;
  await expect(Scene.begin()).rejects.toThrow(
    'Nothing of camera 7 was kept: the disk is full. Make room on it and try again.',
  );
  expect(await readdir(path.join(latest?.folder ?? '', 'clips'))).toEqual([]);
});

test.each([
  ['whole', Number.POSITIVE_INFINITY, 'ENOSPC', null],
  ['cut off by a full disk', 0, 'ENOSPC', 'disk-full'],
  ['cut off by a fault of the disk', 0, 'EIO', 'storage-failed'],
] as const)(
  'a recording that cannot be listed stays, and is a clip at the next start: %s',
  async (_, left, code, cause) => {
    const { scene, recording } = await Scene.begin();
    scene.send();
    await expect.poll(() => scene.fileBytes(recording)).toBeGreaterThan(gopBytes);
    Object.assign(disk, { left, code });
    vi.spyOn(scene.store.clips, 'insert').mockImplementationOnce(() => {
      throw new GatehouseError('disk-full', 'Nothing was saved in gatehouse.db: the disk is full.');
    });
    await expect(scene.clips.endRecording(recording.id)).rejects.toThrow(
      'What was recorded of camera 7 could not be listed',
    );
    expect(scene.clips.get(recording.id)).toBeUndefined();
    const again = owned.use(scene.open());
    await again.mended;
    expect(again.get(recording.id)).toMatchObject({
      ...{ cameraNumber: 7, savedBy: 'Erika', endMissing: cause !== null, endMissingCause: cause },
    });
    expect(await scene.files()).toEqual([`${recording.id}.mp4`]);
  },
);
