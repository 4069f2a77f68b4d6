import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Secret } from '../../main/base/secret.ts';
import type { RtpPacket } from '../../main/rtsp/rtp-packet.ts';
import { RtspSession } from '../../main/rtsp/rtsp-session.ts';
import {
  type Answer,
  h264Description,
  interleaved,
  reply,
  rtpFrame,
  type ScriptedRequest,
  ScriptedRtspServer,
} from '../support/scripted-rtsp-server.ts';

const username = 'guard';
const password = 'canary/pa:ss';

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

async function camera(answers: Readonly<Record<string, Answer>> = {}): Promise<ScriptedRtspServer> {
  return owned.use(await ScriptedRtspServer.start(answers));
}

async function open(url: string, withPassword = false): Promise<RtspSession> {
  const target = withPassword
    ? { name: 'Yard', url, username, password: new Secret(password) }
    : { name: 'Yard', url, username: null, password: null };
  return owned.use(await RtspSession.open(target, { signal: stop.signal }));
}

/** Plays until so many packets came. */
async function receive(session: RtspSession, count = 1): Promise<RtpPacket[]> {
  const packets: RtpPacket[] = [];
  await session.play((packet) => {
    packets.push(packet);
    if (packets.length === count) stop.abort();
  });
  return packets;
}

/** What opening and playing ends with. */
async function failure(url: string, withPassword = false): Promise<unknown> {
  try {
    await receive(await open(url, withPassword));
  } catch (error) {
    expect(String(error)).not.toContain('canary');
    return error;
  }
  throw new Error('it plays');
}

function failsWith(code: string, message: string | RegExp) {
  return { code, camera: 'Yard', message: expect.stringMatching(message) };
}

/** Asks for credentials until some come. */
function locked(challenges: string | string[], answer: Answer): Answer {
  return (request, socket) =>
    request.headers.has('authorization')
      ? answer(request, socket)
      : reply(request, '401 Unauthorized', { 'WWW-Authenticate': challenges });
}

const describeH264: Answer = (request) =>
  reply(request, '200 OK', { 'Content-Base': `${request.url}/` }, h264Description);

const md5 = 'Digest realm="a", nonce="1"';

/**
 * A camera that plays, and a way to let time pass: after each step it sends a packet, which is waited for; what it had
 * answered before is known then, too.
 */
async function playingYard(answers: Readonly<Record<string, Answer>> = {}, withPassword = false) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  const sockets: Socket[] = [];
  const yard = await camera({
    ...answers,
    PLAY: (request, socket) => {
      sockets.push(socket);
      return answers.PLAY?.(request, socket) ?? reply(request);
    },
  });
  const session = await open(yard.url, withPassword);
  let heard = Promise.withResolvers<void>();
  const playing = session.play(() => heard.resolve());
  await yard.untilAsked('PLAY');
  while (vi.getTimerCount() === 0) await delay(1);
  const step = async (milliseconds: number) => {
    vi.advanceTimersByTime(milliseconds);
    heard = Promise.withResolvers();
    for (const socket of sockets) socket.write(rtpFrame());
    await Promise.race([heard.promise, playing]);
  };
  /** Time passes until the camera was asked so often, and each time its answer has arrived before more passes. */
  const stepUntilAsked = async (method: string, times = 1) => {
    const asked = () => yard.methods.length;
    while (yard.methods.filter((each) => each === method).length < times) {
      const before = asked();
      // A look, and each brings a keep-alive here.
      await step(500);
      while (asked() === before) await delay(1);
      await step(0);
    }
  };
  return { yard, session, playing, step, stepUntilAsked };
}

test('a flawless camera is asked in order, and every request says who asks', async () => {
  const yard = await camera();
  const session = await open(yard.url);
  expect(session.track).toMatchObject({ payloadType: 96, clockRate: 90_000, encodingName: 'H264' });
  expect(await receive(session)).toMatchObject([{ payloadType: 96, payload: Buffer.from('x') }]);
  await session[Symbol.asyncDispose]();
  expect(yard.methods).toEqual(['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'TEARDOWN']);
  expect(yard.requests.map(({ url }) => url.replace(yard.url, ''))).toEqual(['', '', '/track1', '/', '/']);
  expect(yard.requests.map(({ sequence }) => sequence)).toEqual(['1', '2', '3', '4', '5']);
  for (const { headers } of yard.requests) expect(headers.get('user-agent')).toMatch(/^Gatehouse/);
  expect(yard.last('SETUP').headers.get('transport')).toBe('RTP/AVP/TCP;unicast;interleaved=0-1');
  expect(yard.last('PLAY').headers.get('session')).toBe('4711');
  expect(yard.last('TEARDOWN').headers.get('session')).toBe('4711');
  await yard.untilAlone();
});

test('OPTIONS answered with an error', async () => {
  const yard = await camera({ OPTIONS: (request) => reply(request, '501 Not Implemented') });
  expect(await receive(await open(yard.url))).toHaveLength(1);
});

test('several WWW-Authenticate headers: the strongest is answered, and from then on every request carries it', async () => {
  const sha = 'Digest realm="a", nonce="2", algorithm=SHA-256';
  const yard = await camera({ DESCRIBE: locked(['Basic realm="a"', md5, sha], describeH264) });
  await receive(await open(yard.url, true));
  expect(yard.methods).toEqual(['OPTIONS', 'DESCRIBE', 'DESCRIBE', 'SETUP', 'PLAY']);
  for (const { headers } of yard.requests.slice(2)) {
    expect(headers.get('authorization')).toMatch(/^Digest .*algorithm=SHA-256/);
  }
});

test('a camera that knows Basic only gets Basic', async () => {
  const yard = await camera({ OPTIONS: locked('Basic realm="a"', (request) => reply(request)) });
  await receive(await open(yard.url, true));
  const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  expect(yard.last('PLAY').headers.get('authorization')).toBe(expected);
});

test('a wrong password is tried once, and never printed', async () => {
  let nonce = 0;
  const refuse: Answer = (request) =>
    reply(request, '401 Unauthorized', { 'WWW-Authenticate': `Digest realm="a", nonce="${++nonce}"` });
  for (const answers of [{ DESCRIBE: refuse }, { OPTIONS: refuse, DESCRIBE: refuse }]) {
    const yard = await camera(answers);
    const error = await failure(yard.url, true);
    expect(error).toMatchObject(
      failsWith('camera-refused-credentials', /^Yard \(127\.0\.0\.1:\d+\) .*401.*Check/),
    );
    expect(yard.requests.filter(({ headers }) => headers.has('authorization'))).toHaveLength(1);
  }
});

test('a camera that wants a password where none is known', async () => {
  const yard = await camera({ DESCRIBE: locked(md5, describeH264) });
  expect(await failure(yard.url)).toMatchObject(failsWith('camera-refused-credentials', /enter them/));
});

test('a camera that wants a kind of sign-in that nobody supports', async () => {
  const yard = await camera({ DESCRIBE: locked('Negotiate', describeH264) });
  expect(await failure(yard.url, true)).toMatchObject(
    failsWith('camera-refused-credentials', /not supported/),
  );
});

test('a nonce that goes stale while playing is replaced, also in a keep-alive', async () => {
  const fresh = 'Digest realm="a", nonce="2", stale=true';
  const answers: Readonly<Record<string, Answer>> = {
    DESCRIBE: locked(md5, describeH264),
    SETUP: (request) => reply(request, '200 OK', { Session: '1;timeout=2' }),
    OPTIONS: (request) =>
      /nonce="1"/.test(request.headers.get('authorization') ?? '')
        ? reply(request, '401 Unauthorized', { 'WWW-Authenticate': fresh })
        : reply(request),
  };
  const { yard, playing, stepUntilAsked } = await playingYard(answers, true);
  await stepUntilAsked('OPTIONS', 3);
  expect(yard.last('OPTIONS').headers.get('authorization')).toContain('nonce="2"');
  stop.abort();
  await playing;
});

test('redirects keep the credentials on the same host', async () => {
  const target = await camera({ DESCRIBE: locked(md5, describeH264) });
  const yard = await camera({
    DESCRIBE: locked('Basic realm="a"', (request) =>
      reply(request, '302 Found', { Location: `${target.url}/2` }),
    ),
  });
  expect(await receive(await open(yard.url, true))).toHaveLength(1);
  expect(target.last('SETUP').url).toBe(`${target.url}/2/track1`);
  expect(target.last('DESCRIBE').headers.has('authorization')).toBe(true);
  await yard.untilAlone();
});

test('redirects to another host leave the credentials behind, and say so', async () => {
  const target = await camera({ DESCRIBE: locked('Basic realm="a"', describeH264) });
  const elsewhere = target.url.replace('127.0.0.1', 'localhost');
  const yard = await camera({
    DESCRIBE: locked(md5, (request) => reply(request, '301 Moved', { Location: elsewhere })),
  });
  const error = await failure(yard.url, true);
  expect(error).toMatchObject(failsWith('camera-refused-credentials', /127\.0\.0\.1 redirected here/));
  for (const { headers } of target.requests) expect(headers.has('authorization')).toBe(false);
});

test('redirects in a circle and to nowhere', async () => {
  const redirect =
    (location: string): Answer =>
    (request) =>
      reply(request, '302 Found', { Location: location });
  const round: ScriptedRtspServer = await camera({
    DESCRIBE: (request, socket) => redirect(round.url)(request, socket),
  });
  expect(await failure(round.url)).toMatchObject(failsWith('camera-protocol-error', /more than 3 times/));
  expect(round.methods.filter((method) => method === 'DESCRIBE')).toHaveLength(4);
  const nowhere = await camera({ DESCRIBE: redirect('http://127.0.0.1/') });
  expect(await failure(nowhere.url)).toMatchObject(failsWith('camera-protocol-error', /no RTSP address/));
});

test('Content-Base with the scheme twice', async () => {
  const yard = await camera({
    DESCRIBE: (request) =>
      reply(request, '200 OK', { 'Content-Base': 'rtsp://rtsp://192.168.0.9/other/' }, h264Description),
  });
  await open(yard.url);
  expect(yard.last('SETUP').url).toBe(`rtsp://127.0.0.1:${yard.port}/other/track1`);
});

test('SETUP answered with another channel: that one is listened to (Escam Q6)', async () => {
  const yard = await camera({
    SETUP: (request) => reply(request, '200 OK', { Transport: 'RTP/AVP/TCP;interleaved=4', Session: '1' }),
    PLAY: (request) => Buffer.concat([Buffer.from(reply(request)), rtpFrame(0, 96, 1), rtpFrame(4, 96, 2)]),
  });
  expect(await receive(await open(yard.url))).toMatchObject([{ sequenceNumber: 2 }]);
});

test('SETUP answered without Transport and without Session', async () => {
  const yard = await camera({ SETUP: (request) => reply(request) });
  expect(await receive(await open(yard.url))).toHaveLength(1);
  expect(yard.last('PLAY').headers.has('session')).toBe(false);
});

test('the session is the one that SETUP names, whatever DESCRIBE named (Wowza)', async () => {
  const yard = await camera({
    DESCRIBE: (request) => reply(request, '200 OK', { Session: 'other' }, h264Description),
  });
  await receive(await open(yard.url));
  expect(yard.last('PLAY').headers.get('session')).toBe('4711');
});

test('a camera that sends over UDP only', async () => {
  const udp = 'RTP/AVP;unicast;client_port=5000-5001;server_port=6000-6001';
  for (const SETUP of [
    (request: ScriptedRequest) => reply(request, '461 Unsupported Transport'),
    (request: ScriptedRequest) => reply(request, '200 OK', { Transport: udp, Session: '1' }),
  ]) {
    const yard = await camera({ SETUP });
    expect(await failure(yard.url)).toMatchObject(failsWith('camera-transport-refused', /SETUP.*TCP/));
  }
});

test('a camera without a session left says so (453, 503)', async () => {
  for (const status of ['453 Not Enough Bandwidth', '503 Service Unavailable']) {
    const yard = await camera({ SETUP: (request) => reply(request, status) });
    expect(await failure(yard.url)).toMatchObject(failsWith('camera-busy', /as many viewers as it can/));
  }
});

test('the session id changes with every answer: the newest counts', async () => {
  const { yard, session, playing, stepUntilAsked } = await playingYard({
    SETUP: (request) => reply(request, '200 OK', { Session: 'first;timeout=2' }),
    PLAY: (request) => reply(request, '200 OK', { Session: 'second;timeout=2' }),
  });
  await stepUntilAsked('OPTIONS', 2);
  expect(yard.last('PLAY').headers.get('session')).toBe('first');
  expect(yard.last('OPTIONS').headers.get('session')).toBe('second');
  stop.abort();
  await playing;
  await session[Symbol.asyncDispose]();
  expect(yard.last('TEARDOWN').headers.get('session')).toBe('second');
});

test('packets of the session before, mixed into the new one, are left out (Reolink)', async () => {
  const [old, fresh] = [1, 2];
  const yard = await camera({
    PLAY: (request) =>
      Buffer.concat([
        Buffer.from(reply(request)),
        rtpFrame(0, 96, 900, old),
        rtpFrame(0, 96, 1, fresh),
        rtpFrame(0, 96, 901, old),
        ...[2, 3, 4, 5].map((sequenceNumber) => rtpFrame(0, 96, sequenceNumber, fresh)),
        rtpFrame(0, 96, 902, old),
        rtpFrame(0, 96, 6, fresh),
      ]),
  });
  const packets = await receive(await open(yard.url), 7);
  expect(packets.map(({ sequenceNumber }) => sequenceNumber)).toEqual([900, 901, 2, 3, 4, 5, 6]);
  const honest = await camera({
    SETUP: (request) => reply(request, '200 OK', { Transport: 'RTP/AVP/TCP;interleaved=0-1;ssrc=  2' }),
    PLAY: (request) =>
      Buffer.concat([
        Buffer.from(reply(request)),
        rtpFrame(0, 96, 900, old),
        rtpFrame(0, 96, 1, fresh),
        rtpFrame(0, 96, 901, old),
        rtpFrame(0, 96, 2, fresh),
      ]),
  });
  stop = new AbortController();
  const announced = await receive(await open(honest.url), 3);
  expect(announced.map(({ sequenceNumber }) => sequenceNumber)).toEqual([900, 1, 2]);
});

test('packets before the answer to PLAY (Reolink)', async () => {
  const yard = await camera({
    PLAY: (request) => Buffer.concat([rtpFrame(1, 72), rtpFrame(0, 96, 1), Buffer.from(reply(request))]),
  });
  expect(await receive(await open(yard.url))).toMatchObject([{ sequenceNumber: 1 }]);
});

test('garbage between frames, channels never set up, stray payload types (Geovision) and truncated packets', async () => {
  const yard = await camera({
    PLAY: (request) =>
      Buffer.concat([
        Buffer.from(reply(request, '200 OK', { 'RTP-Info': 'url=;seq=;rtptime=-1,,;' })),
        rtpFrame(9, 96, 1),
        Buffer.from([0, 0xff, 0x24, 0x52, 0x54]),
        rtpFrame(0, 50, 2),
        interleaved(0, Buffer.from([0x80, 96])),
        interleaved(0, Buffer.alloc(0)),
        rtpFrame(0, 96, 3),
      ]),
  });
  expect(await receive(await open(yard.url))).toMatchObject([{ sequenceNumber: 3 }]);
});

test('answers without CSeq, with the same one always, and byte by byte', async () => {
  const spoilt = (change: (text: string) => string) =>
    Object.fromEntries(
      ['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY'].map((method): [string, Answer] => [
        method,
        (request, socket) => {
          const body = method === 'DESCRIBE' ? h264Description : '';
          for (const byte of Buffer.from(change(reply(request, '200 OK', {}, body))))
            socket.write(Buffer.from([byte]));
          return method === 'PLAY' ? rtpFrame() : undefined;
        },
      ]),
    );
  for (const change of [
    (text: string) => text.replace(/CSeq.*\r\n/, ''),
    (text: string) => text.replace(/CSeq: \d+/, 'CSeq: 77'),
    (text: string) => text.replace(/CSeq: (\d+)/, 'cseq : $1 '),
  ]) {
    const yard = await camera(spoilt(change));
    stop = new AbortController();
    expect(await receive(await open(yard.url))).toHaveLength(1);
  }
});

test('keep-alives go on whether they are answered or not', async () => {
  for (const answer of [() => undefined, (request: ScriptedRequest) => reply(request)]) {
    stop = new AbortController();
    const { yard, playing, stepUntilAsked } = await playingYard({
      OPTIONS: (request) => reply(request, '200 OK', { Public: 'DESCRIBE, GET_PARAMETER' }),
      SETUP: (request) => reply(request, '200 OK', { Session: '1;timeout=2' }),
      GET_PARAMETER: answer,
    });
    await stepUntilAsked('GET_PARAMETER', 2);
    expect(yard.last('GET_PARAMETER').headers.get('session')).toBe('1');
    stop.abort();
    await playing;
  }
});

test('GET_PARAMETER that is advertised and refused: OPTIONS keeps alive', async () => {
  const { yard, playing, stepUntilAsked } = await playingYard({
    OPTIONS: (request) => reply(request, '200 OK', { Public: 'GET_PARAMETER' }),
    SETUP: (request) => reply(request, '200 OK', { Session: '1;timeout=2' }),
    GET_PARAMETER: (request) => reply(request, '551 Option Not Supported'),
  });
  await stepUntilAsked('OPTIONS', 2);
  expect(yard.methods.filter((method) => method === 'GET_PARAMETER')).toHaveLength(1);
  stop.abort();
  await playing;
});

test('what the camera asks is answered', async () => {
  const yard = await camera({
    PLAY: (request, socket) => {
      socket.write('OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\nREDIRECT * RTSP/1.0\r\nCSeq: 10\r\n\r\n');
      return reply(request);
    },
  });
  const session = await open(yard.url);
  const playing = session.play(() => {});
  // An answer has the form of a request to the scripted camera.
  await yard.untilAsked('RTSP/1.0', 2);
  const answers = yard.requests.filter(({ method }) => method === 'RTSP/1.0');
  expect(answers.map(({ url, sequence }) => [url, sequence])).toEqual([
    ['200', '9'],
    ['501', '10'],
  ]);
  stop.abort();
  await playing;
});

test('a camera that sends nothing after PLAY, or RTCP only, is silent', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  for (const frames of [Buffer.alloc(0), rtpFrame(1, 72)]) {
    const yard = await camera({ PLAY: (request) => Buffer.concat([Buffer.from(reply(request)), frames]) });
    const session = await open(yard.url);
    const playing = session.play(() => {}).catch((error: unknown) => error);
    await yard.untilAsked('PLAY');
    while (vi.getTimerCount() === 0) await delay(1);
    vi.advanceTimersByTime(3_500);
    vi.advanceTimersByTime(500);
    expect(await playing).toMatchObject(failsWith('camera-silent', /no video for 4 s/));
    expect(vi.getTimerCount()).toBe(0);
  }
});

test('packets that come every three seconds are no silence', async () => {
  const { playing, step } = await playingYard();
  for (let packets = 0; packets < 4; packets++) await step(3_000);
  stop.abort();
  await playing;
});

test('keep-alives come within 25 s, whatever timeout the camera names', async () => {
  const { yard, playing, step } = await playingYard({
    SETUP: (request) => reply(request, '200 OK', { Session: '1;timeout=86400' }),
  });
  for (let seconds = 0; seconds < 25; seconds += 1) {
    expect(yard.methods.filter((method) => method === 'OPTIONS')).toHaveLength(1);
    await step(1_000);
  }
  await yard.untilAsked('OPTIONS', 2);
  stop.abort();
  await playing;
});

test('a request that is never answered ends after eight seconds', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const yard = await camera({ DESCRIBE: () => undefined });
  const failing = failure(yard.url);
  await yard.untilAsked('DESCRIBE');
  vi.advanceTimersByTime(8_000);
  expect(await failing).toMatchObject(failsWith('camera-silent', /did not answer DESCRIBE within 8 s/));
});

test('opening ends after ten seconds, however slowly the camera answers', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let answerOptions = () => {};
  const yard = await camera({
    OPTIONS: (request, socket) => {
      answerOptions = () => socket.write(reply(request));
      return undefined;
    },
    DESCRIBE: () => undefined,
  });
  const failing = failure(yard.url);
  await yard.untilAsked('OPTIONS');
  vi.advanceTimersByTime(7_000);
  answerOptions();
  await yard.untilAsked('DESCRIBE');
  vi.advanceTimersByTime(3_000);
  expect(await failing).toMatchObject(failsWith('camera-silent', /within 10 s/));
  await yard.untilAlone();
});

test('a camera that closes the connection, while opening and while playing', async () => {
  const hangUp: Answer = (_request, socket) => {
    socket.destroy();
    return undefined;
  };
  for (const method of ['OPTIONS', 'SETUP', 'PLAY']) {
    const yard = await camera({ [method]: hangUp });
    expect(await failure(yard.url)).toMatchObject(
      failsWith('camera-closed-connection', /closed the connection/),
    );
  }
  const yard = await camera({
    PLAY: (request, socket) => {
      setImmediate(() => socket.resetAndDestroy());
      return reply(request);
    },
  });
  expect(await failure(yard.url)).toMatchObject(
    failsWith('camera-closed-connection', /closed the connection/),
  );
});

test('nobody at the address', async () => {
  const yard = await ScriptedRtspServer.start();
  const { url } = yard;
  await yard[Symbol.asyncDispose]();
  expect(await failure(url)).toMatchObject(
    failsWith('camera-unreachable', /^Yard \(127\.0\.0\.1:\d+\) refuses connections/),
  );
});

test('another service at the address', async () => {
  const web = await camera({ OPTIONS: () => 'HTTP/1.1 400 Bad Request\r\n\r\n' });
  expect(await failure(web.url)).toMatchObject(failsWith('camera-protocol-error', /HTTP/));
  const noise = await camera({ OPTIONS: () => Buffer.alloc(100_000, 'SSH-2.0-OpenSSH ') });
  expect(await failure(noise.url)).toMatchObject(failsWith('camera-protocol-error', /else than RTSP/));
});

test('DESCRIBE without a description, with another format, and refused', async () => {
  const empty = await camera({ DESCRIBE: (request) => reply(request) });
  expect(await failure(empty.url)).toMatchObject(failsWith('camera-protocol-error', /without a description/));
  const mpeg4 = h264Description.replace('H264', 'MP4V-ES');
  const other = await camera({ DESCRIBE: (request) => reply(request, '200 OK', {}, mpeg4) });
  expect(await failure(other.url)).toMatchObject(failsWith('camera-codec-unsupported', /MP4V-ES/));
  const sound = await camera({
    DESCRIBE: (request) => reply(request, '200 OK', {}, 'm=audio 0 RTP/AVP 0\r\n'),
  });
  expect(await failure(sound.url)).toMatchObject(failsWith('camera-no-video', /no video/));
  const missing = await camera({ DESCRIBE: (request) => reply(request, '404 Not Found') });
  expect(await failure(missing.url)).toMatchObject(
    failsWith('camera-no-video', /DESCRIBE with 404 Not Found/),
  );
  const broken = await camera({ DESCRIBE: (request) => reply(request, '500 Oops') });
  expect(await failure(broken.url)).toMatchObject(
    failsWith('camera-protocol-error', /DESCRIBE with 500 Oops/),
  );
});

test('a camera that asks without end and reads nothing does not fill the memory', async () => {
  const asking = Buffer.from('OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n'.repeat(400_000));
  const yard = await camera({
    OPTIONS: (_request, socket) => {
      socket.pause();
      return asking;
    },
  });
  expect(await failure(yard.url)).toMatchObject(failsWith('camera-protocol-error', /does not read/));
});

test('a camera that does not answer TEARDOWN is left after a second', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const yard = await camera({ TEARDOWN: () => undefined });
  const session = await open(yard.url);
  const disposed = session[Symbol.asyncDispose]();
  await yard.untilAsked('TEARDOWN');
  vi.advanceTimersByTime(1_000);
  await disposed;
  await yard.untilAlone();
});

test('opening that is not wanted any more closes the connection', async () => {
  const yard = await camera({ DESCRIBE: () => undefined });
  const opening = open(yard.url);
  await yard.untilAsked('DESCRIBE');
  stop.abort();
  await expect(opening).rejects.toBe(stop.signal.reason);
  await yard.untilAlone();
  await expect(open(yard.url)).rejects.toBe(stop.signal.reason);
});

test('playing that is not wanted any more ends, before and behind the answer to PLAY', async () => {
  const yard = await camera({ PLAY: () => undefined });
  const session = await open(yard.url);
  const playing = session.play(() => {});
  await yard.untilAsked('PLAY');
  stop.abort();
  await playing;
  await session.play(() => {});
  expect(yard.methods.filter((method) => method === 'PLAY')).toHaveLength(1);
});

test('no packet is handed on once playing is not wanted any more', async () => {
  const yard = await camera({
    PLAY: (request) => Buffer.concat([Buffer.from(reply(request)), rtpFrame(), rtpFrame(), rtpFrame()]),
  });
  expect(await receive(await open(yard.url), 2)).toHaveLength(2);
});

test('an error in what reads the packets ends this camera only', async () => {
  const yard = await camera();
  const session = await open(yard.url);
  const playing = session.play(() => {
    throw new Error('cannot read this');
  });
  await expect(playing).rejects.toMatchObject({ code: 'internal', message: 'cannot read this' });
});
