import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  beginHash,
  type Checkpoint,
  checkpointBytes,
  hashOf,
  lineOf,
  type Trail,
  verifyTrail,
} from '../../../main/audit/audit-chain.ts';
import type { AuditEntry } from '../../../main/contract/audit.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const keys = [{ id: 1, publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('hex') }];

function signed(seq: number, hash: string): Checkpoint {
  const signature = sign(null, checkpointBytes(seq, hash), privateKey).toString('hex');
  return { seq, hash, keyId: 1, signature };
}

const said = fc.record({
  at: fc.nat(),
  who: fc.record({
    kind: fc.constantFrom('person' as const, 'gatehouse' as const),
    id: fc.option(fc.uuid()),
    name: fc.string(),
  }),
  from: fc.string(),
  session: fc.option(fc.uuid()),
  did: fc.constantFrom('cameras.edit', 'session.opened'),
  outcome: fc.constantFrom('done', 'not-allowed'),
  about: fc.array(fc.record({ id: fc.uuid(), name: fc.string() }), { maxLength: 2 }),
  details: fc.record({ ids: fc.array(fc.uuid(), { maxLength: 2 }), number: fc.double({ noNaN: true }) }),
});
type Said = Omit<AuditEntry, 'seq' | 'previous'>;

/** A chain that begins behind `base`, with a checkpoint there, at its end and at every third line. */
function chainOf(entries: readonly Said[], base = 0): Trail & { readonly lines: string[] } {
  let hash = base === 0 ? beginHash : hashOf('what was cut');
  const checkpoints = [signed(base, hash)];
  const lines = entries.map((entry, index) => {
    const seq = base + index + 1;
    // What a JSON file cannot hold never comes from a call.
    const line = lineOf(JSON.parse(JSON.stringify({ ...entry, seq, previous: hash })) as AuditEntry);
    hash = hashOf(line);
    if (seq % 3 === 0 || index === entries.length - 1) checkpoints.push(signed(seq, hash));
    return line;
  });
  return { keys, checkpoints, lines };
}

const trail = fc.array(said, { minLength: 1, maxLength: 12 }).map((entries) => chainOf(entries));

test('a chain as it was written is sound', () => {
  fc.assert(
    fc.property(trail, (whole) => {
      expect(verifyTrail(whole, true)).toEqual({
        ...{ isSound: true, first: 1, last: whole.lines.length, entries: whole.lines.length, cut: false },
      });
    }),
  );
  expect(verifyTrail(chainOf([]), true)).toMatchObject({ isSound: true, entries: 0 });
});

test('a byte that was changed is found, and the entry in which it is', () => {
  fc.assert(
    fc.property(trail, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (whole, which, where, by) => {
      const index = which % whole.lines.length;
      const bytes = Buffer.from(whole.lines[index] ?? '');
      bytes[where % bytes.length] = (bytes[where % bytes.length] ?? 0) ^ by;
      const lines = whole.lines.with(index, bytes.toString('utf8'));
      expect(verifyTrail({ ...whole, lines }, true)).toMatchObject({ isSound: false, seq: index + 1 });
    }),
    { numRuns: 500 },
  );
});

test('an entry that was rewritten well, with the hash of the one before, is found', () => {
  fc.assert(
    fc.property(trail, fc.nat(), (whole, which) => {
      const index = which % whole.lines.length;
      const entry = JSON.parse(whole.lines[index] ?? '') as AuditEntry;
      const lines = whole.lines.with(index, lineOf({ ...entry, from: `${entry.from} elsewhere` }));
      expect(verifyTrail({ ...whole, lines }, true)).toMatchObject({ isSound: false, seq: index + 1 });
    }),
  );
});

test('an entry that was removed, inserted, repeated or swapped is found', () => {
  fc.assert(
    fc.property(trail, fc.nat(), fc.nat(), (whole, which, other) => {
      const index = which % whole.lines.length;
      const line = whole.lines[index] ?? '';
      const broken = (lines: string[], seq: number) =>
        expect(verifyTrail({ ...whole, lines }, true)).toMatchObject({ isSound: false, seq });
      broken(whole.lines.toSpliced(index, 1), index + 1);
      broken(whole.lines.toSpliced(index, 0, line), index + 2);
      const second = other % whole.lines.length;
      if (second === index) return;
      const swapped = whole.lines.with(index, whole.lines[second] ?? '').with(second, line);
      broken(swapped, Math.min(index, second) + 1);
    }),
  );
});

test('entries that are missing at the end or at the beginning are found', () => {
  fc.assert(
    fc.property(trail, fc.nat(), (whole, which) => {
      const count = which % whole.lines.length;
      expect(verifyTrail({ ...whole, lines: whole.lines.slice(0, count) }, true)).toMatchObject({
        ...{ isSound: false, seq: count + 1 },
      });
      const rest = { ...whole, lines: whole.lines.slice(count + 1) };
      expect(verifyTrail(rest, true)).toMatchObject({ isSound: false, seq: 1 });
    }),
  );
});

test('a signature, a hash or a key that was changed is found', () => {
  fc.assert(
    fc.property(trail, fc.nat(), fc.nat(127), fc.boolean(), (whole, which, where, inHash) => {
      const index = which % whole.checkpoints.length;
      const one = whole.checkpoints[index];
      if (one === undefined) return;
      const flip = (text: string) => {
        const at = where % text.length;
        return `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`;
      };
      const changed = inHash ? { ...one, hash: flip(one.hash) } : { ...one, signature: flip(one.signature) };
      const checkpoints = whole.checkpoints.with(index, changed);
      expect(verifyTrail({ ...whole, checkpoints }, true)).toMatchObject({ isSound: false });
    }),
  );
  const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' });
  const whole = chainOf(fc.sample(said, { numRuns: 3, seed: 1 }));
  const stranger = [{ id: 1, publicKey: other.toString('hex') }];
  expect(verifyTrail({ ...whole, keys: stranger }, true)).toMatchObject({ isSound: false });
  expect(verifyTrail({ ...whole, keys: [] }, true)).toMatchObject({ isSound: false });
});

test('what was cut must be said in what is left', () => {
  const some = fc.sample(said, { numRuns: 2, seed: 2 });
  expect(verifyTrail(chainOf(some, 9), true)).toMatchObject({ isSound: false, seq: 9 });
  const cut = (upTo: number): Said => ({
    ...{ at: 1, who: { kind: 'gatehouse', id: null, name: '' }, from: '', session: null },
    ...{ did: 'audit.cut', outcome: 'done', about: [], details: { upTo } },
  });
  expect(verifyTrail(chainOf([...some, cut(8)], 9), true)).toMatchObject({ isSound: false });
  expect(verifyTrail(chainOf([...some, cut(9)], 9), true)).toMatchObject({
    ...{ isSound: true, first: 10, last: 12, cut: true },
  });
});
