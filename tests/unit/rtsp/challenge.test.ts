import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseChallenges, strongestChallenge } from '../../../main/rtsp/challenge.ts';
import { fuzzCases, mutate, seededRandom } from '../../support/mutations.ts';

test('Digest is read with all its parameters', () => {
  expect(
    parseChallenges([
      'Digest realm="a, \\"b\\"", nonce=abc==, OPAQUE="o", qop="auth,auth-int", algorithm=sha-256, stale=TRUE',
    ]),
  ).toEqual([
    {
      scheme: 'digest',
      realm: 'a, "b"',
      nonce: 'abc==',
      opaque: 'o',
      algorithm: 'SHA-256',
      namesAlgorithm: true,
      withQuality: true,
      stale: true,
    },
  ]);
});

test('what Digest leaves out is understood, and MD5 is not taken for named', () => {
  expect(parseChallenges(['digest realm="", nonce="n"'])).toEqual([
    {
      scheme: 'digest',
      realm: '',
      nonce: 'n',
      opaque: undefined,
      algorithm: 'MD5',
      namesAlgorithm: false,
      withQuality: false,
      stale: false,
    },
  ]);
});

test('several challenges are read from several headers and from one', () => {
  const md5 = 'Digest realm="a", nonce="1"';
  const sha = 'Digest realm="a", nonce="2", algorithm="SHA-256"';
  const schemes = (values: string[]) =>
    parseChallenges(values).map((challenge) =>
      challenge.scheme === 'basic' ? 'basic' : challenge.algorithm,
    );
  expect(schemes(['Basic realm="a"', md5, sha])).toEqual(['basic', 'MD5', 'SHA-256']);
  expect(schemes([`Basic realm="a", ${md5}, ${sha}`])).toEqual(['basic', 'MD5', 'SHA-256']);
  expect(schemes([`${md5}, Basic, Negotiate YWJj==, ${sha}`])).toEqual(['MD5', 'basic', 'SHA-256']);
});

test('a scheme named inside a quoted string is none', () => {
  expect(parseChallenges(['Basic realm="x, Digest realm=y, nonce=z"'])).toEqual([{ scheme: 'basic' }]);
});

test.each([
  'Digest realm="a"',
  'Digest nonce="a"',
  'Digest realm="a", nonce="b", algorithm=MD5-sess',
  'Digest realm="a", nonce="b", qop="auth-int"',
  'Negotiate',
  '',
])('a challenge that cannot be answered is left out: %s', (value) => {
  expect(parseChallenges([value])).toEqual([]);
});

test('SHA-256 is preferred to MD5 and MD5 to Basic, in any order', () => {
  const challenges = ['Basic', 'Digest realm="", nonce="1"', 'Digest realm="", nonce="2", algorithm=SHA-256'];
  fc.assert(
    fc.property(fc.shuffledSubarray(challenges, { minLength: 1 }), (offered) => {
      const strongest = challenges.findLast((value) => offered.includes(value)) ?? '';
      expect(strongestChallenge(parseChallenges(offered))).toEqual(parseChallenges([strongest])[0]);
    }),
  );
  expect(strongestChallenge([])).toBeUndefined();
});

test('any quoted realm and nonce come back', () => {
  const quote = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
  fc.assert(
    fc.property(fc.string(), fc.string(), (realm, nonce) => {
      const value = `Basic realm="x", Digest realm=${quote(realm)},nonce =  ${quote(nonce)}`;
      expect(parseChallenges([value])).toMatchObject([{ scheme: 'basic' }, { realm, nonce }]);
    }),
  );
});

test(`${fuzzCases} damaged headers give challenges or none, and nothing is thrown`, () => {
  const random = seededRandom(7616);
  const samples = [
    'Digest realm="Surveillance \\"Server\\"", nonce="98481030", qop="auth", algorithm=MD5, opaque="x", stale=true',
    'Basic realm="a", Digest realm="b",nonce=c, algorithm=SHA-256, Negotiate YWJj==',
  ].map((text) => Buffer.from(text));
  for (let round = 0; round < fuzzCases; round++) {
    for (const challenge of parseChallenges([mutate(samples, random).toString('latin1')])) {
      if (challenge.scheme === 'digest' && typeof challenge.nonce !== 'string') expect.fail();
    }
  }
});
