import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { Recorder, type RecorderEnd, type RecorderOptions } from '../../main/clips/recorder.ts';
import { loadClip } from '../../main/demo/clip.ts';
import { toRtpPayloads } from '../../main/demo/rtp-payloads.ts';
import { AudioStream } from '../../main/media/audio-stream.ts';
import { LiveStream } from '../../main/media/live-stream.ts';
import { CameraPackets } from '../support/camera-packets.ts';

const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-recorder-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(async () => {
  for (const file of await readdir(folder)) await rm(path.join(folder, file));
});

/** A camera whose pictures come when they are told to, and a recording of it. */
class Scene {
  readonly stream = new LiveStream();
  readonly ended: RecorderEnd[] = [];
  isLeased = true;
  keyFramesWanted = 0;
  readonly #packets = new CameraPackets();
  #at = 0;

  constructor() {
    this.stream.onKeyFrameWanted = () => void this.keyFramesWanted++;
  }

  /** All pictures of a clip, 66 ms apart. */
  send(profile: 'main' | 'sub', frames = loadClip(0, profile, 2).frames): void {
    for (const { nalUnits } of frames) {
      this.#at += 66;
      for (const packet of this.#packets.picture(this.#at * 90, toRtpPayloads(nalUnits)))
        this.stream.push(packet, this.#at);
    }
  }

  /** One picture, and no key frame. */
  sendDelta(): void {
    this.send('main', loadClip(0, 'main', 2).frames.slice(1, 2));
  }

  async record(options: Partial<RecorderOptions> = {}): Promise<Recorder> {
    return await Recorder.start({
      lease: {
        stream: this.stream,
        audio: new AudioStream(),
        [Symbol.dispose]: () => {
          this.isLeased = false;
        },
      },
      file: path.join(folder, 'clip.mp4'),
      ...{ title: 'Gate', withSound: true, longestMilliseconds: 60_000 },
      hasRoom: async () => true,
      onEnd: (end) => this.ended.push(end),
      ...options,
    });
  }
}

test.each<[RecorderEnd, Partial<RecorderOptions>, 'main' | 'sub']>([
  ['too-long', { longestMilliseconds: 3_000 }, 'main'],
  ['no-room', { hasRoom: async () => false }, 'main'],
  ['format-changed', {}, 'sub'],
])(
  'a recording ends by itself (%s), gives its camera back, and what is there is a whole file',
  async (end, options, then) => {
    const scene = new Scene();
    scene.send('main');
    const recorder = await scene.record(options);
    scene.send('main');
    scene.send(then);
    await expect.poll(() => scene.ended).toEqual([end]);
    expect(scene.isLeased).toBe(false);
    const finished = await recorder.finish();
    expect(finished).toMatchObject({ codec: 'H264', width: 1_280, height: 720 });
    expect(finished.milliseconds).toBeGreaterThan(1_000);
    expect(finished.milliseconds).toBeLessThan(60_000);
    expect(finished.bytes).toBeGreaterThan(0);
  },
);

test('a recording of a camera that sends nothing asks for a key frame, and waits for it', async () => {
  const scene = new Scene();
  const starting = scene.record();
  scene.sendDelta();
  expect(scene.keyFramesWanted).toBe(1);
  scene.send('main');
  const recorder = await starting;
  expect((await recorder.finish()).milliseconds).toBeGreaterThan(0);
  expect(scene.isLeased).toBe(false);
});

test('a recording that cannot begin gives its camera back, and no file stays', async () => {
  const scene = new Scene();
  scene.send('main');
  await expect(scene.record({ file: path.join(folder, 'nowhere', 'clip.mp4') })).rejects.toThrow('ENOENT');
  expect(scene.isLeased).toBe(false);
  expect(await readdir(folder)).toEqual([]);
});
