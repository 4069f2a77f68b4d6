import dgram from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UdpPortPair } from '../../main/base/udp-port-pair.ts';
import type { RtpPacket } from '../../main/rtsp/rtp-packet.ts';
import { RtspSession } from '../../main/rtsp/rtsp-session.ts';
import {
  type Answer,
  reply,
  rtpFrame,
  rtpPacket,
  type ScriptedRequest,
  ScriptedRtspServer,
} from '../support/scripted-rtsp-server.ts';

let owned: AsyncDisposableStack;
let stop: AbortController;
beforeEach(() => {
  owned = new AsyncDisposableStack();
  stop = new AbortController();
});
afterEach(async () => {
  vi.useRealTimers();
  stop.abort();
  await owned.disposeAsync();
});

function clientPort(request: ScriptedRequest): number {
  return Number(/client_port=(\d+)/.exec(request.headers.get('transport') ?? '')?.[1]);
}

/** A camera that sends over UDP, and what it sends with. */
async function camera(answers: Readonly<Record<string, Answer>> = {}) {
  const ports = owned.use(await UdpPortPair.open('127.0.0.1'));
  const port = ports.rtp.address().port;
  const yard = owned.use(
    await ScriptedRtspServer.start({
      SETUP: (request) =>
        reply(request, '200 OK', {
          Transport: `RTP/AVP;unicast;client_port=${clientPort(request)}-${clientPort(request) + 1};server_port=${port}-${port + 1}`,
          Session: '4711;timeout=60',
        }),
      PLAY: (request) => reply(request),
      ...answers,
    }),
  );
  /** To the client that set the stream up last. */
  const send = (packet: Buffer, socket: dgram.Socket = ports.rtp) =>
    socket.send(packet, clientPort(yard.last('SETUP')), '127.0.0.1');
  return { yard, ports, send };
}

async function open(url: string): Promise<RtspSession> {
  const target = { name: 'Yard', url, username: null, password: null };
  return owned.use(await RtspSession.open(target, { signal: stop.signal, transport: 'udp' }));
}

/** Plays until so many packets came. */
async function receive(session: RtspSession, count: number): Promise<RtpPacket[]> {
  const packets: RtpPacket[] = [];
  await session.play((packet) => {
    packets.push(packet);
    if (packets.length === count) stop.abort();
  });
  return packets;
}

test('a pair of ports is offered, an even one and the next, and packets come in their order', async () => {
  const { yard, ports, send } = await camera();
  const session = await open(yard.url);
  expect(clientPort(yard.last('SETUP')) % 2).toBe(0);
  expect(session.transport).toBe('udp');
  const receiving = receive(session, 5);
  // The way through a firewall is opened from inside.
  const [punch] = (await once(ports.rtp, 'message')) as [Buffer];
  expect(punch).toHaveLength(12);
  for (const sequenceNumber of [65_534, 0, 65_535, 2, 1]) send(rtpPacket(96, sequenceNumber));
  const packets = await receiving;
  expect(packets.map(({ sequenceNumber }) => sequenceNumber)).toEqual([65_534, 65_535, 0, 1, 2]);
});

test('the camera is told how its packets arrive (RFC 3550 section 6.4.2)', async () => {
  const { yard, ports, send } = await camera();
  const session = await open(yard.url);
  const report = once(ports.rtcp, 'message');
  const receiving = receive(session, 1);
  const [first] = (await report) as [Buffer];
  expect([first.readUInt8(0), first.readUInt8(1)]).toEqual([0x80, 201]);
  send(rtpPacket());
  await receiving;
});

test('packets as large as a datagram, and no server_port (OpenIPC, Tapo)', async () => {
  const { yard, send } = await camera({
    SETUP: (request) => reply(request, '200 OK', { Transport: 'RTP/AVP;unicast', Session: '1' }),
    PLAY: (request) => {
      setImmediate(() => send(rtpPacket(96, 1, Buffer.alloc(10_000, 1))));
      return reply(request);
    },
  });
  expect((await receive(await open(yard.url), 1))[0]?.payload).toHaveLength(10_000);
});

test('packets from another address are not the camera’s', async () => {
  const stranger = dgram.createSocket('udp4');
  owned.defer(() => void stranger.close());
  stranger.bind(0, '127.0.0.2');
  await once(stranger, 'listening');
  const { yard, send } = await camera({
    PLAY: (request) => {
      send(rtpPacket(96, 1), stranger);
      setImmediate(() => send(rtpPacket(96, 2)));
      return reply(request);
    },
  });
  expect(await receive(await open(yard.url), 1)).toMatchObject([{ sequenceNumber: 2 }]);
});

test('what is no RTP and malformed RTCP (Hanwha) do no harm', async () => {
  const { yard, ports, send } = await camera({
    PLAY: (request) => {
      const port = clientPort(yard.last('SETUP'));
      for (const bytes of [[], [0x80], [0x80, 200, 0, 6], [0x81, 200, 0xff, 0xff, 1, 2, 3, 4]])
        ports.rtcp.send(Buffer.from(bytes), port + 1, '127.0.0.1');
      for (const bytes of [[], [0x80, 96], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]])
        send(Buffer.from(bytes));
      setImmediate(() => send(rtpPacket(96, 2)));
      return reply(request);
    },
  });
  expect(await receive(await open(yard.url), 1)).toMatchObject([{ sequenceNumber: 2 }]);
});

test('a camera that sends over TCP although it was asked for UDP is listened to there', async () => {
  const { yard } = await camera({
    SETUP: (request) => reply(request, '200 OK', { Transport: 'RTP/AVP/TCP;unicast;interleaved=2-3' }),
    PLAY: (request) => Buffer.concat([Buffer.from(reply(request)), rtpFrame(2, 96, 7)]),
  });
  const session = await open(yard.url);
  expect(session.transport).toBe('tcp');
  expect(await receive(session, 1)).toMatchObject([{ sequenceNumber: 7 }]);
});

test('UDP that was agreed and brings nothing is given up after three seconds', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  const { yard } = await camera();
  const session = await open(yard.url);
  const playing = session.play(() => {}).catch((error: unknown) => error);
  await yard.untilAsked('PLAY');
  // One for the reports, one that looks.
  while (vi.getTimerCount() < 2) await new Promise(setImmediate);
  vi.advanceTimersByTime(2_500);
  vi.advanceTimersByTime(500);
  expect(await playing).toMatchObject({
    code: 'camera-transport-refused',
    message: expect.stringContaining('nothing arrived within 3 s'),
  });
});
