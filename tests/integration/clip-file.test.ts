import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { ClipFile } from '../../main/clips/clip-file.ts';
import { RecordingFile } from '../../main/clips/recording-file.ts';
import { type Clip, loadClip, loadClipIn } from '../../main/demo/clip.ts';
import { toH265Payloads, toRtpPayloads } from '../../main/demo/rtp-payloads.ts';
import { LiveStream } from '../../main/media/live-stream.ts';
import { PictureMemory } from '../../main/media/picture-memory.ts';
import type { StreamFrame } from '../../main/media/stream-frame.ts';
import { CameraPackets } from '../support/camera-packets.ts';

const run = promisify(execFile);
const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-clip-file-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Of a camera whose clock runs unevenly: 90 kHz ticks from one picture to the next. */
const steps = [6_000, 5_990, 6_013, 5_997];

/** A clip goes through RTP and becomes the frames of a stream. */
function receive({ frames, format }: Clip): { frames: StreamFrame[]; ticks: number[] } {
  if (format.name === 'JPEG') throw new Error('no RTP payloads for JPEG here');
  const stream = new LiveStream(new PictureMemory(), new PictureMemory());
  stream.begin({ codec: format.name, parameterSets: [] });
  const received: StreamFrame[] = [];
  stream.read((frame) => received.push(frame));
  const packets = new CameraPackets();
  const ticks: number[] = [];
  let timestamp = 4_294_900_000;
  for (const [index, { nalUnits }] of frames.entries()) {
    const payloads = format.name === 'H264' ? toRtpPayloads(nalUnits) : toH265Payloads(nalUnits);
    for (const packet of packets.picture(timestamp, payloads)) stream.push(packet, index * 66);
    ticks.push((timestamp - 4_294_900_000 + 2 ** 32) % 2 ** 32);
    timestamp = (timestamp + (steps[index % steps.length] ?? 0)) % 2 ** 32;
  }
  return { frames: received, ticks };
}

interface Packet {
  readonly pts: number;
  readonly data_hash: string;
  readonly flags: string;
}

test.runIf(existsSync('/usr/bin/ffprobe')).each([
  ['H.264', 'plain', 'h264', () => loadClip(0, 'main', 2)],
  ['H.265', 'plain', 'hevc', () => loadClipIn('H265')],
  ['H.264', 'fragments', 'h264', () => loadClip(0, 'main', 2)],
  ['H.265', 'fragments', 'hevc', () => loadClipIn('H265')],
] as const)(
  '%s, %s: the pictures in a file are those that the camera sent, bit for bit, at its own times, and are decoded without a complaint (ffmpeg)',
  async (name, layout, codec, load) => {
    const clip = load();
    const { frames, ticks } = receive(clip);
    expect(frames).toHaveLength(clip.frames.length);
    const [first] = frames;
    if (first === undefined) throw new Error('nothing was received');
    const file = path.join(folder, `${name} ${layout}.mp4`);
    const files = layout === 'plain' ? ClipFile : RecordingFile;
    const writing = await files.create(file, first, 'Gate', null);
    for (const frame of frames) await writing.addPicture(frame);
    const finished = await writing.finish();

    const shown = await run('ffprobe', [
      ...['-v', 'error', '-of', 'json', '-show_packets', '-show_data_hash', 'sha256', '-show_streams', file],
    ]);
    expect(shown.stderr).toBe('');
    const { packets, streams } = JSON.parse(shown.stdout) as {
      packets: Packet[];
      streams: { codec_name: string; time_base: string; width: number; height: number }[];
    };
    expect(streams).toMatchObject([
      { codec_name: codec, time_base: '1/90000', width: finished.width, height: finished.height },
    ]);
    expect(packets.map(({ pts }) => pts)).toEqual(ticks);
    const sent = clip.frames.map(({ nalUnits, keyFrame }) => {
      const hash = createHash('sha256');
      for (const unit of nalUnits) {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(unit.length);
        hash.update(length).update(unit);
      }
      return { data_hash: `SHA256:${hash.digest('hex')}`, isKey: keyFrame };
    });
    expect(packets.map(({ data_hash, flags }) => ({ data_hash, isKey: flags.startsWith('K') }))).toEqual(
      sent,
    );

    const decoded = await run('ffmpeg', ['-v', 'warning', '-i', file, '-f', 'null', '-']);
    expect(decoded.stderr).toBe('');
  },
);

test('a file that is given up is gone', async () => {
  const { frames } = receive(loadClip(0, 'sub', 2));
  const [first] = frames;
  if (first === undefined) throw new Error('nothing was received');
  const writing = await ClipFile.create(path.join(folder, 'given-up.mp4'), first, 'Gate');
  for (const frame of frames) await writing.addPicture(frame);
  await writing.discard();
  expect(await readdir(folder)).not.toContain('given-up.mp4');
});
