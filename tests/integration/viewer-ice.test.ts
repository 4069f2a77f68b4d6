import dgram from 'node:dgram';
import dns from 'node:dns';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RTCPeerConnection, StunProtocol } from 'werift';
import { createLog, type Log } from '../../main/base/log.ts';
import { AudioStream } from '../../main/media/audio-stream.ts';
import { LiveStream } from '../../main/media/live-stream.ts';
import type { StreamLease } from '../../main/media/stream-lease.ts';
import type { Viewer } from '../../main/viewers/viewer.ts';
import { ViewerService, type ViewerSettings } from '../../main/viewers/viewer-service.ts';
import { forgedDatagram } from '../support/forged-datagrams.ts';
import { NarrowRelay } from '../support/narrow-relay.ts';
import { VideoSource } from '../support/video-source.ts';
import { viewerSettings } from '../support/viewer-settings.ts';
import { WeriftWindow } from '../support/werift-window.ts';

const silent = createLog('silent');
let owned: AsyncDisposableStack;
/** Loopback alone, unless a test says otherwise. */
let settings: ViewerSettings;

beforeEach(() => {
  owned = new AsyncDisposableStack();
  settings = viewerSettings({ interfaces: [], ports: null });
});

afterEach(async () => {
  vi.restoreAllMocks();
  await owned.disposeAsync();
});

function openService(log: Log = silent): ViewerService {
  return owned.use(new ViewerService({ log, settings }));
}

/** werift's peer connection inside the viewer is the one that offers. */
async function open(
  service = openService(),
  relay?: NarrowRelay,
): Promise<{ viewer: Viewer; window: WeriftWindow; peer: RTCPeerConnection }> {
  const offering = vi.spyOn(RTCPeerConnection.prototype, 'createOffer');
  const viewer = await service.open(1);
  const [peer] = offering.mock.contexts as RTCPeerConnection[];
  offering.mockRestore();
  if (peer === undefined) throw new Error('nobody offers');
  return { viewer, window: owned.use(new WeriftWindow(viewer, relay && { relay })), peer };
}

function lease(stream: LiveStream): StreamLease {
  return { stream, audio: new AudioStream(), [Symbol.dispose]: () => {} };
}

async function openSocket(port = 0): Promise<dgram.Socket> {
  const socket = dgram.createSocket('udp4');
  socket.bind({ port, address: '127.0.0.1' });
  await once(socket, 'listening');
  owned.defer(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return socket;
}

/** Of the first candidate. */
function offeredPort(sdp: string): number {
  return Number(/ 127\.0\.0\.1 (\d+) typ host/.exec(sdp)?.[1]);
}

test('a window connects while 10,000 forged datagrams come: they add no candidate, turn no role, and nobody hears of them', async () => {
  const logged: unknown[] = [];
  const note = (...words: unknown[]) => void logged.push(words);
  const log = Object.assign(Object.create(silent), {
    info: note,
    warn: note,
    error: note,
    debug: note,
  }) as Log;
  const read = vi.spyOn(StunProtocol.prototype, 'datagramReceived' as never) as unknown as ReturnType<
    typeof vi.fn
  >;
  const { viewer, window, peer } = await open(openService(log));
  const agent = peer.iceTransports[0]?.connection;
  const attacker = await openSocket();
  const offered = peer.localDescription?.sdp ?? '';
  const port = offeredPort(offered);
  let sent = 0;
  const flood = async (count: number) => {
    for (let i = 0; i < count; i++) {
      attacker.send(forgedDatagram(sent++, `${agent?.localUsername}:none`), port, '127.0.0.1');
      // A turn of the event loop for every few, so that they are read and not lost in a full buffer.
      if (i % 16 === 15) await new Promise(setImmediate);
    }
  };
  const flooding = flood(5_000);
  await window.negotiate();
  await flooding;
  const candidates = agent?.remoteCandidates.map(({ host, port: from }) => `${host}:${from}`);
  await flood(5_000);
  const stream = new LiveStream();
  viewer.bind(0, lease(stream));
  new VideoSource(stream).send('key');
  await window.until(() => window.packetsOf(0).length === 1);
  expect(agent?.iceControlling).toBe(true);
  expect(agent?.remoteCandidates.map(({ host, port: from }) => `${host}:${from}`)).toEqual(candidates);
  expect(candidates?.some((address) => address.endsWith(`:${attacker.address().port}`))).toBe(false);
  // What werift was given at all came from the window, not from the attacker.
  const strangers = read.mock.calls.filter(([, [, from]]) => from === attacker.address().port);
  expect(read.mock.calls.length).toBeGreaterThan(0);
  expect(strangers).toEqual([]);
  expect(logged).toEqual([]);
});

test('names in candidates are asked of nobody, neither by DNS nor by mDNS, and the window is found by its own checks', async () => {
  const names: unknown[] = [];
  const trap = (name: unknown) => {
    names.push(name);
    throw new Error('nobody knows this name');
  };
  vi.spyOn(dns, 'lookup').mockImplementation(trap as never);
  vi.spyOn(dns.promises, 'lookup').mockImplementation(trap as never);
  const members = vi.spyOn(dgram.Socket.prototype, 'addMembership');
  const sending = vi.spyOn(dgram.Socket.prototype, 'send');
  const { viewer, window } = await open();
  let hidden = 0;
  window.changeAnswer = (sdp) =>
    sdp.replace(/^(a=candidate:\S+ \d+ \S+ \d+ )\S+/gm, (_all, before: string) => {
      hidden++;
      return `${before}${hidden % 2 === 0 ? '2ab0b6b9-0001-4bd7-8f42-1f6a2f0e7b11.local' : 'camera.example.org'}`;
    });
  const named = (address: string) =>
    viewer.addCandidate({
      candidate: `candidate:1 1 udp 2113937151 ${address} 50000 typ host`,
      sdpMid: '0',
      sdpMLineIndex: 0,
    });
  await named('2ab0b6b9-0002-4bd7-8f42-1f6a2f0e7b11.local');
  await named('localhost');
  await window.negotiate();
  await named('2ab0b6b9-0003-4bd7-8f42-1f6a2f0e7b11.local');
  await viewer.addCandidate({ candidate: '', sdpMid: '0', sdpMLineIndex: 0 });
  const stream = new LiveStream();
  viewer.bind(0, lease(stream));
  new VideoSource(stream).send('key');
  await window.until(() => window.packetsOf(0).length === 1);
  expect(hidden).toBeGreaterThan(0);
  expect(names).toEqual([]);
  expect(members).not.toHaveBeenCalled();
  const targets = new Set(
    sending.mock.calls.flatMap((call) => call.filter((value) => typeof value === 'string')),
  );
  expect([...targets]).toEqual(['127.0.0.1']);
});

test('a window with another certificate than its answer says gets no media, and its viewer ends', async () => {
  const sending = vi.spyOn(dgram.Socket.prototype, 'send');
  const { viewer, window } = await open();
  window.changeAnswer = (sdp) =>
    sdp.replace(
      /^(a=fingerprint:sha-256 )(\S\S)/gm,
      (_all, before: string, byte: string) => `${before}${byte === 'AA' ? 'BB' : 'AA'}`,
    );
  const stream = new LiveStream();
  const source = new VideoSource(stream);
  viewer.bind(0, lease(stream));
  void window.negotiate();
  await expect.poll(() => window.connection.iceTransports[0]?.state).toMatch(/connected|completed|closed/);
  source.send('key', 'delta');
  const abort = new AbortController();
  const events = viewer.events(abort.signal);
  expect((await events.next()).value).toMatchObject({ type: 'closed' });
  source.send('key', 'delta');
  // RFC 7983: 128 to 191 is SRTP.
  const media = sending.mock.calls.filter(([datagram]) => {
    const [first = 0] = Array.isArray(datagram) ? datagram[0] : (datagram as Buffer);
    return first >= 128 && first < 192;
  });
  expect(media).toEqual([]);
  expect(window.packets).toEqual([]);
});

test('windows get ports of the range that was chosen, and one that has none left says so', async () => {
  const taken = await Promise.all(Array.from({ length: 2 }, () => openSocket()));
  const first = Math.min(...taken.map((socket) => socket.address().port));
  // A range whose every port is taken: the smallest that there can be, by hand.
  settings.saveMediaNetwork({ interfaces: [], ports: { first, last: first } });
  const service = openService();
  await expect(service.open(1)).rejects.toMatchObject({
    code: 'port-in-use',
    message: expect.stringContaining(`No UDP port from ${first} to ${first} is free`),
  });
  settings.saveMediaNetwork({ interfaces: [], ports: null });
  const refused = service.changeNetwork({ interfaces: [], ports: { first, last: first } });
  await expect(refused).rejects.toMatchObject({ code: 'bad-input', issues: [{ path: 'ports' }] });
  await service.changeNetwork({ interfaces: [], ports: { first: 42_000, last: 42_063 } });
  const windows = [await open(service), await open(service), await open(service)];
  const ports = windows.map(({ peer }) => offeredPort(peer.localDescription?.sdp ?? ''));
  expect(new Set(ports).size).toBe(3);
  for (const port of ports) {
    expect(port).toBeGreaterThanOrEqual(42_000);
    expect(port).toBeLessThanOrEqual(42_063);
  }
});

test('a window whose way is not allowed any more gets its pictures over another one, on the same peer connection', async () => {
  settings.saveMediaNetwork({ interfaces: [], ports: { first: 42_100, last: 42_163 } });
  const service = openService();
  const { viewer, window, peer } = await open(service);
  await window.negotiate();
  const stream = new LiveStream();
  const source = new VideoSource(stream);
  viewer.bind(0, lease(stream));
  source.send('key', 'delta');
  await window.until(() => window.packetsOf(0).length === 2);
  const keys = peer.dtlsTransports[0]?.srtp;
  const before = peer.localDescription?.sdp ?? '';
  const oldSocket = socketOf(offeredPort(before));
  // A viewer that is where it may be is left in peace.
  service.networkChanged();
  await service.changeNetwork({ interfaces: [], ports: { first: 42_200, last: 42_263 } });
  await expect.poll(() => offeredPort(peer.localDescription?.sdp ?? '')).toBeGreaterThanOrEqual(42_200);
  // Until the window has answered, the pictures go on where they went.
  source.send('delta');
  await window.until(() => window.packetsOf(0).length === 3);
  await window.negotiate();
  expect(new Set(window.offer.match(/^a=candidate:.*/gm)).size).toBe(1);
  await expect
    .poll(() => peer.iceTransports[0]?.connection.nominated?.localCandidate.port)
    .toBe(offeredPort(window.offer));
  source.send('delta', 'delta');
  // Perhaps more: the cached key frame and what follows it, for a window that has missed something.
  await window.until(() => window.packetsOf(0).length >= 5);
  const numbers = window.packetsOf(0).map(({ header }) => header.sequenceNumber);
  expect(numbers.map((number) => (number - (numbers[0] ?? 0)) & 0xffff)).toEqual([...numbers.keys()]);
  expect(peer.dtlsTransports[0]?.srtp).toBe(keys);
  expect(iceUser(window.offer)).not.toBe(iceUser(before));
  expect(oldSocket.closed).toBe(true);
  // Again, since a restart must leave everything as it was.
  await viewer.restart();
  await window.negotiate();
  const had = window.packetsOf(0).length;
  source.send('delta');
  await window.until(() => window.packetsOf(0).length > had);

  function socketOf(port: number): { readonly closed: boolean } {
    const agent = peer.iceTransports[0]?.connection as unknown as
      | { protocols: { transport: { closed: boolean; localPort: number } }[] }
      | undefined;
    const found = agent?.protocols.find(({ transport }) => transport.localPort === port);
    if (found === undefined) throw new Error(`no socket on port ${port}`);
    return found.transport;
  }
});

test('a window that needs more tiles before its way is found gets pictures on them, and looks no further', async () => {
  const relay = await NarrowRelay.start(owned);
  // Nothing that the viewer says arrives, until both offers are answered.
  relay.oneLostOf = 1;
  const { viewer, window, peer } = await open(openService(), relay);
  let answers = 0;
  window.changeAnswer = (sdp) => {
    answers++;
    return sdp;
  };
  const first = window.negotiate();
  await expect.poll(() => peer.iceTransports[0]?.state).toBe('checking');
  const stream = new LiveStream();
  const source = new VideoSource(stream);
  viewer.bind(8, lease(stream));
  const second = window.negotiate();
  await expect.poll(() => [answers, peer.signalingState]).toEqual([2, 'stable']);
  relay.oneLostOf = 0;
  await Promise.all([first, second]);
  source.send('key');
  await window.until(() => window.packetsOf(8).length === 1);
  // The end of the file tells whether it still looks: tests/support/leak-check.ts.
  await expect.poll(() => peer.iceTransports[0]?.state).toBe('connected');
});

function iceUser(sdp: string): string | undefined {
  return /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1];
}
