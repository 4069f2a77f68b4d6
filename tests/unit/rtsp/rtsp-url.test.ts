import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GatehouseError } from '../../../main/base/gatehouse-error.ts';
import { parseRtspUrl } from '../../../main/rtsp/rtsp-url.ts';
import { fuzzCases, mutate, seededRandom } from '../../support/mutations.ts';

function parts(text: string) {
  const { url, username, password, host, port } = parseRtspUrl(text);
  return { url, username, password: password?.reveal() ?? null, host, port };
}

test('rtsps:// is an address over TLS, with a port of its own', () => {
  expect(parseRtspUrl('RTSPS://guard:secret@camera/live')).toMatchObject({
    url: 'rtsps://camera/live',
    username: 'guard',
    port: 322,
    isSecure: true,
  });
  expect(parseRtspUrl('rtsps://camera:8322/').port).toBe(8322);
  expect(parseRtspUrl('rtsp://camera/').isSecure).toBe(false);
});

test('an address without user and password stays as it is', () => {
  for (const url of [
    'rtsp://192.168.1.20/stream',
    'rtsp://192.168.1.20:8554/cam/realmonitor?channel=1&subtype=0',
    'rtsp://camera',
    'rtsp://gate.example:554/Streaming/Channels/101/?transportmode=unicast#x',
    'rtsp://[fe80::1]/a%20b',
  ]) {
    expect(parts(url)).toMatchObject({ url, username: null, password: null });
  }
});

test('host and port are found, and 554 is the port where none is given', () => {
  expect(parts('rtsp://192.168.1.20/x')).toMatchObject({ host: '192.168.1.20', port: 554 });
  expect(parts('RTSP://camera:8554')).toMatchObject({
    host: 'camera',
    port: 8554,
    url: 'rtsp://camera:8554',
  });
  expect(parts('rtsp://[2001:db8::7]:8554/x')).toMatchObject({ host: '2001:db8::7', port: 8554 });
  expect(parts('rtsp://[fe80::1%br-lan]/x')).toMatchObject({ host: 'fe80::1%br-lan' });
  expect(parts('rtsp://u:p@[fe80::1%eth0]/x')).toMatchObject({ host: 'fe80::1%eth0', username: 'u' });
  expect(parts('rtsp://camera:/x')).toMatchObject({ port: 554, url: 'rtsp://camera/x' });
});

test.each([
  ['admin:secret', 'admin', 'secret'],
  ['admin:', 'admin', ''],
  ['admin', 'admin', null],
  [':secret', '', 'secret'],
  ['admin:a:b', 'admin', 'a:b'],
  ['admin:p@ss', 'admin', 'p@ss'],
  ['admin:p@ss/w?rd#1', 'admin', 'p@ss/w?rd#1'],
  ['admin:80/x', 'admin', '80/x'],
  ['user@site.example:secret', 'user@site.example', 'secret'],
  ['admin:p@ss.w/rd', 'admin', 'p@ss.w/rd'],
  ['admin:p%40ss%2Fword', 'admin', 'p@ss/word'],
  ['admin:100%', 'admin', '100%'],
  ['admin:%zz%41', 'admin', '%zzA'],
  ['admin:%ff', 'admin', '%ff'],
  ['admin:with space', 'admin', 'with space'],
  ['jürgen:пароль密', 'jürgen', 'пароль密'],
  ['j%C3%BCrgen:x', 'jürgen', 'x'],
  ['admin:[x]', 'admin', '[x]'],
])('user and password are read from "%s"', (userInfo, username, password) => {
  for (const host of ['192.168.1.20', '[fe80::1]:8554']) {
    const text = `rtsp://${userInfo}@${host}/live?a=b`;
    expect(parts(text)).toMatchObject({ url: `rtsp://${host}/live?a=b`, username, password });
  }
});

test('an @ in the path or the query is no end of a password', () => {
  expect(parts('rtsp://192.168.1.20/cam@1')).toMatchObject({ host: '192.168.1.20', username: null });
  expect(parts('rtsp://camera/live?user=a@b.example')).toMatchObject({ host: 'camera', username: null });
  expect(parts('rtsp://admin:x@192.168.1.20/cam@1')).toMatchObject({ host: '192.168.1.20', password: 'x' });
  expect(parts('rtsp://admin:x@192.168.1.20/?mail=a@b.example')).toMatchObject({ host: '192.168.1.20' });
});

test('any user and password come back, encoded or, without what makes an address ambiguous, not', () => {
  const host = fc.constantFrom('192.168.1.20', '192.168.1.20:8554', '[2001:db8::7]', '[::1]:554');
  const path = fc.constantFrom('', '/', '/live', '/cam/realmonitor?channel=1&subtype=0');
  const anyText = fc.string({ unit: 'grapheme', maxLength: 30 });
  fc.assert(
    fc.property(anyText, anyText, host, path, (username, password, at, tail) => {
      const encoded = `rtsp://${encodeURIComponent(username)}:${encodeURIComponent(password)}@${at}${tail}`;
      expect(parts(encoded)).toMatchObject({ url: `rtsp://${at}${tail}`, username, password });
    }),
  );
  const awkward = fc.string({ unit: fc.constantFrom(...'@:/?#%[] a1ö'), maxLength: 12 });
  // Encoded characters, names with dots, blanks at the ends and a bracket in front mean something else.
  const isPlain = (text: string) => !/%[0-9a-f]{2}|\.|^\s|\s$/i.test(text);
  const plainPassword = fc.oneof(anyText, awkward).filter(isPlain);
  const plainUser = fc
    .oneof(anyText, awkward)
    .map((text) => text.replace(/[:[]/g, ''))
    .filter(isPlain);
  fc.assert(
    fc.property(plainUser, plainPassword, host, path, (username, password, at, tail) => {
      const url = parts(`rtsp://${username}:${password}@${at}${tail}`);
      expect(url).toMatchObject({ url: `rtsp://${at}${tail}`, username, password });
    }),
    { numRuns: 5_000, seed: 554 },
  );
});

test('a path with characters that no request line can hold is encoded', () => {
  expect(parts('rtsp://camera/front "door"\\ä%20\r\nX: y').url).toBe(
    'rtsp://camera/front%20%22door%22%5C%C3%A4%20%0D%0AX:%20y',
  );
});

test.each([
  'http://camera/',
  'rtsps://admin:hidden@',
  'camera/stream',
  'rtsp://',
  'rtsp:///stream',
  'rtsp://admin:hidden@',
  'rtsp://admin:hidden@camera:0/',
  'rtsp://admin:hidden@camera:70000/',
  'rtsp://admin:hidden@camera:port/',
  'rtsp://admin:hidden@[nonsense]/',
  'rtsp://admin:hidden@fe80::1/',
  `rtsp://admin:hidden@camera/${'x'.repeat(5_000)}`,
])('%s is refused without a word about the password', (text) => {
  expect(() => parseRtspUrl(text)).toThrow(GatehouseError);
  expect(() => parseRtspUrl(text)).toThrow(expect.objectContaining({ code: 'bad-input' }));
  expect(() => parseRtspUrl(text)).not.toThrow(/hidden/);
});

test('what was read does not print the password', () => {
  expect(inspect(parseRtspUrl('rtsp://admin:hidden@camera/'))).not.toContain('hidden');
});

test(`${fuzzCases} damaged addresses are read or refused, and what is read can be sent`, () => {
  const random = seededRandom(554);
  const samples = [
    'rtsp://admin:p@ss/w:rd@192.168.1.20:8554/cam/realmonitor?channel=1&subtype=0',
    'rtsp://[fe80::1%eth0]:554/live',
    'rtsp://user%40site:%E5%AF%86@gate.example/a@b?c=d@e.f#g',
  ].map((text) => Buffer.from(text));
  for (let round = 0; round < fuzzCases; round++) {
    const text = mutate(samples, random).toString(round % 2 === 0 ? 'utf8' : 'latin1');
    try {
      const { url, host, port } = parseRtspUrl(text);
      if (!/^rtsps?:\/\/[!-~]+$/.test(url) || /["\\]/.test(url) || host === '' || port < 1 || port > 65_535) {
        expect.fail(`${JSON.stringify(text)} became ${JSON.stringify(url)}`);
      }
    } catch (error) {
      if (!(error instanceof GatehouseError) || error.code !== 'bad-input') throw error;
    }
  }
});
