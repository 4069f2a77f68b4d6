import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatehouseError } from '../../main/base/gatehouse-error.ts';
import { Secret } from '../../main/base/secret.ts';
import { openSource } from '../../main/cameras/source.ts';
import { LiveStream } from '../../main/media/live-stream.ts';
import type { StreamFrame } from '../../main/media/stream-frame.ts';
import type { RtpPacket } from '../../main/rtsp/rtp-packet.ts';
import { RtspSession, type RtspTransport } from '../../main/rtsp/rtsp-session.ts';
import { GstreamerRtspServer, hasGstreamer, hasGstreamerTls } from '../support/gstreamer-rtsp-server.ts';

const account = { username: 'guard "1"', password: 'pa:ss@wörd/100%' };
const singleNalUnitTypes = [1, 5, 6, 7, 8, 9];

/** Opens a stream and plays until so many packets came. */
async function receive(
  url: string,
  packets: number,
  credentials: { username: string; password: string } | null = null,
  more: { transport?: RtspTransport; certificate?: string } = {},
): Promise<{ session: RtspSession; received: RtpPacket[] }> {
  const stop = new AbortController();
  const target = {
    name: 'Test pattern',
    url,
    username: credentials?.username ?? null,
    password: credentials === null ? null : new Secret(credentials.password),
    certificate: more.certificate ?? null,
  };
  const { transport = 'tcp' } = more;
  await using session = await RtspSession.open(target, { signal: stop.signal, transport });
  const received: RtpPacket[] = [];
  await session.play((packet) => {
    received.push(packet);
    if (received.length === packets) stop.abort();
  });
  return { session, received };
}

/** Opens a stream and plays until so many pictures came out of it. */
async function watch(url: string, pictures: number) {
  const stop = new AbortController();
  const target = { name: 'Test pattern', url, username: null, password: null };
  await using source = await openSource(target, { signal: stop.signal, transport: 'tcp' });
  const stream = new LiveStream();
  stream.begin(source.video);
  const frames: StreamFrame[] = [];
  stream.read((frame) => {
    frames.push(frame);
    if (frames.length === pictures) stop.abort();
  });
  await source.play({
    packet: (packet) => stream.push(packet, performance.now()),
    picture: (file) => stream.pushPicture(file, performance.now()),
  });
  return { codec: stream.codec, size: stream.pictureSize, frames };
}

/** NAL unit type of a payload, that of the fragmented one for FU-A (RFC 6184 section 5.8). */
function nalUnitType(payload: Buffer): number {
  const type = payload.readUInt8(0) & 0x1f;
  return type === 28 ? payload.readUInt8(1) & 0x1f : type;
}

describe.skipIf(!hasGstreamer())("against GStreamer's RTSP server (Debian's python3-gi)", () => {
  let open: GstreamerRtspServer;
  beforeAll(async () => {
    open = await GstreamerRtspServer.start('open');
  });
  afterAll(async () => {
    await open[Symbol.asyncDispose]();
  });

  test('the video of an open server arrives', async () => {
    const { session, received } = await receive(open.url('live'), 60);
    expect(session.track).toMatchObject({ payloadType: 96, clockRate: 90_000, encodingName: 'H264' });
    expect(session.track.parameterSets.map((set) => set.readUInt8(0) & 0x1f)).toEqual([7, 8]);
    const types = received.map(({ payload }) => nalUnitType(payload));
    expect(types.filter((type) => !singleNalUnitTypes.includes(type) && type !== 24)).toEqual([]);
    expect(types).toContain(5);
    const [first = 0, ...others] = received.map(({ sequenceNumber }) => sequenceNumber);
    expect(others).toEqual(others.map((_, index) => (first + index + 1) % 65_536));
    expect(new Set(received.map(({ ssrc }) => ssrc)).size).toBe(1);
  });

  test('over UDP the video arrives in order, also behind a password', async () => {
    const { session, received } = await receive(open.url('live'), 60, null, { transport: 'udp' });
    expect(session.transport).toBe('udp');
    const [first = 0, ...others] = received.map(({ sequenceNumber }) => sequenceNumber);
    expect(others).toEqual(others.map((_, index) => (first + index + 1) % 65_536));
    await using locked = await GstreamerRtspServer.start('digest', account.username, account.password);
    const { received: behind } = await receive(locked.url('live'), 10, account, { transport: 'udp' });
    expect(behind).toHaveLength(10);
  });

  test.skipIf(!hasGstreamerTls())('over TLS the video arrives once its certificate is trusted', async () => {
    const file = path.resolve(import.meta.dirname, '../support/certificates/camera.pem');
    await using server = await GstreamerRtspServer.start('digest', account.username, account.password, file);
    const url = server.url('live');
    const refused: unknown = await receive(url, 1, account).catch((error: unknown) => error);
    if (!(refused instanceof GatehouseError)) throw new Error('it was let in');
    expect(refused.code).toBe('camera-certificate-untrusted');
    const certificate = refused.certificate?.fingerprint ?? '';
    expect((await receive(url, 20, account, { certificate })).received).toHaveLength(20);
  });

  test('packets far larger than an MTU arrive in one piece', async () => {
    const { received } = await receive(open.url('large-packets'), 40);
    expect(Math.max(...received.map(({ payload }) => payload.length))).toBeGreaterThan(4_000);
    const types = received.map(({ payload }) => payload.readUInt8(0) & 0x1f);
    expect(types.filter((type) => !singleNalUnitTypes.includes(type) && type !== 24)).toEqual([]);
  });

  test('only the video of a stream with sound arrives', async () => {
    const { received } = await receive(open.url('pcma'), 40);
    expect(new Set(received.map(({ payloadType }) => payloadType))).toEqual(new Set([96]));
  });

  test('a stream in another format is refused with the name of the format', async () => {
    await expect(receive(open.url('vp8'), 1)).rejects.toMatchObject({
      code: 'camera-codec-unsupported',
      message: expect.stringContaining('VP8'),
    });
  });

  test.each([
    ['jpeg', 'JPEG', 'mjpeg'],
    ['h265', 'H265', 'hevc'],
  ] as const)('what comes of %s is decoded by ffmpeg without a fault', async (path, codec, format) => {
    const stream = await watch(open.url(path), 20);
    expect(stream.codec).toBe(codec);
    expect(stream.size).toMatchObject({ width: 320, height: 240 });
    expect(stream.frames[0]?.keyFrame).toBe(true);
    const startCode = codec === 'JPEG' ? Buffer.alloc(0) : Buffer.from([0, 0, 0, 1]);
    const data = Buffer.concat(
      stream.frames.flatMap(({ units }) => units.flatMap((unit) => [startCode, unit])),
    );
    const parameters = ['-v', 'error', '-f', format, '-i', '-', '-f', 'framecrc', '-'];
    const { stdout, stderr } = spawnSync('ffmpeg', parameters, { input: data, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.split('\n').filter((line) => line.startsWith('0,'))).toHaveLength(20);
  });

  test('JPEG of a size that RTP cannot say is refused in words', async () => {
    await expect(watch(open.url('jpeg-large'), 1)).rejects.toMatchObject({
      code: 'camera-codec-unsupported',
      message: expect.stringContaining('2,040 pixels'),
    });
  });

  test('a stream without video is refused', async () => {
    await expect(receive(open.url('sound-only'), 1)).rejects.toMatchObject({ code: 'camera-no-video' });
  });

  test('a path that the server does not know has no video', async () => {
    await expect(receive(open.url('nothing'), 1)).rejects.toMatchObject({
      code: 'camera-no-video',
      message: expect.stringContaining('404'),
    });
  });

  for (const scheme of ['basic', 'digest'] as const) {
    test(`${scheme}: the right password lets in, a wrong one and none do not`, async () => {
      await using server = await GstreamerRtspServer.start(scheme, account.username, account.password);
      const url = server.url('live');
      expect((await receive(url, 5, account)).received).toHaveLength(5);
      for (const wrong of [{ ...account, password: 'Pa:ss@wörd/100%' }, null]) {
        await expect(receive(url, 1, wrong)).rejects.toMatchObject({ code: 'camera-refused-credentials' });
      }
    });
  }
});
