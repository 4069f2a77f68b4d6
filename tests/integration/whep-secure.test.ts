import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Secret } from '../../main/base/secret.ts';
import { WhepSource } from '../../main/whep/whep-source.ts';

const pem = readFileSync(path.resolve(import.meta.dirname, '../support/certificates/camera.pem'));

test('over TLS the token goes to nobody whose certificate is not trusted', async () => {
  await using owned = new AsyncDisposableStack();
  const tokens: (string | undefined)[] = [];
  const server = https.createServer({ cert: pem, key: pem }, (request, response) => {
    tokens.push(request.headers.authorization);
    response.writeHead(503).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  owned.defer(async () => {
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as { port: number };
  const open = (certificate: string | null, digestOnly = false) =>
    WhepSource.open(
      {
        ...{ name: 'Far', url: `wheps://127.0.0.1:${port}/whep/x`, certificate, digestOnly },
        password: new Secret('canary'),
      },
      { signal: AbortSignal.timeout(60_000) },
    ).catch((error: unknown) => error);
  const question = await open(null);
  expect(question).toMatchObject({ code: 'camera-certificate-untrusted', certificate: { trusted: null } });
  const { fingerprint } = (question as { certificate: { fingerprint: string } }).certificate;
  expect(await open(fingerprint.replace(/^../, fingerprint.startsWith('00') ? '01' : '00'))).toMatchObject({
    code: 'camera-certificate-untrusted',
  });
  // A camera that was followed to another address by itself.
  expect(await open(fingerprint, true)).toMatchObject({ code: 'camera-refused-credentials' });
  expect(tokens).toEqual([]);
  expect(await open(fingerprint)).toMatchObject({ code: 'camera-busy' });
  expect(tokens).toEqual(['Bearer canary']);
});
