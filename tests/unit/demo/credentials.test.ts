import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CredentialCheck } from '../../../main/demo/credentials.ts';

const url = 'rtsp://127.0.0.1:554/sub';
const guard = { scheme: 'digest-md5', username: 'guard', password: 'päss:"wörd"' } as const;

function answer(challenge: string, changes: { password?: string; uri?: string; username?: string } = {}) {
  const { password = guard.password, uri = url, username = guard.username } = changes;
  const nonce = /nonce="([^"]+)"/.exec(challenge)?.[1] ?? '';
  const hash = (text: string) => createHash('md5').update(text).digest('hex');
  const account = hash(`${username}:virtual camera:${password}`);
  const response = hash(`${account}:${nonce}:00000001:c:auth:${hash(`PLAY:${uri}`)}`);
  return `Digest username="${username}", realm="virtual camera", nonce="${nonce}", uri="${uri}", qop=auth, nc=00000001, cnonce="c", response="${response}"`;
}

test('a digest opens for the right account, method and address only', () => {
  const check = new CredentialCheck(guard);
  const challenge = check.challenge('refused');
  expect(check.check(undefined, 'PLAY', url)).toBe('refused');
  expect(check.check(answer(challenge), 'PLAY', url)).toBe('accepted');
  expect(check.check(answer(challenge), 'SETUP', url)).toBe('refused');
  expect(check.check(answer(challenge), 'PLAY', `${url}/track1`)).toBe('refused');
  expect(check.check(answer(challenge, { uri: 'rtsp://other/' }), 'PLAY', url)).toBe('refused');
  expect(check.check(answer(challenge, { username: 'Guard' }), 'PLAY', url)).toBe('refused');
  expect(check.check(answer(challenge, { password: 'wrong' }), 'PLAY', url)).toBe('refused');
});

test('an answer without qop, as GStreamer gives it, is worth the same', () => {
  const check = new CredentialCheck(guard);
  const nonce = /nonce="([^"]+)"/.exec(check.challenge('refused'))?.[1] ?? '';
  const hash = (text: string) => createHash('md5').update(text).digest('hex');
  const digest = (password: string) => {
    const response = hash(`${hash(`guard:virtual camera:${password}`)}:${nonce}:${hash(`PLAY:${url}`)}`);
    return `Digest username="guard", realm="virtual camera", nonce="${nonce}", uri="${url}", response="${response}"`;
  };
  expect(check.check(digest(guard.password), 'PLAY', url)).toBe('accepted');
  expect(check.check(digest('wrong'), 'PLAY', url)).toBe('refused');
});

test('only who knows the password is told that a nonce is stale', () => {
  const check = new CredentialCheck(guard);
  const old = check.challenge('refused');
  check.expireNonce();
  expect(check.check(answer(old, { password: 'wrong' }), 'PLAY', url)).toBe('refused');
  expect(check.check(answer('nonce="never given"'), 'PLAY', url)).toBe('refused');
  expect(check.check(answer(old), 'PLAY', url)).toBe('stale');
  const fresh = check.challenge('stale');
  expect(fresh).toContain('stale=true');
  expect(check.challenge('refused')).not.toContain('stale');
  expect(check.check(answer(fresh), 'PLAY', url)).toBe('accepted');
});

test.each([
  ['digest-md5', /^Digest realm="virtual camera", qop="auth", nonce="[0-9a-f]+"$/],
  ['digest-sha-256', /^Digest realm="virtual camera", algorithm=SHA-256, qop="auth", nonce="[0-9a-f]+"$/],
  ['basic', /^Basic realm="virtual camera"$/],
] as const)('%s asks in its own way', (scheme, challenge) => {
  expect(new CredentialCheck({ ...guard, scheme }).challenge('refused')).toMatch(challenge);
});

test('no header opens a camera by chance', () => {
  const checks = (['basic', 'digest-md5', 'digest-sha-256'] as const).map(
    (scheme) => new CredentialCheck({ ...guard, scheme }),
  );
  const part = fc.oneof(
    fc.constantFrom('Digest ', 'Basic ', 'username="guard"', 'response=""', 'qop=auth', `uri="${url}"`, ', '),
    fc.string({ maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 10 }), fc.constantFrom(...checks), (parts, check) => {
      expect(check.check(parts.join(''), 'PLAY', url)).toBe('refused');
    }),
    { numRuns: 100_000, seed: 1 },
  );
});
