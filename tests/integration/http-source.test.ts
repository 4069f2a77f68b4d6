import { spawn, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { GatehouseError } from '../../main/base/gatehouse-error.ts';
import { createLog } from '../../main/base/log.ts';
import { Secret } from '../../main/base/secret.ts';
import { CameraSession } from '../../main/cameras/camera-session.ts';
import type { HttpTarget } from '../../main/http/http-request.ts';
import { HttpSource } from '../../main/http/http-source.ts';
import { testDamagedInput } from '../support/damaged-input.ts';
import { freePort } from '../support/free-ports.ts';
import { HttpTestCamera, jpegFiles } from '../support/http-camera.ts';

const account = { username: 'guard', password: 'pa:ss wörd' };
let owned: AsyncDisposableStack;

beforeEach(() => {
  owned = new AsyncDisposableStack();
});
afterEach(async () => {
  await owned.disposeAsync();
});

/** Opens a source and plays until so many pictures came. */
async function receive(
  url: string,
  count: number,
  credentials: { username: string; password: string } | null = null,
  onPicture: () => void = () => {},
): Promise<Buffer[]> {
  const username = credentials?.username ?? null;
  const password = credentials === null ? null : new Secret(credentials.password);
  return await receiveFrom({ name: 'Yard', url, username, password }, count, onPicture);
}

async function receiveFrom(
  target: HttpTarget,
  count: number,
  onPicture: () => void = () => {},
): Promise<Buffer[]> {
  const stop = new AbortController();
  await using source = await HttpSource.open(target, { signal: stop.signal });
  const pictures: Buffer[] = [];
  await source.play((picture) => {
    pictures.push(picture);
    onPicture();
    if (pictures.length === count) stop.abort();
  });
  return pictures;
}

test('the pictures of a stream arrive whole and in order', async () => {
  const camera = owned.use(await HttpTestCamera.start());
  const pictures = await receive(camera.url('/stream'), 5);
  expect(pictures.map((picture) => picture.equals(jpegFiles[pictures.indexOf(picture)] ?? picture))).toEqual(
    pictures.map(() => true),
  );
  expect(camera.served).toEqual(['/stream']);
});

test('a snapshot is asked for again and again', async () => {
  const camera = owned.use(await HttpTestCamera.start());
  expect(await receive(camera.url('/snapshot'), 3)).toHaveLength(3);
  expect(camera.served).toEqual(['/snapshot', '/snapshot', '/snapshot']);
});

test.each(['basic', 'digest-md5', 'digest-sha-256'] as const)(
  '%s: the right password lets in, a wrong one and none do not',
  async (scheme) => {
    const camera = owned.use(await HttpTestCamera.start({ credentials: { scheme, ...account } }));
    expect(await receive(camera.url('/snapshot'), 2, account)).toHaveLength(2);
    for (const wrong of [{ ...account, password: 'other' }, null]) {
      await expect(receive(camera.url('/stream'), 1, wrong)).rejects.toMatchObject({
        code: 'camera-refused-credentials',
      });
    }
  },
);

test('what is no picture, not there or somewhere else is refused with what to do', async () => {
  const camera = owned.use(
    await HttpTestCamera.start({
      others: {
        '/page': (_request, response) =>
          void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>'),
        '/elsewhere': (_request, response) =>
          void response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end(),
      },
    }),
  );
  await expect(receive(camera.url('/page'), 1)).rejects.toMatchObject({
    code: 'camera-no-video',
    message: expect.stringMatching(
      /^Yard \(127\.0\.0\.1:\d+\) answers with text\/html, which is no picture\./,
    ),
  });
  await expect(receive(camera.url('/nothing'), 1)).rejects.toMatchObject({ code: 'camera-no-video' });
  await expect(receive(camera.url('/elsewhere'), 1)).rejects.toMatchObject({ code: 'camera-protocol-error' });
});

test('a camera that is not there, hangs up or is no web server says so', async () => {
  await expect(receive('http://127.0.0.1:1/stream', 1)).rejects.toMatchObject({ code: 'camera-unreachable' });
  const other = net.createServer((socket) =>
    socket
      .on('error', () => {})
      .resume()
      .end('SSH-2.0-OpenSSH\r\n'),
  );
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  owned.defer(async () => {
    other.close();
    await once(other, 'close');
  });
  const { port } = other.address() as net.AddressInfo;
  await expect(receive(`http://127.0.0.1:${port}/`, 1)).rejects.toMatchObject({
    code: 'camera-protocol-error',
  });
  const camera = owned.use(await HttpTestCamera.start());
  const playing = receive(camera.url('/stream'), 1_000, null, () => camera.drop());
  await expect(playing).rejects.toMatchObject({ code: 'camera-closed-connection' });
});

test('a stream whose boundary never comes is given up', async () => {
  const camera = owned.use(
    await HttpTestCamera.start({
      others: {
        '/endless': (_request, response) => {
          response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=picture' });
          response.end(Buffer.alloc(1_000_000, 'x'));
        },
      },
    }),
  );
  await expect(receive(camera.url('/endless'), 1)).rejects.toMatchObject({ code: 'camera-protocol-error' });
});

test('a session plays an HTTP camera, notices its silence and comes back by itself', async () => {
  const camera = owned.use(await HttpTestCamera.start());
  const states: string[] = [];
  let wake = () => {};
  const session = owned.use(
    new CameraSession({
      target: { name: 'Yard', url: camera.url('/stream'), username: null, password: null },
      log: createLog('silent'),
      onStatus: (status) => {
        const state = status.state === 'waiting' ? `waiting ${status.error.code}` : status.state;
        // What is missing while it plays is told as well.
        if (state !== states.at(-1)) states.push(state);
        wake();
      },
    }),
  );
  const until = async (count: number) => {
    while (states.length < count) await new Promise<void>((resolve) => (wake = resolve));
  };
  using lease = session.lease();
  await until(2);
  camera.isSilent = true;
  await until(3);
  camera.isSilent = false;
  await until(5);
  expect(states).toEqual(['connecting', 'playing', 'waiting camera-silent', 'connecting', 'playing']);
  expect(lease.stream.codec).toBe('JPEG');
  expect(lease.stream.pictureSize).toMatchObject({ width: 640, height: 360 });
  expect(lease.stream.gop).toHaveLength(1);
});

const hasFfmpeg = spawnSync('ffmpeg', ['-version'], { stdio: 'ignore' }).status === 0;

test.skipIf(!hasFfmpeg)("ffmpeg's MJPEG over HTTP arrives", async () => {
  const url = `http://127.0.0.1:${await freePort()}/feed`;
  const input = ['-re', '-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=10'];
  const output = [
    '-c:v',
    'mjpeg',
    '-f',
    'mpjpeg',
    '-content_type',
    'multipart/x-mixed-replace;boundary=ffmpeg',
    '-listen',
    '1',
    url,
  ];
  const ffmpeg = spawn('ffmpeg', ['-loglevel', 'error', ...input, ...output], { stdio: 'ignore' });
  owned.defer(async () => {
    const exit = once(ffmpeg, 'exit');
    ffmpeg.kill('SIGKILL');
    await exit;
  });
  for (;;) {
    try {
      const pictures = await receive(url, 5);
      expect(pictures.map((picture) => picture.readUInt16BE(0))).toEqual(Array(5).fill(0xffd8));
      return;
    } catch (error) {
      // It does not listen yet, and says nothing when it does.
      expect(error).toMatchObject({ code: 'camera-unreachable' });
    }
  }
});

/** What the camera answers next; then it hangs up. */
let answer: Buffer;
/** Ends what still plays a moment after the camera has hung up for good. */
let onHungUp = () => {};
let damagedPort = 0;
let pause: NodeJS.Timeout | undefined;
const damaging = net.createServer((socket) => {
  clearTimeout(pause);
  socket.on('error', () => {});
  socket.once('data', () => {
    const half = answer.length >> 1;
    socket.write(answer.subarray(0, half));
    socket.end(answer.subarray(half));
  });
  socket.once('close', () => {
    pause = setTimeout(() => onHungUp(), 5);
  });
});

beforeAll(async () => {
  damaging.listen(0, '127.0.0.1');
  await once(damaging, 'listening');
  damagedPort = (damaging.address() as net.AddressInfo).port;
});
afterAll(async () => {
  clearTimeout(pause);
  damaging.close();
  await once(damaging, 'close');
});

const picture = jpegFiles[0]?.subarray(0, 200) ?? Buffer.alloc(0);
const answerOf = (head: readonly string[], body: Buffer | string = '') =>
  Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), Buffer.from(body)]);

testDamagedInput(
  'answers over HTTP',
  {
    seed: 9_112,
    samples: [
      answerOf(['HTTP/1.1 200 OK', 'Content-Type: image/jpeg', `Content-Length: ${picture.length}`], picture),
      answerOf(
        ['HTTP/1.1 200 OK', 'Content-Type: multipart/x-mixed-replace; boundary=--b', 'Connection: close'],
        Buffer.concat([Buffer.from(`--b\r\nContent-Length: ${picture.length}\r\n\r\n`), picture]),
      ),
      answerOf(
        ['HTTP/1.1 200 OK', 'Content-Type: multipart/x; boundary=b', 'Transfer-Encoding: chunked'],
        '5\r\n--b\r\n',
      ),
      answerOf(['HTTP/1.0 401 No', 'WWW-Authenticate: Digest realm="a", nonce="1"', 'Content-Length: 0']),
      answerOf(['HTTP/1.1 302 Found', 'Location: http://127.0.0.1:1/', 'Content-Length: 0']),
    ],
    share: 1 / 200,
  },
  async (input) => {
    answer = input;
    const stop = new AbortController();
    onHungUp = () => stop.abort();
    const url = `http://127.0.0.1:${damagedPort}/stream`;
    const target = { name: 'Yard', url, username: 'guard', password: new Secret('canary') };
    try {
      await using source = await HttpSource.open(target, { signal: stop.signal });
      await source.play((file) => {
        if (file.readUInt16BE(0) !== 0xffd8) expect.fail('no picture');
      });
    } catch (error) {
      if (stop.signal.aborted) return;
      if (!(error instanceof GatehouseError) || error.code === 'internal') throw error;
      expect(error.message).not.toContain('canary');
    }
  },
);

const folder = path.resolve(import.meta.dirname, '../support/certificates');
const selfSigned = (name: 'camera' | 'other') => {
  const pem = readFileSync(path.join(folder, `${name}.pem`));
  return { cert: pem, key: pem };
};
const fingerprintOf = (name: 'camera' | 'other') => new X509Certificate(selfSigned(name).cert).fingerprint256;

test.each(['/stream', '/snapshot'])(
  'over https only a camera with the trusted certificate is asked for %s and gets the password',
  async (streamPath) => {
    const credentials = { scheme: 'basic', ...account } as const;
    const asked: string[] = [];
    const security = selfSigned('camera');
    const camera = owned.use(
      await HttpTestCamera.start({ credentials, security, onRequest: (path) => asked.push(path) }),
    );
    const open = async (certificate: string | null) => {
      const target = { name: 'Yard', url: camera.url(streamPath), ...account };
      return await receiveFrom({ ...target, password: new Secret(account.password), certificate }, 2);
    };
    for (const certificate of [null, fingerprintOf('other')]) {
      await expect(open(certificate)).rejects.toMatchObject({
        code: 'camera-certificate-untrusted',
        certificate: { fingerprint: fingerprintOf('camera'), trusted: certificate },
      });
    }
    expect(asked).toEqual([]);
    expect(await open(fingerprintOf('camera'))).toHaveLength(2);
  },
);
