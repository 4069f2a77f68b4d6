import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GatehouseError } from '../../../main/base/gatehouse-error.ts';
import { readFeed, readSignedFeed } from '../../../main/desktop/updates/signed-feed.ts';
import { feedText, makeKeys } from '../../support/update-feed.ts';

const { privateKey, publicKey } = makeKeys();
const text = feedText('1.2.3', 'Gatehouse-1.2.3-linux-x86_64.AppImage', 'content');
const bytes = Buffer.from(text);
const signed = (content: Uint8Array, key: KeyObject = privateKey) =>
  sign(null, content, key).toString('base64');

/** Runs it and expects either its value or an error for a person: nothing else may come out. */
function orRefusal<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch (error) {
    expect(error).toBeInstanceOf(GatehouseError);
    expect(error).toMatchObject({ code: 'update-refused' });
    return undefined;
  }
}

test('a feed as electron-builder writes it is read, with or without a line end behind its signature', () => {
  const feed = readSignedFeed(bytes, signed(bytes), publicKey);
  expect(feed).toMatchObject({
    version: '1.2.3',
    files: [{ url: 'Gatehouse-1.2.3-linux-x86_64.AppImage', size: 7 }],
  });
  expect(readSignedFeed(bytes, `${signed(bytes)}\r\n`, publicKey)).toEqual(feed);
});

test('one bit that is other, in feed or signature, and it is refused', () => {
  const signature = Buffer.from(signed(bytes), 'base64');
  const flipped = (from: Buffer, bit: number) => {
    const copy = Buffer.from(from);
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return copy;
  };
  fc.assert(
    fc.property(fc.nat(bytes.length * 8 - 1), fc.nat(signature.length * 8 - 1), (inFeed, inSignature) => {
      const changed = flipped(bytes, inFeed);
      expect(
        orRefusal(() => readSignedFeed(changed, signature.toString('base64'), publicKey)),
      ).toBeUndefined();
      const other = flipped(signature, inSignature).toString('base64');
      expect(orRefusal(() => readSignedFeed(bytes, other, publicKey))).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});

test('a feed that is cut off anywhere is refused', () => {
  for (let end = 0; end < bytes.length; end++) {
    expect(orRefusal(() => readSignedFeed(bytes.subarray(0, end), signed(bytes), publicKey))).toBeUndefined();
  }
});

test('signatures of another kind of key, and keys of another kind, are refused', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const curve = generateKeyPairSync('ed448');
  expect(() => readSignedFeed(bytes, signed(bytes, curve.privateKey), publicKey)).toThrow(/no Ed25519/);
  for (const key of [rsa, curve]) {
    const other = key.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(() => readSignedFeed(bytes, signed(bytes), other)).toThrow(/no Ed25519 key/);
  }
});

test('what is not signed is not even parsed: words about YAML would tell that it was', () => {
  expect(() => readSignedFeed(Buffer.from('a: [b'), signed(bytes), publicKey)).toThrow(/does not fit/);
});

const unusable: readonly [what: string, from: string | RegExp, to: string][] = [
  ['a path', /url: .*/, 'url: ../Gatehouse.AppImage'],
  ['a folder', /url: .*/, 'url: other/Gatehouse.AppImage'],
  ['a folder of Windows', /url: .*/, "url: 'other\\Gatehouse.AppImage'"],
  ['an address', /url: .*/, 'url: http://192.0.2.1/Gatehouse.AppImage'],
  ['another host', /url: .*/, 'url: //192.0.2.1/Gatehouse.AppImage'],
  ['an encoded path', /url: .*/, 'url: ..%2fGatehouse.AppImage'],
  ['a hidden file', /url: .*/, 'url: .AppImage'],
  ['no hash', / {4}sha512: .*\n/, ''],
  ['a short hash', / {4}sha512: .*/, '    sha512: AAAA'],
  ['no size', / {4}size: .*\n/, ''],
  ['no bytes', / {4}size: .*/, '    size: 0'],
  ['too many bytes', / {4}size: .*/, '    size: 1e12'],
  ['a half version', /version: .*/, 'version: 1.2'],
  ['a version with more', /version: .*/, 'version: v1.2.3'],
  ['words as a version', /version: .*/, 'version: newest'],
  ['no files', /files:\n(?: .*\n)+/, 'files: []\n'],
  ['code', /version: .*/, 'version: !!js/function "function () {}"'],
];
test.each(unusable)('a feed with %s is refused, although its signature is right', (_what, from, to) => {
  const changed = Buffer.from(text.replace(from, to));
  expect(changed.equals(bytes)).toBe(false);
  expect(() => readSignedFeed(changed, signed(changed), publicKey)).toThrow(/^The update feed was refused/);
});

test('whatever is signed, a feed or a refusal comes out', () => {
  const pieces = fc.constantFrom(
    ...text.split(/(?<=\n)|(?<=: )/),
    '&a ',
    '*a',
    '<<: ',
    '- ',
    '{',
    ']',
    '!!binary ',
    '\0',
  );
  const mixed = fc.array(fc.oneof(pieces, fc.string()), { maxLength: 40 }).map((parts) => parts.join(''));
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    mixed.map((content) => Buffer.from(content)),
  );
  fc.assert(
    fc.property(anything, (content) => {
      const feed = orRefusal(() => readFeed(content));
      if (feed === undefined) return;
      for (const { url, size } of feed.files) {
        expect(url).toMatch(/^\w[\w.+-]*$/);
        expect(size).toBeGreaterThan(0);
      }
    }),
    { numRuns: 3_000 },
  );
});
