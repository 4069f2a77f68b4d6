import { readFileSync } from 'node:fs';
import path from 'node:path';
import type tls from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GatehouseError } from '../../main/base/gatehouse-error.ts';
import { Secret } from '../../main/base/secret.ts';
import { RtspSession } from '../../main/rtsp/rtsp-session.ts';
import { type Answer, reply, ScriptedRtspServer } from '../support/scripted-rtsp-server.ts';

const folder = path.resolve(import.meta.dirname, '../support/certificates');
/** Self-signed, with the key of the certificate behind it. */
const pem = (name: 'camera' | 'other' | 'old') => readFileSync(path.join(folder, `${name}.pem`));
const self = (name: 'camera' | 'other' | 'old'): tls.TlsOptions => ({ cert: pem(name), key: pem(name) });

let owned: AsyncDisposableStack;
let stop: AbortController;
beforeEach(() => {
  owned = new AsyncDisposableStack();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await owned.disposeAsync();
});

async function camera(
  security: tls.TlsOptions,
  answers: Readonly<Record<string, Answer>> = {},
): Promise<ScriptedRtspServer> {
  return owned.use(await ScriptedRtspServer.start(answers, '127.0.0.1', security));
}

async function open(url: string, certificate: string | null, transport: 'tcp' | 'udp' = 'tcp') {
  const target = { name: 'Yard', url, username: 'guard', password: new Secret('canary'), certificate };
  return owned.use(await RtspSession.open(target, { signal: stop.signal, transport }));
}

/** What a person is asked about. */
async function question(url: string, certificate: string | null): Promise<GatehouseError> {
  const error = await open(url, certificate).catch((thrown: unknown) => thrown);
  if (!(error instanceof GatehouseError)) throw new Error('it was let in');
  return error;
}

test('a certificate that nobody vouches for is asked about, before anything is sent', async () => {
  const yard = await camera(self('camera'));
  const error = await question(yard.url, null);
  expect(error).toMatchObject({
    code: 'camera-certificate-untrusted',
    camera: 'Yard',
    certificate: {
      name: 'Yard camera',
      trusted: null,
      fingerprint: expect.stringMatching(/^(?:[0-9A-F]{2}:){31}/),
    },
  });
  expect(error.message).toContain(error.certificate?.fingerprint);
  expect(yard.requests).toEqual([]);
});

test('once it is trusted the camera plays, also where UDP is wanted: its packets stay inside TLS', async () => {
  const yard = await camera(self('camera'));
  const { certificate } = await question(yard.url, null);
  for (const transport of ['tcp', 'udp'] as const) {
    const session = await open(yard.url, certificate?.fingerprint ?? null, transport);
    expect(session.transport).toBe('tcp');
    expect(session.isOldEncryption).toBe(false);
  }
  const session = await open(yard.url, certificate?.fingerprint ?? null);
  let packets = 0;
  await session.play(() => {
    packets++;
    stop.abort();
  });
  expect(packets).toBe(1);
});

test('another certificate than the trusted one is refused with both fingerprints', async () => {
  const before = await camera(self('camera'));
  const { certificate: trusted } = await question(before.url, null);
  const after = await camera(self('other'));
  const error = await question(after.url, trusted?.fingerprint ?? null);
  expect(error).toMatchObject({
    code: 'camera-certificate-untrusted',
    certificate: { name: 'Yard other', trusted: trusted?.fingerprint },
  });
  expect(error.message).toContain(trusted?.fingerprint);
  expect(error.message).toContain(error.certificate?.fingerprint);
  expect(after.requests).toEqual([]);
});

test.each([
  ['TLS 1.0 and a key of 1,024 bits', { ...self('old'), minVersion: 'TLSv1', maxVersion: 'TLSv1' }],
  ['RSA key exchange alone', { ...self('old'), maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA256' }],
] as const)(
  'a camera that knows only %s is let in, and its encryption called old',
  async (_name, security) => {
    const ciphers = 'ciphers' in security ? `${security.ciphers}:@SECLEVEL=0` : 'ALL:@SECLEVEL=0';
    const yard = await camera({ ...security, ciphers });
    const { certificate } = await question(yard.url, null);
    expect(certificate?.name).toBe('Old camera');
    const session = await open(yard.url, certificate?.fingerprint ?? null);
    expect(session.isOldEncryption).toBe(true);
  },
);

test('a port that speaks no TLS', async () => {
  const plain = owned.use(await ScriptedRtspServer.start());
  expect(await question(plain.url.replace('rtsp://', 'rtsps://'), null)).toMatchObject({
    code: 'camera-protocol-error',
    message: expect.stringContaining('rtsp://'),
  });
});

test('a redirect out of TLS leaves the credentials behind, on the same host too', async () => {
  const asking = 'Digest realm="a", nonce="1"';
  const target = owned.use(
    await ScriptedRtspServer.start({
      DESCRIBE: (request) => reply(request, '401 Unauthorized', { 'WWW-Authenticate': asking }),
    }),
  );
  const yard = await camera(self('camera'), {
    DESCRIBE: (request) => reply(request, '302 Found', { Location: target.url }),
  });
  const { certificate } = await question(yard.url, null);
  await expect(open(yard.url, certificate?.fingerprint ?? null)).rejects.toMatchObject({
    code: 'camera-refused-credentials',
    message: expect.stringContaining('out of TLS'),
  });
  for (const { headers } of target.requests) expect(headers.has('authorization')).toBe(false);
});
