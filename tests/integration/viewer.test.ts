import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RtcpSrPacket } from 'werift';
import { createLog } from '../../main/base/log.ts';
import { AudioStream } from '../../main/media/audio-stream.ts';
import { LiveStream } from '../../main/media/live-stream.ts';
import type { StreamLease } from '../../main/media/stream-lease.ts';
import type { Viewer } from '../../main/viewers/viewer.ts';
import { ViewerService } from '../../main/viewers/viewer-service.ts';
import { VideoSource } from '../support/video-source.ts';
import { viewerSettings } from '../support/viewer-settings.ts';
import { WeriftWindow } from '../support/werift-window.ts';

const log = createLog('silent');
const realSend = dgram.Socket.prototype.send;
let owned: AsyncDisposableStack;
let service: ViewerService;

beforeEach(() => {
  owned = new AsyncDisposableStack();
  service = owned.use(new ViewerService({ log, settings: viewerSettings() }));
});

afterEach(async () => {
  await owned.disposeAsync();
});

async function open(slots = 1): Promise<{ viewer: Viewer; window: WeriftWindow }> {
  const viewer = await service.open(slots);
  return { viewer, window: owned.use(new WeriftWindow(viewer)) };
}

function lease(stream: LiveStream, audio = new AudioStream()): StreamLease {
  return { stream, audio, [Symbol.dispose]: () => {} };
}

test('the offer holds one H.264 payload type and its RTX, four for sound, and lets the browser be the DTLS client', async () => {
  const { window } = await open();
  await window.negotiate();
  const lines = window.offer.split('\r\n');
  expect(new Set(lines.filter((line) => line.startsWith('m=')))).toEqual(
    new Set([
      'm=video 9 UDP/TLS/RTP/SAVPF 96 97',
      'm=audio 9 UDP/TLS/RTP/SAVPF 111 9 0 8',
      'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    ]),
  );
  expect(lines.filter((line) => line.startsWith('m=video'))).toHaveLength(4);
  expect(lines.filter((line) => line.startsWith('m=audio'))).toHaveLength(1);
  expect(new Set(lines.filter((line) => line.startsWith('a=rtpmap:')))).toEqual(
    new Set([
      'a=rtpmap:96 H264/90000',
      'a=rtpmap:97 rtx/90000',
      'a=rtpmap:111 opus/48000/2',
      'a=rtpmap:9 G722/8000',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:8 PCMA/8000',
    ]),
  );
  expect(new Set(lines.filter((line) => line.startsWith('a=setup:')))).toEqual(new Set(['a=setup:actpass']));
});

test('no STUN server is asked that nobody configured: no name is looked up, nothing goes beyond this computer', async () => {
  const names: unknown[] = [];
  const lookup = vi.spyOn(dns.promises, 'lookup').mockImplementation((async (name: string) => {
    names.push(name);
    throw new Error('nobody knows this name');
  }) as never);
  const own = new Set(
    Object.values(os.networkInterfaces()).flatMap((list) => list?.map(({ address }) => address)),
  );
  const sentTo = new Set<unknown>();
  const send = vi.spyOn(dgram.Socket.prototype, 'send').mockImplementation(function (
    this: dgram.Socket,
    ...parameters: unknown[]
  ) {
    const address = parameters.find((value, index) => index > 0 && typeof value === 'string');
    sentTo.add(address);
    // What is meant for others does not leave.
    if (own.has(String(address))) Reflect.apply(realSend, this, parameters);
  } as never);
  try {
    const { window } = await open();
    await window.negotiate();
  } finally {
    lookup.mockRestore();
    send.mockRestore();
  }
  expect(names).toEqual([]);
  expect(sentTo.size).toBeGreaterThan(0);
  expect([...sentTo].filter((address) => !own.has(String(address)))).toEqual([]);
});

test('sequence numbers stay contiguous over the wrap and over changes of camera, and all of it can be decrypted', async () => {
  const { viewer, window } = await open();
  await window.negotiate();
  const streams = [new LiveStream(), new LiveStream()];
  const sources = streams.map((stream) => new VideoSource(stream, { frameBytes: 24 }));
  for (const source of sources) source.send('key');
  const slot = viewer.slots[0];
  let sent = 0;
  for (let round = 0; sent < 70_000; round++) {
    const stream = streams[round % 2];
    const source = sources[round % 2];
    if (stream === undefined || source === undefined || slot === undefined) throw new Error('unreachable');
    viewer.bind(0, lease(stream));
    while (slot.isReplaying) sent += slot.replay();
    source.send('key', ...Array.from({ length: 59 }, () => 'delta' as const));
    sent += 60;
    // A turn at a time: a burst larger than the socket's buffer would be lost, as on any network.
    const expected = sent;
    await window.until(() => window.packets.length >= expected);
  }
  const numbers = window.packetsOf(0).map((packet) => packet.header.sequenceNumber);
  const steps = new Set(numbers.slice(1).map((number, index) => (number - (numbers[index] ?? 0)) & 0xffff));
  expect(steps).toEqual(new Set([1]));
  expect(numbers.length).toBeGreaterThan(65_536);
});

test('two windows on one stream get their own packets with their own numbers', async () => {
  const stream = new LiveStream();
  const source = new VideoSource(stream);
  const first = await open();
  const second = await open();
  await first.window.negotiate();
  await second.window.negotiate();
  first.viewer.bind(0, lease(stream));
  source.send('key', 'delta', 'delta');
  await first.window.until(() => first.window.packetsOf(0).length === 3);
  second.viewer.bind(0, lease(stream));
  source.send('delta');
  await second.window.until(() => second.window.packetsOf(0).length === 4);
  await first.window.until(() => first.window.packetsOf(0).length === 4);
  const [one, two] = [first, second].map(({ window }) => window.packetsOf(0));
  expect(one?.map((packet) => packet.payload)).toEqual(two?.map((packet) => packet.payload));
  expect(one?.[0]?.header.ssrc).not.toBe(two?.[0]?.header.ssrc);
  const contiguous = (packets = one) =>
    packets?.every((packet, index) => {
      const previous = packets[index - 1];
      return (
        previous === undefined ||
        ((packet.header.sequenceNumber - previous.header.sequenceNumber) & 0xffff) === 1
      );
    });
  expect(contiguous(one)).toBe(true);
  expect(contiguous(two)).toBe(true);
});

test('sender reports tell the time of the wall clock, fractions of a second and all', async () => {
  const { viewer, window } = await open();
  await window.negotiate();
  const reports: RtcpSrPacket[] = [];
  const { promise: reported, resolve } = Promise.withResolvers<void>();
  window.connection.dtlsTransports[0]?.onRtcp.subscribe((packet) => {
    if (!(packet instanceof RtcpSrPacket)) return;
    reports.push(packet);
    if (reports.length === 2) resolve();
  });
  const stream = new LiveStream();
  viewer.bind(0, lease(stream));
  new VideoSource(stream).send('key');
  await reported;
  const times = reports.map(({ senderInfo: { ntpTimestamp } }) => {
    const seconds = Number(ntpTimestamp >> 32n) - 2_208_988_800;
    return (seconds + Number(ntpTimestamp & 0xffffffffn) / 2 ** 32) * 1_000;
  });
  const [first = 0, second = 0] = times;
  expect(Math.abs(Date.now() - second)).toBeLessThan(60_000);
  // Two reports a second apart: with whole seconds only, both fractions would be the same.
  expect(first % 1_000 === 0 && second % 1_000 === 0).toBe(false);
  expect(reports[0]?.senderInfo).toMatchObject({ packetCount: 1 });
});

test('a request for a key frame is answered from the cache', async () => {
  const { viewer, window } = await open();
  await window.negotiate();
  const stream = new LiveStream();
  viewer.bind(0, lease(stream));
  new VideoSource(stream).send('key', 'delta');
  await window.until(() => window.packetsOf(0).length === 2);
  const receiver = window.connection.getTransceivers()[0]?.receiver;
  const ssrc = window.packetsOf(0)[0]?.header.ssrc;
  await receiver?.sendRtcpPLI(ssrc ?? 0);
  await window.until(() => window.packetsOf(0).length === 4);
  const payloads = window.packetsOf(0).map((packet) => packet.payload.toString('hex'));
  expect(payloads.slice(2)).toEqual(payloads.slice(0, 2));
});

test('tiles beyond the last slot bring sixteen more at a time, and their pictures', async () => {
  const { viewer, window } = await open(16);
  await window.negotiate();
  const stream = new LiveStream();
  new VideoSource(stream).send('key', 'delta');
  viewer.bind(20, lease(stream));
  // While one offer is outstanding, what comes on top waits for the next.
  viewer.bind(40, lease(stream));
  expect((await window.negotiate()).slots).toHaveLength(32);
  await window.until(() => window.packetsOf(20).length === 2);
  expect((await window.negotiate()).slots).toHaveLength(48);
  await window.until(() => window.packetsOf(40).length === 2);
});

test('what a socket reports about one datagram, as Windows does when a network goes away, ends nothing', async () => {
  const create = vi.spyOn(dgram, 'createSocket');
  syncBuiltinESMExports();
  const viewer = await service.open(1);
  const sockets = create.mock.results.map(({ value }) => value as dgram.Socket);
  create.mockRestore();
  syncBuiltinESMExports();
  expect(sockets).not.toEqual([]);
  const window = owned.use(new WeriftWindow(viewer));
  await window.negotiate();
  for (const socket of sockets) socket.emit('error', new Error('recvmsg EHOSTUNREACH'));
  const stream = new LiveStream();
  const source = new VideoSource(stream, { frameBytes: 24 });
  viewer.bind(0, lease(stream));
  source.send('key');
  await window.until(() => window.packetsOf(0).length === 1);
});

test('an answer that nobody asked for is refused and changes nothing', async () => {
  const { viewer, window } = await open();
  await window.negotiate();
  await expect(viewer.answer('v=0')).rejects.toMatchObject({ code: 'bad-input' });
});

test('a viewer that is closed gives its leases back and ends its events', async () => {
  const { viewer, window } = await open();
  await window.negotiate();
  let released = 0;
  const counted = () => ({ ...lease(new LiveStream()), [Symbol.dispose]: () => released++ });
  viewer.bind(3, counted());
  viewer.listen(counted());
  await viewer[Symbol.asyncDispose]();
  expect(released).toBe(2);
  expect(await window.nextEvent()).toBeUndefined();
  expect(() => service.get(viewer.id)).toThrow('not connected any more');
});
