import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLog } from '../../main/base/log.ts';
import type { Camera } from '../../main/contract/camera.ts';
import type { ErrorCode } from '../../main/contract/error-codes.ts';
import type { Notice } from '../../main/contract/site.ts';
import { type Engine, startEngine } from '../../main/engine/engine.ts';
import { ClockWatch, clockJumpWords } from '../../main/site/clock-watch.ts';
import { openStore } from '../../main/store/store.ts';
import { type ApiClient, createHarness, memoryClient } from '../support/api-harness.ts';
import {
  closedPort,
  PlayingNeighbour,
  RawServer,
  StatusWatch,
  until,
  virtualCamera,
} from '../support/camera-scene.ts';
import { filesIn } from '../support/damaged-store.ts';
import { refused } from '../support/refused.ts';
import { type Answer, reply, ScriptedRtspServer } from '../support/scripted-rtsp-server.ts';

/*
 * What goes wrong where Gatehouse runs. Whatever it is: a code, a sentence that says what, where and what to do, nothing half
 * stored, and all other cameras play on. The same troubles while a camera is tried are in camera-trials.test.ts.
 */

const log = createLog('silent');
const minute = 60_000;
const hour = 60 * minute;

let owned: AsyncDisposableStack;
let dataFolder: string;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  dataFolder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-bad-days-'));
  owned.defer(() => rm(dataFolder, { recursive: true, force: true }));
});
afterEach(async () => {
  await owned.disposeAsync();
  vi.useRealTimers();
});

async function start(): Promise<Engine> {
  return owned.use(await startEngine({ dataFolder, http: null, log }));
}

function clientOf(engine: Engine): ApiClient {
  const { port1, port2 } = new MessageChannel();
  engine.servePort(port1);
  const client: ApiClient = createORPCClient(new RPCLink({ port: port2 }));
  port2.start();
  owned.defer(() => port2.close());
  return client;
}

/** The notices that a console is told, once there are some. */
async function noticesTold(client: ApiClient): Promise<Notice[]> {
  for await (const { notices } of await client.site.watch()) if (notices.length > 0) return notices;
  throw new Error('told nothing');
}

/** What another program's attempt to start an engine in the data folder ends with. */
async function startElsewhere(as: { uid?: number } = {}): Promise<string> {
  const main = path.resolve(import.meta.dirname, '../../main');
  const script = `
    import { createLog } from ${JSON.stringify(`${main}/base/log.ts`)};
    import { startEngine } from ${JSON.stringify(`${main}/engine/engine.ts`)};
    try {
      await startEngine({ dataFolder: ${JSON.stringify(dataFolder)}, http: null, log: createLog('silent') });
      console.log('started');
    } catch (error) {
      console.log(error.code + ': ' + error.message);
    }
    process.exit();`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], as);
  return stdout.trim();
}

interface CameraTrouble {
  readonly name: string;
  readonly code: ErrorCode;
  readonly words: RegExp;
  /** Makes the trouble; returns the address of a camera. */
  readonly happen: () => Promise<string>;
}

async function scripted(describe: Answer): Promise<string> {
  return owned.use(await ScriptedRtspServer.start({ DESCRIBE: describe })).url;
}

const describes =
  (...lines: readonly string[]): Answer =>
  (request) =>
    reply(request, '200 OK', {}, ['v=0', ...lines, ''].join('\r\n'));

const cameraTroubles: readonly CameraTrouble[] = [
  {
    name: 'has a host that nobody knows',
    code: 'camera-unreachable',
    words:
      /^Back door \(gatehouse-nowhere\.invalid:554\) cannot be found: n.*\. Check (it|the network), or use the IP address\.$/,
    happen: async () => 'rtsp://gatehouse-nowhere.invalid/live',
  },
  {
    name: 'refuses connections',
    code: 'camera-unreachable',
    words:
      /^Back door \(127\.0\.0\.1:\d+\) refuses connections on port \d+\. Check the port, and that RTSP is switched on in the camera\.$/,
    happen: async () => `rtsp://${await closedPort()}/live`,
  },
  {
    name: 'is a web server',
    code: 'camera-protocol-error',
    words:
      /^Back door \(127\.0\.0\.1:\d+\) cannot be understood: .+\. Check that the address is that of an RTSP stream\.$/,
    happen: async () => {
      const answer = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
      const server = await RawServer.start(owned, (socket) => socket.once('data', () => socket.end(answer)));
      return `rtsp://${server.address}/`;
    },
  },
  {
    name: 'refuses its password',
    code: 'camera-refused-credentials',
    words:
      /^Back door \(127\.0\.0\.1:\d+\) answered DESCRIBE with 401 Unauthorized\. Check the user and the password of this camera, and what this user may do\.$/,
    happen: () =>
      scripted((request) =>
        reply(request, '401 Unauthorized', { 'WWW-Authenticate': 'Digest realm="a", nonce="1"' }),
      ),
  },
  {
    name: 'has no video',
    code: 'camera-no-video',
    words:
      /^Back door \(127\.0\.0\.1:\d+\) offers no video at this path\. Look up the path of a video stream in the camera's manual\.$/,
    happen: () => scripted(describes('m=audio 0 RTP/AVP 0', 'a=control:track1')),
  },
  {
    name: 'sends MPEG-4',
    code: 'camera-codec-unsupported',
    words:
      /^Back door \(127\.0\.0\.1:\d+\) sends its video as MP4V-ES\. Set this stream of the camera to H\.264\.$/,
    happen: () =>
      scripted(describes('m=video 0 RTP/AVP 96', 'a=rtpmap:96 MP4V-ES/90000', 'a=control:track1')),
  },
];

test.each(cameraTroubles)(
  'a stored camera that $name says so in its status, and no other camera suffers',
  async ({ code, words, happen }) => {
    const { cameras } = await start();
    const neighbour = await PlayingNeighbour.start(owned, cameras);
    const watch = owned.use(new StatusWatch(cameras));
    const credentials = { username: 'guard', password: 'canary-2290' };
    const input = { name: 'Back door', group: '', mainUrl: await happen(), subUrl: null, ...credentials };
    const { id } = cameras.add({ ...input, connection: 'always' });
    const status = await watch.until(id, 'main', 'waiting');
    expect(status.error).toEqual({ code, message: expect.stringMatching(words) });
    expect(status.until).toBeGreaterThan(status.since);
    expect(JSON.stringify(watch.told)).not.toContain('canary');
    await neighbour.playsOn();
  },
);

interface Refusal {
  readonly name: string;
  readonly call: (client: ApiClient, neighbour: Camera) => Promise<unknown>;
  readonly code: ErrorCode;
  readonly words: RegExp;
  /** The fields that are named, and what is said of them where that is not the sentence itself. */
  readonly fields: readonly string[];
  readonly fieldWords?: readonly RegExp[];
}

const malformed = [
  ['without a scheme', '192.0.2.1/live', /mainUrl: must be an address that starts with rtsp:\/\//],
  ['of a page', 'ftp://192.0.2.1/', /mainUrl: must be an address that starts with rtsp:\/\//],
  [
    'with a port that is none',
    'rtsp://192.0.2.1:99999/live',
    /The address has a port that is not between 1 and 65535/,
  ],
  ['without a host', 'rtsp:///live', /The address needs a host, such as rtsp:\/\/192\.168\.1\.20\/stream/],
  [
    'with half an IPv6 address',
    'rtsp://[::g]/live',
    /The address has brackets around what is no IPv6 address/,
  ],
] as const;

const refusals: readonly Refusal[] = [
  ...malformed.map(
    ([name, mainUrl, words]): Refusal => ({
      name: `an address ${name}`,
      call: (client) => client.cameras.add({ name: 'Gate', mainUrl }),
      code: 'bad-input',
      words,
      fields: ['mainUrl'],
    }),
  ),
  {
    name: 'a camera that is there already',
    call: (client, { mainUrl }) =>
      client.cameras.add({ name: 'Twin', mainUrl: mainUrl.replace('rtsp:', 'RTSP:') }),
    code: 'already-there',
    words: /^This is camera 1, Neighbour, already\. Change that one instead\.$/,
    fields: ['mainUrl'],
  },
  {
    name: 'a file with mistakes',
    call: (client) =>
      client.cameras.import({
        text: 'name,address\nGood,rtsp://192.0.2.1/a\n,rtsp://192.0.2.2/b\nBad,ftp://192.0.2.3/c',
      }),
    code: 'bad-input',
    words: /^2 things are wrong in this file\. Nothing was imported\.$/,
    fields: ['line 3, name', 'line 4, address'],
    fieldWords: [/^is missing$/, /must be an address that starts with rtsp:\/\//],
  },
];

test.each(refusals)(
  '$name is refused with the field and what to do, and nothing is stored',
  async (refusal) => {
    const { call, code, words, fields, fieldWords = [] } = refusal;
    const client = clientOf(await start());
    const neighbour = await client.cameras.add({ name: 'Neighbour', mainUrl: 'rtsp://127.0.0.1:1/live' });
    const error = await refused(call(client, neighbour));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
    const { issues } = error.data as { issues: { path: string; message: string }[] };
    expect(issues.map((issue) => issue.path)).toEqual(fields);
    for (const [index, said] of fieldWords.entries()) expect(issues[index]?.message).toMatch(said);
    expect(await client.cameras.list()).toEqual([neighbour]);
  },
);

describe('the HTTP port', () => {
  test('that another program uses is named, with what to do; the data can be used at once', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    owned.defer(() => void other.close());
    await until(() => other.listening);
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const starting = startEngine({ dataFolder, http: { port, rendererFolder: dataFolder }, log });
    await expect(starting).rejects.toMatchObject({
      code: 'port-in-use',
      message: `Port ${port} is used by another program. Choose another one with --port, or 0 for any free one.`,
    });
    expect((await start()).cameras.list()).toEqual([]);
  });
});

describe('the data folder', () => {
  /** With one camera in it. */
  async function fillFolder(): Promise<void> {
    const engine = await startEngine({ dataFolder, http: null, log });
    engine.cameras.add({ name: 'Gate', group: '', mainUrl: 'rtsp://127.0.0.1:1/gate', subUrl: null });
    await engine[Symbol.asyncDispose]();
  }

  test.skipIf(process.platform === 'win32')(
    'that may not be written is named, and stays as it is',
    async () => {
      await fillFolder();
      const before = await filesIn(dataFolder);
      const isRoot = process.getuid?.() === 0;
      for (const name of ['', ...(await readdir(dataFolder))]) {
        if (isRoot) await chown(path.join(dataFolder, name), 65_534, 65_534);
      }
      await chmod(dataFolder, 0o500);
      const said = await startElsewhere(isRoot ? { uid: 65_534 } : {});
      await chmod(dataFolder, 0o700);
      expect(said).toBe(
        `database-failed: ${path.join(dataFolder, 'gatehouse.db')} cannot be opened: the folder or a file in it is not writable. Allow writing there, or choose another folder with --data.`,
      );
      expect(await filesIn(dataFolder)).toEqual(before);
    },
  );

  test('that another engine uses is refused to a second one, and the first one plays on', async () => {
    const engine = await start();
    const neighbour = await PlayingNeighbour.start(owned, engine.cameras);
    expect(await startElsewhere()).toMatch(
      /^database-failed: .*gatehouse\.db cannot be opened: another Gatehouse uses it\. Close that one first, then try again\.$/,
    );
    await neighbour.playsOn();
    const input = { name: 'Gate', group: '', mainUrl: 'rtsp://127.0.0.1:1/gate', subUrl: null };
    expect(engine.cameras.add(input).number).toBe(2);
  });

  test('from a newer Gatehouse is refused, with what to do, and stays as it is', async () => {
    await fillFolder();
    const database = new Database(path.join(dataFolder, 'gatehouse.db'));
    database.pragma('user_version = 999');
    database.close();
    const before = await filesIn(dataFolder);
    await expect(start()).rejects.toMatchObject({
      code: 'database-failed',
      message: `${path.join(dataFolder, 'gatehouse.db')} was written by a newer Gatehouse. Install that version again; nothing was changed in the file.`,
    });
    expect(await filesIn(dataFolder)).toEqual(before);
  });

  test('that is damaged is restored from the backup: cameras play again, and every console is told', async () => {
    const virtual = await virtualCamera(owned);
    const first = await startEngine({ dataFolder, http: null, log });
    const { name, mainUrl, subUrl } = virtual;
    const { id } = first.cameras.add({ name, group: '', mainUrl, subUrl, connection: 'always' });
    await clientOf(first).site.backUp();
    first.cameras.edit({ id, name: 'Later' });
    await first[Symbol.asyncDispose]();
    await truncate(path.join(dataFolder, 'gatehouse.db'), 5_000);
    const engine = await start();
    const [notice] = await noticesTold(clientOf(engine));
    expect(notice?.kind).toBe('data-restored');
    expect(notice?.message).toMatch(
      /^The data was damaged, and the backup of .+ was brought back\. Look whether cameras and walls are right: what was changed later is lost\. The damaged files are kept in .*quarantine[^()]*\.$/,
    );
    expect(notice?.message).toContain(path.join(dataFolder, 'quarantine'));
    expect(engine.cameras.list()).toMatchObject([{ id, name }]);
    await until(() => virtual.statistics.playing.sub === 1);
  });

  test('that is damaged without a backup is put aside, and what is lost is said', async () => {
    await fillFolder();
    await rm(path.join(dataFolder, 'backups'), { recursive: true, force: true });
    await truncate(path.join(dataFolder, 'gatehouse.db'), 5_000);
    const engine = await start();
    const [notice] = await noticesTold(clientOf(engine));
    expect(notice?.kind).toBe('data-lost');
    expect(notice?.message).toMatch(
      /^The data was damaged and there was no backup: cameras and walls have to be entered again\. The damaged files are kept in .*quarantine[^()]*\.$/,
    );
    expect(engine.cameras.list()).toEqual([]);
  });
});

describe('a full disk', () => {
  interface Write {
    readonly name: string;
    readonly call: (client: ApiClient, cameraId: string) => Promise<unknown>;
  }
  const text = Array.from({ length: 400 }, (_, index) => `Camera ${index},rtsp://192.0.2.1/${index}`);
  const long = (character: string) => character.repeat(90);
  const writes: readonly Write[] = [
    {
      name: 'imported',
      call: (client) => client.cameras.import({ text: ['name,address', ...text].join('\n') }),
    },
    {
      name: 'added',
      call: async (client) => {
        for (let index = 0; index < 200; index++) {
          await client.cameras.add({ name: long('a'), mainUrl: `rtsp://192.0.2.1/${long('a')}/${index}` });
        }
      },
    },
  ];

  test.each(writes)(
    'takes no camera that is $name: it is said, nothing is half stored, no other stream stops',
    async ({ call }) => {
      const harness = await createHarness(owned);
      const client = memoryClient(harness);
      const neighbour = await PlayingNeighbour.start(owned, harness.cameras);
      const { database } = harness.store;
      database.pragma(`max_page_count = ${Number(database.pragma('page_count', { simple: true }))}`);
      const error = await refused(call(client, neighbour.camera.id));
      expect(error.code).toBe('disk-full');
      expect(error.message).toBe(
        'Nothing was saved in gatehouse.db: the disk is full. Make room on it and try again.',
      );
      await neighbour.playsOn();
      const listed = await client.cameras.list();
      expect(harness.store.cameras.list().map(({ id }) => id)).toEqual(listed.map(({ id }) => id));
      expect(new Set(harness.cameras.statuses().map(({ cameraId }) => cameraId))).toEqual(
        new Set(listed.map(({ id }) => id)),
      );
      database.pragma('max_page_count = 1000000');
      const { added } = await client.cameras.import({ text: ['name,address', ...text].join('\n') });
      expect(added).toBe(400);
      expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    },
  );
});

describe("the computer's clock", () => {
  test.each([
    [
      'set back',
      -3 * hour - 20 * minute,
      /^The clock of this computer was set back by 3 h 20 min\. What was recorded before that has later times than it should: check time and time zone\.$/,
    ],
    [
      'set forward',
      50 * hour,
      /^This computer slept for 2 days, or its clock was set forward\. If nobody put it to sleep, check its time\.$/,
    ],
  ])('that is %s is noticed, said to every console, and stops no camera', async (_, jump, words) => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval', 'performance'] });
    const engine = await start();
    const virtual = await virtualCamera(owned);
    const { mainUrl, subUrl } = virtual;
    const { id } = engine.cameras.add({ name: 'Gate', group: '', mainUrl, subUrl });
    using lease = engine.cameras.lease(id, 'sub');
    const play = async (frames: number) => {
      const wanted = lease.stream.frames + frames;
      while (lease.stream.frames < wanted) {
        vi.advanceTimersByTime(100);
        for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
      }
    };
    await play(200);
    const told = noticesTold(clientOf(engine));
    vi.setSystemTime(Date.now() + jump);
    await play(200);
    expect(await told).toMatchObject([{ kind: 'clock-jumped', message: expect.stringMatching(words) }]);
    await play(200);
    expect(virtual.statistics.connections).toBe(1);
    expect(await noticesTold(clientOf(engine))).toHaveLength(1);
    expect(engine.cameras.history(id).streams).toMatchObject([{ changes: [{ state: 'playing' }] }]);
  });

  test.each([
    [90_000, 'slept for 2 min,'],
    [59 * minute, 'slept for 59 min,'],
    [hour, 'slept for 1 h 0 min,'],
    [47 * hour, 'slept for 47 h 0 min,'],
    [-2 * minute, 'set back by 2 min.'],
    [-72 * hour, 'set back by 3 days.'],
  ])('%i ms are said in words', (milliseconds, words) => {
    expect(clockJumpWords(milliseconds)).toContain(words);
  });

  test('that is corrected a little, or runs wrong slowly, is no jump', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const jumps: number[] = [];
    let time = 0;
    let monotonic = 0;
    using _watch = new ClockWatch((jump) => jumps.push(jump), {
      time: () => time,
      monotonic: () => monotonic,
    });
    for (let look = 0; look < 100; look++) {
      monotonic += 10_000;
      time += 10_000 + 30_000 * (look % 3);
      vi.advanceTimersByTime(10_000);
    }
    time += minute;
    vi.advanceTimersByTime(10_000);
    expect(jumps.filter((jump) => jump < minute)).toEqual([]);
    expect(jumps.at(-1)).toBe(minute);
  });

  test('that jumps while the disk is full ends nothing, and is told when there is room', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const store = owned.use(openStore({ folder: dataFolder, log }));
    const { database, notices } = store;
    let time = 0;
    using _watch = new ClockWatch(
      (jump) =>
        notices.insert({
          id: `7c0c1c1e-5c8e-4b0f-9d5f-${String(Math.abs(jump)).padStart(12, '0')}`,
          at: time,
          kind: 'clock-jumped',
          message: clockJumpWords(jump).repeat(100),
        }),
      { time: () => time, monotonic: () => 0 },
    );
    database.pragma(`max_page_count = ${Number(database.pragma('page_count', { simple: true }))}`);
    time = -hour;
    for (let look = 0; look < 3; look++) vi.advanceTimersByTime(10_000);
    expect(notices.list()).toEqual([]);
    database.pragma('max_page_count = 1000000');
    for (let look = 0; look < 3; look++) vi.advanceTimersByTime(10_000);
    expect(notices.list()).toHaveLength(1);
    expect(notices.list()[0]?.message).toContain('set back by 1 h 0 min');
  });
});
