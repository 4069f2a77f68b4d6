import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { Secret } from '../../../main/base/secret.ts';
import { Authenticator } from '../../../main/rtsp/authenticator.ts';

function authenticator(username = 'Mufasa', password = 'Circle of Life', clientNonce = 'c') {
  return new Authenticator(username, new Secret(password), false, () => clientNonce);
}

function field(header: string | undefined, name: string): string | undefined {
  const [, quoted, token] = new RegExp(`\\b${name}=(?:"([^"]*)"|([^,]*))`).exec(header ?? '') ?? [];
  return quoted ?? token;
}

test('nothing is sent before the server asks', () => {
  expect(authenticator().authorization('DESCRIBE', 'rtsp://camera/')).toBeUndefined();
  expect(authenticator().hasChallenge).toBe(false);
});

test('Basic is user and password in UTF-8', () => {
  const asked = authenticator('jürgen', 'pa:ss');
  expect(asked.takeChallenges(['Basic realm="x"'])).toBe(true);
  const expected = Buffer.from('jürgen:pa:ss', 'utf8').toString('base64');
  expect(asked.authorization('DESCRIBE', 'rtsp://camera/')).toBe(`Basic ${expected}`);
});

// The example of RFC 7616 section 3.9.1.
test.each([
  ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
  ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
])('Digest with %s is that of the RFC', (algorithm, response) => {
  const asked = authenticator('Mufasa', 'Circle of Life', 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ');
  asked.takeChallenges([
    `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`,
  ]);
  const header = asked.authorization('GET', '/dir/index.html');
  expect(field(header, 'response')).toBe(response);
  expect(field(header, 'algorithm')).toBe(algorithm);
  expect(field(header, 'opaque')).toBe('FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS');
  expect(field(header, 'qop')).toBe('auth');
});

test('Digest without qop is that of RFC 2069', () => {
  const md5 = (text: string) => createHash('md5').update(text).digest('hex');
  const asked = authenticator('admin', 'wörd');
  asked.takeChallenges(['Digest realm="r", nonce="n"']);
  const header = asked.authorization('SETUP', 'rtsp://camera/1');
  expect(field(header, 'response')).toBe(md5(`${md5('admin:r:wörd')}:n:${md5('SETUP:rtsp://camera/1')}`));
});

test('an algorithm, a quality and an opaque value that were not named are not echoed (TP-Link)', () => {
  const asked = authenticator();
  asked.takeChallenges(['Digest realm="r", nonce="n"']);
  expect(asked.authorization('SETUP', 'rtsp://camera/')).not.toMatch(/algorithm|qop|nc=|cnonce|opaque/);
});

test('each use of a nonce is counted, and a new nonce counts from one', () => {
  const asked = authenticator();
  const count = () => field(asked.authorization('OPTIONS', '*'), 'nc');
  asked.takeChallenges(['Digest realm="r", nonce="1", qop="auth"']);
  expect([count(), count()]).toEqual(['00000001', '00000002']);
  expect(asked.takeChallenges(['Digest realm="r", nonce="2", qop="auth", stale=true'])).toBe(true);
  expect(count()).toBe('00000001');
});

test('quotation marks and backslashes are escaped, the digest is that of the plain text', () => {
  const md5 = (text: string) => createHash('md5').update(text).digest('hex');
  const asked = authenticator('a"b\\c', 'p');
  asked.takeChallenges(['Digest realm="r\\"s", nonce="n"']);
  const header = asked.authorization('PLAY', 'u');
  expect(header).toContain('username="a\\"b\\\\c"');
  expect(header).toContain('realm="r\\"s"');
  expect(field(header, 'response')).toBe(md5(`${md5('a"b\\c:r"s:p')}:n:${md5('PLAY:u')}`));
});

test('a second refusal means that the password is wrong', () => {
  const asked = authenticator();
  expect(asked.takeChallenges(['Digest realm="r", nonce="1"'])).toBe(true);
  expect(asked.takeChallenges(['Digest realm="r", nonce="2"'])).toBe(false);
});

test('a stale nonce is replaced, the same one again is not worth another try', () => {
  const asked = authenticator();
  asked.takeChallenges(['Digest realm="r", nonce="1"']);
  expect(asked.takeChallenges(['Digest realm="r", nonce="1", stale=true'])).toBe(false);
  expect(asked.takeChallenges(['Digest realm="r", nonce="2", stale=true'])).toBe(true);
});

test('a nonce that was good and is replaced was stale, even when the camera does not say so', () => {
  const asked = authenticator();
  asked.takeChallenges(['Digest realm="r", nonce="1"']);
  asked.accepted();
  expect(asked.takeChallenges(['Digest realm="r", nonce="2"'])).toBe(true);
  expect(asked.takeChallenges(['Digest realm="r", nonce="3"'])).toBe(false);
});

test('after Digest the password is never given in clear text', () => {
  const asked = authenticator();
  asked.takeChallenges(['Digest realm="r", nonce="1"']);
  asked.accepted();
  expect(asked.takeChallenges(['Basic realm="r"'])).toBe(false);
  expect(asked.authorization('PLAY', 'u')).toMatch(/^Digest /);
});

test('where Basic was refused, Digest is tried and Basic is not tried again', () => {
  const asked = authenticator();
  asked.takeChallenges(['Basic realm="r"']);
  expect(asked.takeChallenges(['Basic realm="r"'])).toBe(false);
  expect(asked.takeChallenges(['Digest realm="r", nonce="1"'])).toBe(true);
  expect(asked.authorization('PLAY', 'u')).toMatch(/^Digest /);
});

test('of Digest and Basic, Digest is answered', () => {
  const asked = authenticator();
  asked.takeChallenges(['Basic realm="r"', 'Digest realm="r", nonce="1"']);
  expect(asked.authorization('PLAY', 'u')).toMatch(/^Digest /);
});
