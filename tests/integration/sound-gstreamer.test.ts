import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSource, type Source } from '../../main/cameras/source.ts';
import { type AudioFrame, AudioStream } from '../../main/media/audio-stream.ts';
import type { RtspTransport } from '../../main/rtsp/rtsp-session.ts';
import { GstreamerRtspServer, hasGstreamer } from '../support/gstreamer-rtsp-server.ts';

const hertz = 440;

/** Opens a stream with sound, and plays until so much of it came. */
async function hear(
  url: string,
  transport: RtspTransport,
  wanted: number,
): Promise<{ source: Source; frames: AudioFrame[]; videoPackets: number }> {
  const stop = new AbortController();
  const target = { name: 'Test tone', url, username: null, password: null };
  await using source = await openSource(target, { signal: stop.signal, transport });
  const stream = new AudioStream();
  if (source.audio.kind === 'playable') stream.begin(source.audio.track, (onPacket) => source.hear(onPacket));
  const frames: AudioFrame[] = [];
  stream.read((frame) => {
    frames.push(frame);
    if (frames.length === wanted) stop.abort();
  });
  let videoPackets = 0;
  await source.play({
    packet: () => {
      videoPackets++;
      if (source.audio.kind !== 'playable') stop.abort();
    },
    picture: () => {},
  });
  return { source, frames, videoPackets };
}

/** In front of an access unit, so that it can be read as a file (ISO 13818-7 section 6.2): AAC-LC, 16 kHz, one channel. */
function adtsHeader(unit: Buffer): Buffer {
  const bytes = unit.length + 7;
  return Buffer.from([
    0xff,
    0xf1,
    0x60,
    0x40 | (bytes >> 11),
    (bytes >> 3) & 0xff,
    ((bytes & 7) << 5) | 0x1f,
    0xfc,
  ]);
}

/** What ffmpeg makes of it: 16-bit samples at 8 kHz. */
function decode(format: readonly string[], data: Buffer): Int16Array {
  const output = ['-ar', '8000', '-ac', '1', '-f', 's16le', '-'];
  const parameters = ['-v', 'error', ...format, '-i', '-', ...output];
  const { stdout, stderr } = spawnSync('ffmpeg', parameters, { input: data });
  expect(stderr.toString()).toBe('');
  return new Int16Array(stdout.buffer, stdout.byteOffset, Math.floor(stdout.length / 2));
}

/** Of a tone, by how often it crosses zero upwards. */
function pitch(samples: Int16Array): number {
  const crossings = samples.filter((sample, index) => sample >= 0 && (samples[index - 1] ?? 0) < 0).length;
  return crossings / (samples.length / 8_000);
}

/** Distances in time, in ticks of the format's clock. */
function steps(frames: readonly AudioFrame[]): Set<number> {
  return new Set(frames.slice(1).map(({ timestamp }, index) => timestamp - (frames[index]?.timestamp ?? 0)));
}

describe.skipIf(!hasGstreamer())("against GStreamer's RTSP server (Debian's python3-gi)", () => {
  let server: GstreamerRtspServer;
  beforeAll(async () => {
    server = await GstreamerRtspServer.start('open');
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  describe.each(['tcp', 'udp'] as const)('over %s', (transport) => {
    test.each([
      ['pcmu', 'PCMU', 'mulaw'],
      ['pcma', 'PCMA', 'alaw'],
    ] as const)('%s beside the video is the tone that was sent', async (path, codec, format) => {
      const { source, frames, videoPackets } = await hear(server.url(path), transport, 40);
      expect(source.transport).toBe(transport);
      expect(new Set(frames.map((frame) => frame.codec))).toEqual(new Set([codec]));
      const [step = 0] = steps(frames);
      expect(steps(frames).size).toBe(1);
      expect(frames[0]?.payload).toHaveLength(step);
      const data = Buffer.concat(frames.map(({ payload }) => payload));
      const samples = decode(['-f', format, '-ar', '8000'], data);
      expect(pitch(samples)).toBeGreaterThan(hertz - 10);
      expect(pitch(samples)).toBeLessThan(hertz + 10);
      expect(videoPackets).toBeGreaterThan(0);
    });

    test('AAC beside the video is the tone that was sent', async () => {
      const { source, frames } = await hear(server.url('aac'), transport, 40);
      expect(source.audio).toMatchObject({
        track: {
          codec: 'MPEG4-GENERIC',
          clockRate: 16_000,
          aac: { channels: 1, config: Buffer.from('1408', 'hex') },
        },
      });
      expect(steps(frames)).toEqual(new Set([1_024]));
      const data = Buffer.concat(frames.flatMap(({ payload }) => [adtsHeader(payload), payload]));
      const samples = decode(['-f', 'aac'], data);
      // The encoder needs some units to begin.
      const settled = samples.subarray(samples.length / 2);
      expect(pitch(settled)).toBeGreaterThan(hertz - 15);
      expect(pitch(settled)).toBeLessThan(hertz + 15);
    });

    test('Opus beside the video comes packet by packet', async () => {
      const { source, frames } = await hear(server.url('opus'), transport, 40);
      expect(source.audio).toMatchObject({ track: { codec: 'OPUS', clockRate: 48_000 } });
      expect(steps(frames)).toEqual(new Set([960]));
    });
  });

  test('AAC in LATM is named as what cannot be played, and the picture plays', async () => {
    const { source, videoPackets } = await hear(server.url('latm'), 'tcp', 1);
    expect(source.audio).toEqual({ kind: 'unsupported', codecs: ['MP4A-LATM'] });
    expect(videoPackets).toBeGreaterThan(0);
  });
});
