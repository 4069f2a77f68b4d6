import { execFile, spawnSync } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startFleetProcess } from '../../main/demo/fleet-process.ts';
import { startVirtualCameras, type VirtualCamera } from '../../main/demo/virtual-fleet.ts';
import { dialDuringReboot, RawRtspClient } from '../support/raw-rtsp-client.ts';

let owned: AsyncDisposableStack;
beforeEach(() => {
  owned = new AsyncDisposableStack();
});
afterEach(async () => {
  vi.useRealTimers();
  await owned.disposeAsync();
});

async function start(
  options: Partial<Parameters<typeof startVirtualCameras>[0]> = {},
): Promise<VirtualCamera> {
  const [camera] = owned.use(await startVirtualCameras({ count: 1, ...options })).cameras;
  if (camera === undefined) throw new Error('no camera');
  return camera;
}

async function connect(url: string): Promise<RawRtspClient> {
  return owned.use(await RawRtspClient.connect(url));
}

const tcp = { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' };

async function setUp(client: RawRtspClient, url: string, headers: Record<string, string> = tcp) {
  const answer = await client.request('SETUP', headers, `${url}/track1`);
  return { answer, session: { Session: answer.headers.get('session')?.split(';')[0] ?? '' } };
}

/** A client's UDP port for RTP and the one after it for RTCP, with what arrives there. */
async function udpPorts() {
  for (;;) {
    const rtp = dgram.createSocket('udp4').bind(0, '127.0.0.1');
    await once(rtp, 'listening');
    const { port } = rtp.address();
    const rtcp = dgram.createSocket('udp4');
    try {
      rtcp.bind(port + 1, '127.0.0.1');
      await once(rtcp, 'listening');
    } catch {
      rtp.close();
      rtcp.close();
      continue;
    }
    owned.defer(() => {
      rtp.close();
      rtcp.close();
    });
    return { rtp, rtcp, port, headers: { Transport: `RTP/AVP;unicast;client_port=${port}-${port + 1}` } };
  }
}

async function nextDatagram(socket: dgram.Socket): Promise<[Buffer, dgram.RemoteInfo]> {
  return (await once(socket, 'message')) as [Buffer, dgram.RemoteInfo];
}

const serverPorts = (transport = '') => /server_port=(\d+)-(\d+)/.exec(transport)?.slice(1).map(Number) ?? [];

test('the SDP tells what a decoder needs', async () => {
  const camera = await start();
  const client = await connect(camera.mainUrl);
  const { headers, body } = await client.request('DESCRIBE');
  expect(headers.get('content-base')).toBe(`${camera.mainUrl}/`);
  const [, level, sps = '', pps = ''] =
    /packetization-mode=1;profile-level-id=(\w+);sprop-parameter-sets=(.+),(.+)\r\n/.exec(body) ?? [];
  expect(Buffer.from(sps, 'base64').toString('hex')).toMatch(new RegExp(`^67${level}`));
  expect(Buffer.from(pps, 'base64')[0]).toBe(0x68);
  expect((await client.request('DESCRIBE', {}, camera.mainUrl.replace('main', 'third'))).status).toBe(404);
});

test('RTP-Info names the first packet and its time exactly', async () => {
  const camera = await start();
  const client = await connect(camera.subUrl);
  const { session } = await setUp(client, camera.subUrl);
  const play = await client.request('PLAY', session);
  await client.untilPackets(1);
  expect(play.headers.get('rtp-info')).toBe(
    `url=${camera.subUrl}/track1;seq=${client.packets[0]?.sequenceNumber};rtptime=${client.packets[0]?.timestamp}`,
  );
});

test('a second PLAY does not send everything twice', async () => {
  const camera = await start();
  const client = await connect(camera.subUrl);
  const { session } = await setUp(client, camera.subUrl);
  await client.request('PLAY', session);
  await client.request('PLAY', session);
  expect(camera.statistics.playing.sub).toBe(1);
});

test.each([
  ['RTP/AVP;unicast;client_port=99998-99999'],
  ['RTP/AVP;unicast;client_port=0-1'],
  ['RTP/AVP/TCP;unicast;interleaved=300-301'],
  ['RTP/AVP;multicast'],
])('no session is made for %s', async (Transport) => {
  const camera = await start();
  const client = await connect(camera.subUrl);
  expect((await setUp(client, camera.subUrl, { Transport })).answer.status).toBe(461);
  expect((await client.request('PLAY')).status).toBe(455);
  await client.play();
});

test('requests in the wrong place are refused, and the connection stays good', async () => {
  const camera = await start();
  const client = await connect(camera.subUrl);
  expect((await client.request('PLAY', { Session: 'unknown' })).status).toBe(454);
  expect((await client.request('PAUSE')).status).toBe(501);
  const withBody = { 'Content-Length': '0', 'Content-Type': 'text/parameters' };
  expect((await client.request('GET_PARAMETER', withBody)).status).toBe(200);
  const { session } = await setUp(client, camera.subUrl);
  expect((await client.request('PLAY', session)).status).toBe(200);
  expect((await client.request('GET_PARAMETER', session)).status).toBe(200);
  expect((await client.request('TEARDOWN', session)).status).toBe(200);
  expect((await client.request('GET_PARAMETER', session)).status).toBe(454);
  expect(camera.statistics).toEqual({ connections: 1, openConnections: 1, playing: { main: 0, sub: 0 } });
});

test('who speaks no RTSP is sent away, and nobody else notices', async () => {
  const camera = await start();
  const good = await connect(camera.subUrl);
  await good.play();
  const bad = await connect(camera.subUrl);
  bad.socket.write('GET / HTTP/1.1\r\nHost: camera\r\n\r\n');
  await bad.untilClosed();
  await good.untilPackets(good.packets.length + 10);
});

test('over UDP: RTP and sender reports to two ports of the client, from an even port and the next', async () => {
  const camera = await start();
  const { rtp, rtcp, headers } = await udpPorts();
  const client = await connect(camera.subUrl);
  const { answer, session } = await setUp(client, camera.subUrl, headers);
  const transport = answer.headers.get('transport');
  const [rtpPort = 0, rtcpPort] = serverPorts(transport);
  expect(rtpPort % 2).toBe(0);
  expect(rtcpPort).toBe(rtpPort + 1);
  const arrived = Promise.all([nextDatagram(rtp), nextDatagram(rtcp)]);
  await client.request('PLAY', session);
  const [[packet, fromRtp], [report, fromRtcp]] = await arrived;
  expect(fromRtp.port).toBe(rtpPort);
  expect(fromRtcp.port).toBe(rtcpPort);
  expect(report.readUInt16BE(0)).toBe(0x80c8);
  expect(report.readUInt32BE(4)).toBe(packet.readUInt32BE(8));
  expect(report.readUInt32BE(16)).toBe(packet.readUInt32BE(4));
  expect(packet.toString('hex', 8, 12).toUpperCase()).toBe(/ssrc=(\w+)/.exec(transport ?? '')?.[1]);
});

test('over UDP a client that says nothing for a minute is gone; requests and RTCP keep it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const camera = await start();
  const { rtp, rtcp, headers } = await udpPorts();
  const client = await connect(camera.subUrl);
  const { answer, session } = await setUp(client, camera.subUrl, headers);
  expect(answer.headers.get('session')).toContain(';timeout=60');
  await client.request('PLAY', session);
  await once(rtp, 'message');
  vi.advanceTimersByTime(59_000);
  await client.request('GET_PARAMETER', session);
  vi.advanceTimersByTime(59_000);
  const [, reportPort = 0] = serverPorts(answer.headers.get('transport'));
  const before = vi.getTimerCount();
  rtcp.send(Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 1]), reportPort, '127.0.0.1');
  // The report is read before the pictures of the next frames are sent.
  for (let i = 0; i < 5; i++) await once(rtp, 'message');
  vi.advanceTimersByTime(59_000);
  expect(vi.getTimerCount()).toBe(before);
  expect(camera.statistics.playing.sub).toBe(1);
  vi.advanceTimersByTime(1_001);
  await client.untilClosed();
  expect(camera.statistics.playing.sub).toBe(0);
});

test('over TCP a quiet client stays for as long as its connection does', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const camera = await start();
  const client = await connect(camera.subUrl);
  await client.play();
  vi.advanceTimersByTime(600_000);
  await client.untilPackets(client.packets.length + 5);
});

// What it would leave are UDP sockets: the check for leaks behind all tests looks for them.
test('a client that leaves in the middle of SETUP leaves nothing behind', async () => {
  const camera = await start();
  const { headers } = await udpPorts();
  for (let i = 0; i < 5; i++) {
    const client = await connect(camera.subUrl);
    const lines = [`SETUP ${camera.subUrl}/track1 RTSP/1.0`, 'CSeq: 1', `Transport: ${headers.Transport}`];
    await new Promise((written) => client.socket.write(`${lines.join('\r\n')}\r\n\r\n`, written));
    client.socket.destroy();
  }
  while (camera.statistics.connections < 5) await new Promise(setImmediate);
  while (camera.statistics.openConnections > 0) await new Promise(setImmediate);
});

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;

test.skipIf(!hasFfmpeg).each([
  ['basic', 'tcp'],
  ['basic', 'udp'],
  ['digest-md5', 'tcp'],
  ['digest-md5', 'udp'],
] as const)('ffmpeg signs in with %s and plays over %s (needs ffmpeg)', async (scheme, transport) => {
  const camera = await start({ credentials: { scheme, username: 'guard', password: 'p4ss' } });
  const play = async (password: string) => {
    const url = camera.subUrl.replace('//', `//guard:${password}@`);
    const input = ['-loglevel', 'error', '-rtsp_transport', transport, '-i', url];
    await promisify(execFile)('ffmpeg', [...input, '-frames:v', '15', '-c', 'copy', '-f', 'null', '-']);
  };
  await play('p4ss');
  await expect(play('wrong')).rejects.toThrow('401');
});

test('a camera that refuses stays shut when it has rebooted', async () => {
  const camera = await start();
  const back = camera.reboot(0.05);
  await camera.refuse(true);
  await back;
  await expect(RawRtspClient.connect(camera.subUrl)).rejects.toThrow('ECONNREFUSED');
  expect(await dialDuringReboot(camera, () => camera.refuse(false))).toContain('ECONNREFUSED');
  await connect(camera.subUrl);
});

test('after the machine has slept, a camera goes on where it was and makes up for nothing', async () => {
  const camera = await start();
  const client = await connect(camera.subUrl);
  await client.play();
  await client.untilPackets(5);
  const now = performance.now.bind(performance);
  using _clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + 3_600_000);
  const before = client.packets.length;
  await client.untilPackets(before + 20);
  const timestamps = new Set(client.packets.map(({ timestamp }) => timestamp));
  expect(timestamps.size).toBeLessThan(30);
});

test('cameras of a fleet send their key frames at different times', async () => {
  const fleet = owned.use(await startVirtualCameras({ count: 9 }));
  const times = () => fleet.cameras.map((camera) => Math.round(camera.millisecondsToNextKeyFrame('sub')));
  // On a busy machine several may be due, and have 0 left, until they are sent.
  await expect.poll(() => new Set(times()).size).toBe(9);
});

test('a fleet process says who is connected, and nothing hangs when it dies', async () => {
  const fleet = owned.use(await startFleetProcess({ count: 2 }));
  const client = await connect(fleet.cameras[1]?.mainUrl ?? '');
  await client.play();
  expect(await fleet.statistics(0)).toEqual({
    connections: 0,
    openConnections: 0,
    playing: { main: 0, sub: 0 },
  });
  expect(await fleet.statistics(1)).toEqual({
    connections: 1,
    openConnections: 1,
    playing: { main: 1, sub: 0 },
  });
  const reboot = Promise.allSettled([fleet.command(0, { do: 'reboot', seconds: 3_600 })]);
  await fleet[Symbol.asyncDispose]();
  await reboot;
  await expect(fleet.statistics(0)).rejects.toThrow('have ended');
});
