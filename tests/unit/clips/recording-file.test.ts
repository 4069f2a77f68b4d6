import { mkdtemp, readFile, rm, stat, truncate } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { EncodedPacketSink, FilePathSource, Input, type InputTrack, MP4 } from 'mediabunny';
import { afterAll, expect, test } from 'vitest';
import { pictureData } from '../../../main/clips/clip-pictures.ts';
import { clipSound } from '../../../main/clips/clip-sound.ts';
import { mendFile } from '../../../main/clips/interrupted-clip.ts';
import { RecordingFile } from '../../../main/clips/recording-file.ts';
import { loadClip } from '../../../main/demo/clip.ts';
import { toRtpPayloads } from '../../../main/demo/rtp-payloads.ts';
import { LiveStream } from '../../../main/media/live-stream.ts';
import type { StreamFrame } from '../../../main/media/stream-frame.ts';
import { CameraPackets } from '../../support/camera-packets.ts';

const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-recording-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const sound = clipSound({ codec: 'PCMU', clockRate: 8_000 });
const [key, delta] = loadClip(0, 'sub', 2).frames;

/** Pictures as a camera may send them: so many milliseconds after the one before, as key frames or not. */
const pictures = fc.array(fc.tuple(fc.integer({ min: 1, max: 1_500 }), fc.nat(9)), {
  minLength: 1,
  maxLength: 80,
});

function framesOf(steps: readonly (readonly [milliseconds: number, kind: number])[]): StreamFrame[] {
  const stream = new LiveStream();
  const frames: StreamFrame[] = [];
  using _reading = stream.read((frame) => frames.push(frame));
  const packets = new CameraPackets();
  let at = 0;
  for (const [index, [milliseconds, kind]] of steps.entries()) {
    at += milliseconds;
    const picture = index === 0 || kind === 0 ? key : delta;
    for (const packet of packets.picture(at * 90, toRtpPayloads(picture?.nalUnits ?? [])))
      stream.push(packet, at);
  }
  return frames;
}

async function record(name: string, frames: readonly StreamFrame[], flushAt: number): Promise<RecordingFile> {
  const [first] = frames;
  if (first === undefined || sound === undefined) throw new Error('nothing to record');
  await rm(path.join(folder, name), { force: true });
  const file = await RecordingFile.create(path.join(folder, name), first, 'Gate', sound);
  for (const [index, frame] of frames.entries()) {
    await file.addPicture(frame);
    file.addSound({ data: Buffer.from([index]), seconds: index / 10, duration: 0.1 });
    if (index === flushAt) await file.flush();
  }
  return file;
}

interface Found {
  readonly data: Buffer;
  readonly ticks: number;
  readonly isKey: boolean;
}

async function packetsOf(track: InputTrack | null, ticksPerSecond: number): Promise<Found[]> {
  if (track === null) return [];
  const found: Found[] = [];
  for await (const { data, timestamp, type } of new EncodedPacketSink(track).packets())
    found.push({
      data: Buffer.from(data),
      ticks: Math.round(timestamp * ticksPerSecond),
      isKey: type === 'key',
    });
  return found;
}

async function read(file: string): Promise<{ pictures: Found[]; sounds: Found[]; milliseconds: number }> {
  using input = new Input({ source: new FilePathSource(file), formats: [MP4] });
  const [video, audio] = [await input.getPrimaryVideoTrack(), await input.getPrimaryAudioTrack()];
  return {
    ...{ pictures: await packetsOf(video, 90_000), sounds: await packetsOf(audio, 8_000) },
    milliseconds: Math.round(((await video?.computeDuration()) ?? 0) * 1_000),
  };
}

function expected(frames: readonly StreamFrame[]): Found[] {
  const [first] = frames;
  return frames.map((frame) => ({
    data: pictureData(frame),
    ticks: frame.timestamp - (first?.timestamp ?? 0),
    isKey: frame.keyFrame,
  }));
}

test('whenever pictures come, each of them is in the file with its own time, and so is each sound', async () => {
  await fc.assert(
    fc.asyncProperty(pictures, fc.nat(3), async (steps, flushAt) => {
      const frames = framesOf(steps);
      const recording = await record('whole.mp4', frames, flushAt);
      const { milliseconds, bytes } = await recording.finish();
      const file = path.join(folder, 'whole.mp4');
      const found = await read(file);
      expect(found.pictures).toEqual(expected(frames));
      expect(found.sounds.map(({ data, ticks }) => [data[0], ticks])).toEqual(
        frames.map((_, index) => [index, index * 800]),
      );
      expect(found.milliseconds).toBe(milliseconds);
      expect((await stat(file)).size).toBe(bytes);
    }),
    { numRuns: 20 },
  );
});

test('wherever a recording is cut off, what is kept of it lacks a second at most, and pictures that came once a second and more seldom', async () => {
  await fc.assert(
    fc.asyncProperty(pictures, fc.nat(), async (steps, cut) => {
      const frames = framesOf(steps);
      const recording = await record('cut.mp4', frames, 0);
      await recording.abandon();
      const file = path.join(folder, 'cut.mp4');
      const { size } = await stat(file);
      const all = (await mendFile(file)) ?? { milliseconds: -1 };
      const { pictures: kept } = await read(file);
      expect(kept).toEqual(expected(frames).slice(0, kept.length));
      const [last, end] = [expected(frames).at(-1)?.ticks ?? 0, expected(frames)[kept.length]?.ticks ?? 0];
      if (kept.length < frames.length) expect(last - end).toBeLessThan(90_000);
      expect(all.milliseconds).toBeGreaterThan(0);
      await truncate(file, cut % size);
      if ((await mendFile(file)) !== null) {
        const { pictures: fewer } = await read(file);
        expect(fewer).toEqual(expected(frames).slice(0, fewer.length));
        expect(fewer.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 20 },
  );
});

test('the index at the end of a recording says where its key frames are', async () => {
  const frames = framesOf(Array.from({ length: 100 }, (_, index) => [100, index % 25]));
  await (await record('index.mp4', frames, 0)).finish();
  const data = await readFile(path.join(folder, 'index.mp4'));
  // ISO 14496-12 sections 8.8.10 and 8.8.11: the last four bytes say how long the index is.
  const index = data.subarray(data.length - data.readUInt32BE(data.length - 4));
  expect(index.toString('latin1', 4, 8) + index.toString('latin1', 12, 16)).toBe('mfratfra');
  const entries = Array.from({ length: index.readUInt32BE(28) }, (_, entry) => {
    const [at, position] = [0, 8].map((field) => Number(index.readBigUInt64BE(32 + 19 * entry + field)));
    return { at, box: data.toString('latin1', (position ?? 0) + 4, (position ?? 0) + 8), position };
  });
  expect(entries).toMatchObject([0, 2.5, 5, 7.5].map((seconds) => ({ at: seconds * 90_000, box: 'moof' })));
  for (const { at, position } of entries) {
    // The time of the first picture of that fragment: `tfdt` in the first `traf`.
    const fragment = data.subarray(position);
    expect(Number(fragment.readBigUInt64BE(fragment.indexOf('tfdt') + 8))).toBe(at);
  }
});
