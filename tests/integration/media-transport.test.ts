import dgram from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  GenericNack,
  ReceiverEstimatedMaxBitrate,
  type RTCDtlsTransport,
  RtcpPayloadSpecificFeedback,
  RtcpReceiverInfo,
  RtcpRrPacket,
  RtcpTransportLayerFeedback,
  type RtpPacket,
  SrtpSession,
} from 'werift';
import { createLog } from '../../main/base/log.ts';
import { AudioStream } from '../../main/media/audio-stream.ts';
import { LiveStream } from '../../main/media/live-stream.ts';
import { DatagramGuard } from '../../main/viewers/datagram-guard.ts';
import { SocketTransport } from '../../main/viewers/ice-transport.ts';
import { MediaTransport } from '../../main/viewers/media-transport.ts';
import { TrafficShare } from '../../main/viewers/traffic.ts';
import { ViewerService } from '../../main/viewers/viewer-service.ts';
import { VideoSource } from '../support/video-source.ts';
import { viewerSettings } from '../support/viewer-settings.ts';
import { WeriftWindow } from '../support/werift-window.ts';

const gcm = 0x0007;
const counterMode = 0x0001;
let owned: AsyncDisposableStack;

beforeEach(() => {
  owned = new AsyncDisposableStack();
});

afterEach(async () => {
  vi.restoreAllMocks();
  await owned.disposeAsync();
});

/** A window that shows one camera, of which three pictures have come, a packet each. */
async function watch(srtpProfile = gcm, retransmission = true) {
  const service = owned.use(new ViewerService({ log: createLog('silent'), settings: viewerSettings() }));
  const viewer = await service.open(1);
  const window = owned.use(new WeriftWindow(viewer, { retransmission }));
  window.srtpProfile = srtpProfile;
  await window.negotiate();
  const stream = new LiveStream();
  const source = new VideoSource(stream, { frameBytes: 40 });
  viewer.bind(0, { stream, audio: new AudioStream(), [Symbol.dispose]: () => {} });
  source.send('key', 'delta', 'delta');
  await window.until(() => window.packetsOf(0).length === 3);
  const [dtls] = window.connection.dtlsTransports;
  if (dtls === undefined) throw new Error('no DTLS');
  return {
    dtls,
    pictures: window.packetsOf(0),
    repairs: new Repairs(window, dtls),
    source,
    stream,
    viewer,
    window,
  };
}

/** What comes on the SSRC for retransmissions. */
class Repairs {
  readonly packets: RtpPacket[] = [];
  #wake: () => void = () => {};

  constructor(window: WeriftWindow, dtls: RTCDtlsTransport) {
    const ssrc = Number(/a=ssrc-group:FID \d+ (\d+)/.exec(window.offer)?.[1]);
    dtls.onRtp.subscribe((packet) => {
      if (packet.header.ssrc !== ssrc) return;
      this.packets.push(packet);
      this.#wake();
    });
  }

  async until(count: number): Promise<void> {
    while (this.packets.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

function lost(packets: readonly RtpPacket[]): RtcpTransportLayerFeedback {
  return new RtcpTransportLayerFeedback({
    feedback: new GenericNack({
      senderSsrc: 1,
      mediaSourceSsrc: packets[0]?.header.ssrc ?? 0,
      lost: packets.map(({ header }) => header.sequenceNumber),
    }),
  });
}

test.each([
  ['GCM', gcm],
  ['counter mode', counterMode],
] as const)('%s: packets that a window has lost come again, in a stream of their own', async (_, profile) => {
  const { dtls, pictures, repairs } = await watch(profile);
  expect(dtls.srtp.localContext.profile).toBe(profile);
  await dtls.sendRtcp([lost(pictures.slice(1))]);
  await repairs.until(2);
  const [first, second] = repairs.packets;
  expect(first?.header.payloadType).toBe(97);
  expect(first?.header.timestamp).toBe(pictures[1]?.header.timestamp);
  expect(first?.payload.readUInt16BE(0)).toBe(pictures[1]?.header.sequenceNumber);
  expect(first?.payload.subarray(2)).toEqual(pictures[1]?.payload);
  expect(second?.payload.readUInt16BE(0)).toBe(pictures[2]?.header.sequenceNumber);
  expect(second?.header.sequenceNumber).toBe(((first?.header.sequenceNumber ?? 0) + 1) & 0xffff);
});

test.each([
  ['GCM', gcm],
  ['counter mode', counterMode],
] as const)(
  '%s: a request that is sent twice, or was changed on the way, is answered once',
  async (_, profile) => {
    const { dtls, pictures, repairs } = await watch(profile);
    const { connection } = dtls.iceTransport;
    const [one, two, three] = pictures;
    if (one === undefined || two === undefined || three === undefined) throw new Error('no pictures');
    const encrypt = (packet: RtpPacket) => dtls.srtcp.encrypt(lost([packet]).serialize());
    const request = encrypt(one);
    const changed = encrypt(two);
    changed[12] = (changed[12] ?? 0) ^ 1;
    await connection.send(request);
    await repairs.until(1);
    // Past the time in which a repetition is taken for one that is still on its way.
    await delay(50);
    await connection.send(request);
    await connection.send(changed);
    await connection.send(encrypt(three));
    await repairs.until(2);
    const answered = repairs.packets.map(({ payload }) => payload.readUInt16BE(0));
    expect(answered).toEqual([one.header.sequenceNumber, three.header.sequenceNumber]);
  },
);

async function openSocket(): Promise<dgram.Socket> {
  const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  owned.defer(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  await once(socket, 'listening');
  return socket;
}

test('where much is lost, the last packet of a picture comes twice unasked, and what was asked for twice', async () => {
  const { dtls, pictures, repairs, source, window } = await watch();
  const [picture] = pictures;
  if (picture === undefined) throw new Error('no picture');
  const { ssrc, sequenceNumber } = picture.header;
  const lossy = new RtcpReceiverInfo({
    ...{
      ssrc,
      fractionLost: 26,
      packetsLost: 1,
      highestSequence: sequenceNumber,
      jitter: 0,
      lsr: 0,
      dlsr: 0,
    },
  });
  await dtls.sendRtcp([new RtcpRrPacket({ ssrc: 1, reports: [lossy] })]);
  await dtls.sendRtcp([lost([picture])]);
  await repairs.until(2);
  expect(repairs.packets.map(({ payload }) => payload.readUInt16BE(0))).toEqual([
    sequenceNumber,
    sequenceNumber,
  ]);
  source.send('delta');
  await repairs.until(3);
  const newest = window.packetsOf(0).at(-1)?.header.sequenceNumber;
  expect(repairs.packets[2]?.payload.readUInt16BE(0)).toBe(newest);
});

test('the same is not sent twice where the network is full: there it would be lost, too', async () => {
  const { dtls, pictures, repairs, source, viewer, window } = await watch();
  const [picture, second] = pictures;
  if (picture === undefined || second === undefined) throw new Error('no picture');
  const { ssrc, sequenceNumber } = picture.header;
  const fields = { ssrc, packetsLost: 1, jitter: 0, lsr: 0, dlsr: 0 };
  const report = (fractionLost: number, highestSequence: number) =>
    dtls.sendRtcp([
      new RtcpRrPacket({
        ssrc: 1,
        reports: [new RtcpReceiverInfo({ ...fields, fractionLost, highestSequence })],
      }),
    ]);
  await report(0, sequenceNumber);
  await report(128, sequenceNumber + 1_000);
  await expect.poll(() => viewer.network?.loss).toBe(0.5);
  source.send('key');
  await dtls.sendRtcp([lost([picture])]);
  await dtls.sendRtcp([lost([second])]);
  await repairs.until(2);
  expect(window.packetsOf(0)).toHaveLength(4);
  expect(repairs.packets.map(({ payload }) => payload.readUInt16BE(0))).toEqual([
    sequenceNumber,
    second.header.sequenceNumber,
  ]);
});

/** SRTP as it comes, before it is decrypted. */
function datagramsOf(dtls: RTCDtlsTransport, ssrc: number): Buffer[] {
  const datagrams: Buffer[] = [];
  dtls.iceTransport.connection.onData.subscribe((datagram) => {
    if (datagram.length > 12 && datagram.readUInt32BE(8) === ssrc) {
      datagrams.push(Buffer.from(datagram));
    }
  });
  return datagrams;
}

test.each([
  ['GCM', gcm],
  ['counter mode', counterMode],
] as const)(
  '%s: a window without a stream for retransmissions gets the very same bytes again, never others under their number',
  async (_, profile) => {
    const { dtls, pictures, source, window } = await watch(profile, false);
    const ssrc = pictures[0]?.header.ssrc ?? 0;
    const datagrams = datagramsOf(dtls, ssrc);
    source.send('key', 'delta');
    await window.until(() => window.packetsOf(0).length === 5);
    const newest = window.packetsOf(0).slice(-2);
    await dtls.sendRtcp([lost(newest)]);
    await expect.poll(() => datagrams.length).toBe(4);
    expect(datagrams.slice(2)).toEqual(datagrams.slice(0, 2));
    source.send('delta');
    await expect.poll(() => datagrams.length).toBe(5);
    // One plaintext for each number, whatever was asked for.
    const byNumber = new Map(datagrams.map((datagram) => [datagram.readUInt16BE(2), datagram]));
    for (const datagram of datagrams) expect(byNumber.get(datagram.readUInt16BE(2))).toEqual(datagram);
    expect(byNumber.size).toBe(3);
  },
);

test('a full intra request is answered from the cache, as a picture loss indication is', async () => {
  const { dtls, pictures, stream, window } = await watch();
  // The one of the binding is still on its way for a second.
  await delay(1_000);
  const request = Buffer.from('84ce000400000001000000000000000001000000', 'hex');
  request.writeUInt32BE(pictures[0]?.header.ssrc ?? 0, 12);
  await dtls.iceTransport.connection.send(dtls.srtcp.encrypt(request));
  await window.until(() => window.packetsOf(0).length === 6);
  expect(window.packetsOf(0)[3]?.payload).toEqual(stream.gop[0]?.payloads[0]);
});

test('what a receiver believes its network can carry is read, and a compound to its end', async () => {
  const { dtls, pictures, repairs, viewer } = await watch();
  const estimate = new RtcpPayloadSpecificFeedback({
    feedback: new ReceiverEstimatedMaxBitrate({
      ...{ senderSsrc: 1, mediaSsrc: 0, ssrcNum: 1, ssrcFeedbacks: [7], brExp: 3, brMantissa: 250_000 },
    }),
  });
  await dtls.sendRtcp([estimate, lost(pictures.slice(2))]);
  await repairs.until(1);
  expect(viewer.network?.receiverBitsPerSecond).toBe(2_000_000);
});

/** DTLS that has made keys, and two ways to the window. */
async function transportWithTwoWays() {
  const bytes = (count: number) => Buffer.alloc(count, 1);
  const srtp = new SrtpSession({
    keys: {
      localMasterKey: bytes(16),
      localMasterSalt: bytes(12),
      remoteMasterKey: bytes(16),
      remoteMasterSalt: bytes(12),
    },
    profile: gcm,
  });
  const [socket, first, second] = await Promise.all([openSocket(), openSocket(), openSocket()]);
  const windows = [first, second] as const;
  const ways = windows.map((window) => ({
    remoteAddr: ['127.0.0.1', window.address().port],
    protocol: { transport: new SocketTransport(socket, new DatagramGuard(() => false)) },
  }));
  const connection = { nominated: ways[0] };
  const dtls = { state: 'connected', srtp, iceTransport: { connection } } as unknown as RTCDtlsTransport;
  return { dtls, connection, ways, windows };
}

test('packets follow the candidate pair that is nominated now', async () => {
  const { dtls, connection, ways, windows } = await transportWithTwoWays();
  const transport = new MediaTransport(dtls, () => {}, new TrafficShare([]));
  const firstCame = once(windows[0], 'message');
  const secondCame = once(windows[1], 'message');
  transport.send(Buffer.from('one way'));
  expect(String((await firstCame)[0])).toBe('one way');
  connection.nominated = ways[1];
  transport.send(Buffer.from('another'));
  expect(String((await secondCame)[0])).toBe('another');
  connection.nominated = undefined;
  transport.send(Buffer.from('nowhere'));
});

test('memory of a picture is freed once it has left, and not while it waits for the network card', async () => {
  const { pictures, source, window } = await watch();
  const ssrc = pictures[0]?.header.ssrc ?? 0;
  const given: Buffer[] = [];
  const { prototype } = dgram.Socket;
  const send = prototype.send as (this: dgram.Socket, ...parameters: unknown[]) => void;
  vi.spyOn(prototype, 'send').mockImplementation(function watched(
    this: dgram.Socket,
    ...parameters: unknown[]
  ) {
    const [datagram] = parameters;
    if (Buffer.isBuffer(datagram) && datagram.length > 12 && datagram.readUInt32BE(8) === ssrc)
      given.push(datagram);
    send.apply(this, parameters);
  });
  source.send('delta');
  await window.until(() => window.packetsOf(0).length === 4);
  vi.spyOn(prototype, 'getSendQueueCount').mockReturnValue(1);
  source.send('delta');
  await window.until(() => window.packetsOf(0).length === 5);
  expect(given.map(({ length }) => length > 0)).toEqual([false, true]);
});

test('an SSRC has one stream for its key, so that no nonce is used twice', async () => {
  const { dtls } = await transportWithTwoWays();
  const transport = new MediaTransport(dtls, () => {}, new TrafficShare([]));
  expect(transport.open(5)).toBeDefined();
  expect(transport.open(6)).toBeDefined();
  expect(() => transport.open(5)).toThrow('SSRC 5');
});

test('before there are keys nothing can be encrypted', async () => {
  const { dtls } = await transportWithTwoWays();
  Object.assign(dtls, { state: 'connecting' });
  expect(new MediaTransport(dtls, () => {}, new TrafficShare([])).open(5)).toBeUndefined();
});
