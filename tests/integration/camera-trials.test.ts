import dns from 'node:dns';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { streamPaths } from '../../main/cameras/stream-paths.ts';
import type { PreviewEvent } from '../../main/contract/camera.ts';
import type { ErrorCode } from '../../main/contract/error-codes.ts';
import { type ApiClient, type ApiHarness, createHarness, memoryClient } from '../support/api-harness.ts';
import { openWindow } from '../support/api-window.ts';
import {
  addressOf,
  closedPort,
  PlayingNeighbour,
  RawServer,
  until,
  virtualCamera,
} from '../support/camera-scene.ts';
import { refused } from '../support/refused.ts';
import { type Answer, h264Description, reply, ScriptedRtspServer } from '../support/scripted-rtsp-server.ts';

const password = 'canary-4471';
const digest = { scheme: 'digest-md5', username: 'guard', password } as const;

let owned: AsyncDisposableStack;
let harness: ApiHarness;
let client: ApiClient;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  harness = await createHarness(owned);
  client = memoryClient(harness);
});
afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await owned.disposeAsync();
});

async function scripted(answers: Readonly<Record<string, Answer>>, host = '127.0.0.1') {
  return owned.use(await ScriptedRtspServer.start(answers, host));
}

const describes =
  (...lines: readonly string[]): Answer =>
  (request) =>
    reply(request, '200 OK', {}, ['v=0', ...lines, ''].join('\r\n'));

/** Opens for who knows the password. */
const locked: Answer = (request) =>
  request.headers.has('authorization')
    ? reply(request, '200 OK', {}, h264Description)
    : reply(request, '401 Unauthorized', { 'WWW-Authenticate': 'Basic realm="camera"' });

const withCredentials = ({ requests }: ScriptedRtspServer) =>
  requests.filter(({ headers }) => headers.has('authorization'));

/** Events of a preview until one of this type. */
async function previewUntil(
  events: AsyncIterable<PreviewEvent>,
  wanted: (event: PreviewEvent) => boolean,
): Promise<PreviewEvent[]> {
  const seen: PreviewEvent[] = [];
  for await (const event of events) {
    seen.push(event);
    if (wanted(event)) break;
  }
  return seen;
}

/** Reads the first event of a preview. */
async function openedId(events: AsyncIterator<PreviewEvent, unknown>): Promise<string> {
  const { done, value } = await events.next();
  if (done === true || (value as PreviewEvent).type !== 'opened') throw new Error('not opened');
  return (value as Extract<PreviewEvent, { type: 'opened' }>).previewId;
}

const isWaiting = (event: PreviewEvent) => event.type === 'status' && event.status.state === 'waiting';

describe('finding the streams of a camera', () => {
  test('main and sub-stream are found from host and port alone', async () => {
    const camera = await virtualCamera(owned);
    const found = await client.cameras.find({ address: addressOf(camera) });
    expect(found).toEqual({ mainUrl: camera.mainUrl, subUrl: camera.subUrl, onvif: null, channels: [] });
    const tried = streamPaths.findIndex(({ main }) => main === '/main') + 1;
    expect(tried).toBeGreaterThan(0);
    expect(camera.statistics).toMatchObject({ connections: tried + 1, playing: { main: 0, sub: 0 } });
  });

  test('the camera sees one connection at a time', async () => {
    const camera = await RawServer.start(owned, (socket) => {
      socket.on('data', (chunk) => {
        const sequence = /CSeq: (\d+)/.exec(chunk.toString())?.[1];
        socket.write(`RTSP/1.0 404 Not Found\r\nCSeq: ${sequence}\r\n\r\n`);
      });
    });
    const error = await refused(client.cameras.find({ address: camera.address }));
    expect(error.code).toBe('camera-no-video');
    expect(camera.connections).toBe(streamPaths.length);
    expect(camera.peak).toBe(1);
    await until(() => camera.openConnections === 0);
  });

  test('a path that was typed is tried first', async () => {
    const camera = await virtualCamera(owned);
    const found = await client.cameras.find({ address: `${addressOf(camera)}/sub` });
    expect(found).toEqual({ mainUrl: camera.subUrl, subUrl: null, onvif: null, channels: [] });
    expect(camera.statistics.connections).toBe(1);
  });

  test('a camera with one stream only has no sub-stream', async () => {
    const camera = await scripted({
      DESCRIBE: (request) =>
        request.url.endsWith('/stream1')
          ? reply(request, '200 OK', {}, h264Description)
          : reply(request, '404 Not Found'),
    });
    const address = `127.0.0.1:${camera.port}`;
    expect(await client.cameras.find({ address })).toEqual({
      mainUrl: `rtsp://${address}/stream1`,
      subUrl: null,
      onvif: null,
      channels: [],
    });
  });

  test('cameras that hang up on a wrong path are found all the same', async () => {
    const camera = await scripted({
      DESCRIBE: (request, socket) => {
        if (/\/(main|sub)$/.test(request.url)) return reply(request, '200 OK', {}, h264Description);
        socket.destroy();
        return undefined;
      },
    });
    const found = await client.cameras.find({ address: `127.0.0.1:${camera.port}` });
    expect(found.mainUrl).toBe(`rtsp://127.0.0.1:${camera.port}/main`);
  });

  test.each(['basic', 'digest-md5', 'digest-sha-256'] as const)(
    'a camera with a password is found with it (%s)',
    async (scheme) => {
      const camera = await virtualCamera(owned, { credentials: { ...digest, scheme } });
      const found = await client.cameras.find({ address: addressOf(camera), username: 'guard', password });
      expect(found).toEqual({ mainUrl: camera.mainUrl, subUrl: camera.subUrl, onvif: null, channels: [] });
    },
  );

  test('a wrong password ends it at once: the camera sees it a single time', async () => {
    let nonce = 0;
    const challenges = [
      () => 'Basic realm="a"',
      () => `Digest realm="a", nonce="${++nonce}"`,
      () => `Digest realm="a", nonce="${++nonce}", algorithm=SHA-256, qop="auth"`,
    ];
    for (const challenge of challenges) {
      const camera = await scripted({
        DESCRIBE: (request) => reply(request, '401 Unauthorized', { 'WWW-Authenticate': challenge() }),
      });
      const find = client.cameras.find({
        address: `127.0.0.1:${camera.port}`,
        username: 'guard',
        password,
      });
      const error = await refused(find);
      expect(error.code).toBe('camera-refused-credentials');
      expect(error.message).toMatch(/127\.0\.0\.1:\d+.* 401 .*Check the user and the password/);
      expect(JSON.stringify(error)).not.toContain('canary');
      expect(withCredentials(camera)).toHaveLength(1);
      expect(camera.methods).toEqual(['OPTIONS', 'DESCRIBE', 'DESCRIBE']);
    }
  });

  test('a wrong password against a real check: one connection, and nothing more', async () => {
    const camera = await virtualCamera(owned, { credentials: digest });
    const find = client.cameras.find({ address: addressOf(camera), username: 'guard', password: 'other' });
    expect(await refused(find)).toMatchObject({ code: 'camera-refused-credentials' });
    expect(camera.statistics.connections).toBe(1);
  });

  test('a camera that wants a password where none was typed says so, before any is sent', async () => {
    const camera = await scripted({ DESCRIBE: locked });
    const error = await refused(client.cameras.find({ address: `127.0.0.1:${camera.port}` }));
    expect(error.code).toBe('camera-refused-credentials');
    expect(error.message).toContain('enter them');
    expect(camera.methods).toEqual(['OPTIONS', 'DESCRIBE']);
  });

  test('somebody who leaves takes the search along', async () => {
    const camera = await RawServer.start(owned, () => {});
    const leaving = new AbortController();
    const found = client.cameras.find({ address: camera.address }, { signal: leaving.signal });
    const ended = expect(found).rejects.toThrow();
    await until(() => camera.openConnections === 1);
    leaving.abort();
    await ended;
    await until(() => camera.openConnections === 0);
    expect(camera.connections).toBe(1);
  });

  test.each([
    ['nothing', ''],
    ['blanks', '   '],
    ['a port that is none', '192.0.2.1:99999'],
    ['a broken IPv6 address', '[::g]:554'],
    ['only a path', '/stream1'],
  ])('%s is no address, and the field is named', async (_, address) => {
    const error = await refused(client.cameras.find({ address }));
    expect(error).toMatchObject({ code: 'bad-input', data: { issues: [{ path: 'address' }] } });
  });
});

interface Trouble {
  readonly name: string;
  readonly code: ErrorCode;
  /** The sentence: where and what, then what to do; of `find`, then of `test` and `preview`. */
  readonly words: readonly [found: RegExp, tried: RegExp];
  /** Makes the trouble; returns `host:port`. */
  readonly start: () => Promise<string>;
  readonly isSlow?: boolean;
}

function failLookups(code: string): Promise<string> {
  const fail = (_name: string, _options: unknown, done: (error: Error) => void) =>
    queueMicrotask(() => done(Object.assign(new Error(code), { code })));
  vi.spyOn(dns, 'lookup').mockImplementation(fail as never);
  return Promise.resolve('gate.invalid:554');
}

const at = String.raw`^127\.0\.0\.1:\d+`;
const both = (words: string): readonly [RegExp, RegExp] => [new RegExp(words), new RegExp(words)];

const troubles: readonly Trouble[] = [
  {
    name: 'a host that nobody knows',
    code: 'camera-unreachable',
    words: both(
      String.raw`^gate\.invalid:554 cannot be found: nobody on this network knows the name gate\.invalid\. Check it, or use the IP address\.$`,
    ),
    start: () => failLookups('ENOTFOUND'),
  },
  {
    name: 'names that cannot be looked up',
    code: 'camera-unreachable',
    words: both('^gate.* names cannot be looked up now. Check the network, or use the IP address.$'),
    start: () => failLookups('EAI_AGAIN'),
  },
  {
    name: 'a port where nobody listens',
    code: 'camera-unreachable',
    words: both(`${at} refuses connections on port \\d+\\. Check the port, and that RTSP is switched on`),
    start: closedPort,
  },
  {
    name: 'a web server',
    code: 'camera-protocol-error',
    words: both(`${at} cannot be understood: .*\\. Check that the address is that of an RTSP stream\\.$`),
    start: async () => {
      const page = '<!doctype html><title>400</title>';
      const answer = `HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: ${page.length}\r\nConnection: close\r\n\r\n${page}`;
      return (await RawServer.start(owned, (socket) => socket.once('data', () => socket.end(answer))))
        .address;
    },
  },
  {
    name: 'a server that says nothing',
    code: 'camera-silent',
    words: both(`${at} is connected but did not answer OPTIONS within 8 s\\. .*restart the camera`),
    start: async () => (await RawServer.start(owned, () => {})).address,
    isSlow: true,
  },
  {
    name: 'a server that hangs up at once',
    code: 'camera-closed-connection',
    words: [
      /^127\.0\.0\.1:\d+ closed every connection without an answer\. Check that this is the camera's RTSP port, usually 554/,
      new RegExp(`${at} closed the connection\\. It may be restarting`),
    ],
    start: async () => (await RawServer.start(owned, (socket) => socket.end())).address,
  },
  {
    name: 'a camera without a stream at this path',
    code: 'camera-no-video',
    words: [
      /^127\.0\.0\.1 answers, but has no video under any of the \d+ usual paths\. Enter the full address, rtsp:\/\/…, from the camera's manual\.$/,
      new RegExp(`${at} answered DESCRIBE with 404 Not Found\\. Look up the path`),
    ],
    start: async () => {
      const camera = await scripted({ DESCRIBE: (request) => reply(request, '404 Not Found') });
      return `127.0.0.1:${camera.port}`;
    },
  },
  {
    name: 'a camera with sound only',
    code: 'camera-no-video',
    words: [
      /has no video under any of the \d+ usual paths\. Enter the full address/,
      new RegExp(`${at} offers no video at this path\\. Look up the path of a video stream`),
    ],
    start: async () => {
      const sound = describes('m=audio 0 RTP/AVP 0', 'a=control:track1');
      return `127.0.0.1:${(await scripted({ DESCRIBE: sound })).port}`;
    },
  },
  {
    name: 'a camera with MPEG-4',
    code: 'camera-codec-unsupported',
    words: both(`${at} sends its video as MP4V-ES\\. Set this stream of the camera to H\\.264\\.$`),
    start: async () => {
      const mpeg4 = describes('m=video 0 RTP/AVP 96', 'a=rtpmap:96 MP4V-ES/90000', 'a=control:track1');
      return `127.0.0.1:${(await scripted({ DESCRIBE: mpeg4 })).port}`;
    },
  },
  {
    name: 'a camera with H.261',
    code: 'camera-codec-unsupported',
    words: both(`${at} sends its video as H261\\. Set this stream of the camera to H\\.264\\.$`),
    start: async () => {
      const h261 = describes('m=video 0 RTP/AVP 31', 'a=control:track1');
      return `127.0.0.1:${(await scripted({ DESCRIBE: h261 })).port}`;
    },
  },
];

describe.each(troubles)('$name', ({ code, words, start, isSlow }) => {
  let address: string;
  let neighbour: PlayingNeighbour;
  beforeEach(async () => {
    neighbour = await PlayingNeighbour.start(owned, harness.cameras);
    address = await start();
  });
  afterEach(async () => {
    vi.useRealTimers();
    expect(harness.store.cameras.list().map(({ id }) => id)).toEqual([neighbour.camera.id]);
    expect(await client.cameras.list()).toEqual([neighbour.camera]);
    await neighbour.playsOn();
  });

  /** The camera's 8 s pass at once. */
  function hurry(): void {
    if (isSlow !== true) return;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const advance = () => {
      if (!vi.isFakeTimers()) return;
      vi.advanceTimersByTime(100);
      setImmediate(advance);
    };
    setImmediate(advance);
  }

  test('is said when it is looked for, tested or previewed, and disturbs nobody', async () => {
    hurry();
    const found = await refused(client.cameras.find({ address }));
    expect(found.code).toBe(code);
    expect(found.message).toMatch(words[0]);
    const tested = await refused(client.cameras.test({ mainUrl: `rtsp://${address}/live` }));
    expect(tested.code).toBe(code);
    expect(tested.message).toMatch(words[1]);
    const events = await client.cameras.preview({ mainUrl: `rtsp://${address}/live` });
    const last = (await previewUntil(events, isWaiting)).at(-1);
    expect(last).toMatchObject({ type: 'status', status: { state: 'waiting', error: { code } } });
    if (last?.type !== 'status' || last.status.state !== 'waiting') throw new Error('unreachable');
    expect(last.status.error.message).toMatch(words[1]);
    expect(last.status.until).toBeGreaterThan(last.status.since);
  });
});

describe('testing a stream', () => {
  test('tells codec and size, and leaves no connection behind', async () => {
    const camera = await virtualCamera(owned);
    const { mainUrl, subUrl } = camera;
    expect(await client.cameras.test({ mainUrl })).toEqual({ codec: 'H.264', width: 1280, height: 720 });
    expect(await client.cameras.test({ mainUrl: subUrl })).toEqual({
      codec: 'H.264',
      width: 640,
      height: 360,
    });
    await until(() => camera.statistics.openConnections === 0);
    expect(camera.statistics.connections).toBe(2);
    expect(await client.cameras.list()).toEqual([]);
  });

  test('sends a wrong password a single time', async () => {
    const camera = await scripted({
      DESCRIBE: (request) =>
        reply(request, '401 Unauthorized', { 'WWW-Authenticate': 'Digest realm="a", nonce="1"' }),
    });
    const trial = client.cameras.test({ mainUrl: camera.url, username: 'guard', password });
    expect(await refused(trial)).toMatchObject({ code: 'camera-refused-credentials' });
    expect(withCredentials(camera)).toHaveLength(1);
  });
});

describe('a preview', () => {
  test('can be shown in a window like any camera, and tells what it is', async () => {
    const camera = await virtualCamera(owned);
    const window = owned.use(await openWindow(client));
    const { viewerId } = await window.negotiate();
    const events = await client.cameras.preview({ mainUrl: camera.mainUrl });
    const binding = { slot: 0, cameraId: await openedId(events), profile: 'main' } as const;
    await client.viewer.show({ viewerId, bindings: [binding] });
    const seen = await previewUntil(events, ({ type }) => type === 'facts');
    expect(seen.at(-1)).toEqual({
      type: 'facts',
      facts: { codec: 'H.264', width: 1280, height: 720 },
    });
    expect(seen.some((event) => event.type === 'status' && event.status.state === 'playing')).toBe(true);
    await until(() => camera.statistics.openConnections === 0);
    expect(await refused(client.viewer.show({ viewerId, bindings: [binding] }))).toMatchObject({
      code: 'not-found',
    });
  });

  test('brings its pictures to the window for as long as it is read', async () => {
    const camera = await virtualCamera(owned);
    const window = owned.use(await openWindow(client));
    const { viewerId } = await window.negotiate();
    const events = await client.cameras.preview({ mainUrl: camera.subUrl });
    const binding = { slot: 0, cameraId: await openedId(events), profile: 'main' } as const;
    await events.next();
    await client.viewer.show({ viewerId, bindings: [binding] });
    await window.until(() => window.packetsOf(0).length >= 20);
    expect((window.packetsOf(0)[0]?.payload[0] ?? 0) & 0x1f).toBe(24);
    expect(camera.statistics).toMatchObject({ connections: 1, playing: { main: 0, sub: 1 } });
    await events.return(undefined);
    await until(() => camera.statistics.openConnections === 0);
  });

  test('is closed when its reader leaves without a word, even in the middle of the events', async () => {
    const camera = await virtualCamera(owned);
    const leaving = new AbortController();
    const events = await client.cameras.preview({ mainUrl: camera.mainUrl }, { signal: leaving.signal });
    await events.next();
    await events.next();
    await until(() => camera.statistics.playing.main === 1);
    leaving.abort();
    await until(() => camera.statistics.openConnections === 0);
  });

  test('says that a camera went away, and that it is back', async () => {
    const camera = await virtualCamera(owned);
    const events = await client.cameras.preview({ mainUrl: camera.mainUrl });
    const states: string[] = [];
    for await (const event of events) {
      if (event.type !== 'status') continue;
      states.push(event.status.state);
      if (event.status.state !== 'playing') continue;
      if (camera.statistics.connections === 2) break;
      camera.drop();
    }
    expect(states).toEqual(['connecting', 'playing', 'waiting', 'connecting', 'playing']);
  });

  test('that nobody ever reads dials nobody, and its place is free again when the caller is gone', async () => {
    const camera = await RawServer.start(owned, () => {});
    const input = { mainUrl: `rtsp://${camera.address}/live` };
    const leaving = new AbortController();
    const abandoned = await Promise.all(
      Array.from({ length: 16 }, () => client.cameras.preview(input, { signal: leaving.signal })),
    );
    expect(abandoned).toHaveLength(16);
    expect(await refused(client.cameras.preview(input))).toMatchObject({ code: 'limit-reached' });
    leaving.abort();
    const others = await Promise.all(Array.from({ length: 16 }, () => client.cameras.preview(input)));
    for (const events of others) await events.return(undefined);
    await (await client.cameras.preview(input)).return(undefined);
    expect(camera.connections).toBe(0);
  });

  test('whose caller is gone before it begins is none', async () => {
    const camera = await virtualCamera(owned);
    const input = { mainUrl: camera.mainUrl };
    const gone = harness.trials.preview(input, AbortSignal.abort());
    expect(await gone.next()).toEqual({ done: true, value: undefined });
    expect(camera.statistics.connections).toBe(0);
  });

  test('sixteen at a time: the next one is refused until one is done', async () => {
    const camera = await virtualCamera(owned);
    const input = { mainUrl: camera.subUrl };
    // All are asked for before any is read.
    const previews = await Promise.all(Array.from({ length: 16 }, () => client.cameras.preview(input)));
    for (const events of previews) expect((await events.next()).value).toMatchObject({ type: 'opened' });
    for (const events of previews) await events.next();
    await until(() => camera.statistics.playing.sub === 16);
    for (const call of [
      () => client.cameras.preview(input),
      () => client.cameras.test(input),
      () => client.cameras.find({ address: addressOf(camera) }),
    ]) {
      const error = await refused(call());
      expect(error.code).toBe('limit-reached');
      expect(error.message).toMatch(/16 cameras are being tried already\. Wait until one of them is done/);
    }
    await previews[0]?.return(undefined);
    expect(await client.cameras.test(input)).toMatchObject({ width: 640 });
    await Promise.all(previews.map((events) => events.return(undefined)));
    await until(() => camera.statistics.openConnections === 0);
  });

  test('an engine that stops closes previews, tests and searches, and their callers are told', async () => {
    const camera = await virtualCamera(owned);
    const silent = await RawServer.start(owned, () => {});
    const events = await client.cameras.preview({ mainUrl: camera.mainUrl });
    await events.next();
    const untouched = await client.cameras.preview({ mainUrl: camera.mainUrl });
    const finding = expect(client.cameras.find({ address: silent.address })).rejects.toThrow();
    const input = { mainUrl: `rtsp://${silent.address}/live` };
    const testing = expect(client.cameras.test(input)).rejects.toThrow();
    const rest = (async () => {
      for await (const _ of events);
    })();
    await until(() => camera.statistics.playing.main === 1 && silent.openConnections === 2);
    await harness.trials[Symbol.asyncDispose]();
    await rest;
    await finding;
    await testing;
    expect(await untouched.next()).toMatchObject({ done: true });
    await until(() => camera.statistics.openConnections + silent.openConnections === 0);
    const late = await client.cameras.preview({ mainUrl: camera.mainUrl });
    expect(await late.next()).toMatchObject({ done: true });
    expect(camera.statistics.connections).toBe(1);
  });
});

describe('the stored password of a camera that is edited', () => {
  /** Stored for 127.0.0.1. */
  async function stored(): Promise<string> {
    const mainUrl = `rtsp://${await closedPort()}/live`;
    return (await client.cameras.add({ name: 'Gate', mainUrl, username: 'guard', password })).id;
  }

  /** Tries a stream in each of the three ways. */
  async function tryAll(cameraId: string, host: string): Promise<void> {
    const mainUrl = `rtsp://${host}/live`;
    await client.cameras.find({ address: host, cameraId }).catch(() => {});
    await client.cameras.test({ mainUrl, cameraId }).catch(() => {});
    const events = await client.cameras.preview({ mainUrl, cameraId });
    await previewUntil(
      events,
      (event) => event.type === 'status' && !['idle', 'connecting'].includes(event.status.state),
    );
  }

  test('serves for another port of the same host', async () => {
    const camera = await virtualCamera(owned, { credentials: digest });
    const cameraId = await stored();
    const found = await client.cameras.find({ address: addressOf(camera), cameraId });
    expect(found.mainUrl).toBe(camera.mainUrl);
    expect(await client.cameras.test({ mainUrl: found.mainUrl, cameraId })).toMatchObject({ width: 1280 });
  });

  test.each(process.platform === 'linux' ? ['127.0.0.2', 'localhost'] : ['localhost'])(
    'never reaches another host (%s)',
    async (host) => {
      const listening = host === 'localhost' ? '127.0.0.1' : host;
      const camera = await scripted({ OPTIONS: locked, DESCRIBE: locked }, listening);
      await tryAll(await stored(), `${host}:${camera.port}`);
      expect(camera.methods.filter((method) => method === 'DESCRIBE')).toHaveLength(3);
      expect(withCredentials(camera)).toEqual([]);
    },
  );

  test('is not used for a camera that does not exist', async () => {
    const camera = await scripted({ DESCRIBE: locked });
    await stored();
    const unknown = tryAll('7c0c1c1e-5c8e-4b0f-9d5f-0d3a3c1b2a10', `127.0.0.1:${camera.port}`);
    expect(await refused(unknown)).toMatchObject({ code: 'not-found' });
    expect(withCredentials(camera)).toEqual([]);
  });

  test.each(['fields', 'address'] as const)('gives way to what was typed into the %s', async (place) => {
    const camera = await scripted({ DESCRIBE: locked });
    const cameraId = await stored();
    const typed = { username: 'owner', password: 'typed' };
    const trial =
      place === 'fields'
        ? client.cameras.test({ mainUrl: camera.url, cameraId, ...typed })
        : client.cameras.test({ mainUrl: camera.url.replace('//', '//owner:typed@'), cameraId });
    const ended = trial.catch(() => {});
    await camera.untilAsked('PLAY');
    const expected = `Basic ${Buffer.from('owner:typed').toString('base64')}`;
    expect(camera.last('PLAY').headers.get('authorization')).toBe(expected);
    await harness.trials[Symbol.asyncDispose]();
    await ended;
  });
});

test('a search that nobody waits for any more ends quietly: the log has no failure', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line) => lines.push(line) });
  const asking = memoryClient(await createHarness(owned, log));
  const leaving = new AbortController();
  const camera = await RawServer.start(owned, () => leaving.abort());
  await expect(
    asking.cameras.find({ address: camera.address }, { signal: leaving.signal }),
  ).rejects.toThrow();
  expect(lines.filter((line) => line.includes('call failed'))).toEqual([]);
});
