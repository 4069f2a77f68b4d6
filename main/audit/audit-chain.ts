import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type AuditEntry, auditEntry } from '../contract/audit.ts';

/*
 * The chain: a line for each entry, which carries the SHA-256 of the line before, and checkpoints, which sign the hash of a line and
 * with it all lines before. Pure functions.
 */

/** What the first line carries. */
export const beginHash = '0'.repeat(64);

/** A signed place of the chain: the line of this number has this hash. */
export interface Checkpoint {
  /** 0: before the first line. */
  readonly seq: number;
  /** In hex. */
  readonly hash: string;
  /** Which of the keys has signed. */
  readonly keyId: number;
  /** Ed25519 (RFC 8032), in hex. */
  readonly signature: string;
}

/** A public key: SubjectPublicKeyInfo in hex. */
export interface AuditPublicKey {
  readonly id: number;
  readonly publicKey: string;
}

/** All that there is to verify. */
export interface Trail {
  readonly keys: readonly AuditPublicKey[];
  readonly checkpoints: readonly Checkpoint[];
  readonly lines: Iterable<string>;
}

export type Verdict =
  | {
      readonly isSound: true;
      /** Null: there is no entry. */
      readonly first: number | null;
      readonly last: number | null;
      readonly entries: number;
      /** Entries before the first one were cut, as the settings say. */
      readonly cut: boolean;
    }
  | {
      readonly isSound: false;
      /** The first entry that is wrong; null: it is not an entry. */
      readonly seq: number | null;
      readonly reason: string;
    };

/** The bytes that are hashed, signed, stored and exported: JSON without spaces, its names always in this order. */
export function lineOf(entry: AuditEntry): string {
  const { seq, previous, at, who, from, session, did, outcome, about, details } = entry;
  return JSON.stringify({
    ...{
      seq,
      previous,
      at,
      who: { kind: who.kind, id: who.id, name: who.name },
      from,
      session,
      did,
      outcome,
    },
    about: about.map(({ id, name }) => ({ id, name })),
    details,
  });
}

/** In hex. */
export function hashOf(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}

/** What a checkpoint signs. */
export function checkpointBytes(seq: number, hash: string): Buffer {
  return Buffer.from(`gatehouse audit checkpoint 1\n${seq}\n${hash}\n`);
}

/** SHA-256 of a public key in hex. @param publicKey SubjectPublicKeyInfo in hex */
export function fingerprintOf(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'hex')).digest('hex');
}

/** Undefined: it is no key. */
export function publicKeyOf({ publicKey }: AuditPublicKey): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'hex'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Looks at every line, and at the signature of every checkpoint.
 * @param needsCut whether a trail that does not begin at 1 must say in an entry that it was cut there
 */
export function verifyTrail({ keys, checkpoints, lines }: Trail, needsCut: boolean): Verdict {
  const known = new Map(keys.map((key) => [key.id, publicKeyOf(key)]));
  const signed = new Map<number, Checkpoint>();
  for (const checkpoint of checkpoints) {
    const { seq, hash, keyId, signature } = checkpoint;
    const key = known.get(keyId);
    const isRight =
      key !== undefined && verify(null, checkpointBytes(seq, hash), key, Buffer.from(signature, 'hex'));
    if (!isRight) return broken(seq === 0 ? null : seq, `the signature at entry ${seq} is not right`);
    signed.set(seq, checkpoint);
  }
  const base = checkpoints.reduce<Checkpoint | undefined>(
    (lowest, each) => (lowest === undefined || each.seq < lowest.seq ? each : lowest),
    undefined,
  );
  if (base === undefined) return broken(null, 'no signature is there');
  const end = Math.max(...signed.keys());
  let { seq, hash } = base;
  let unsound: Verdict | undefined;
  let isCutSaid = base.seq === 0;
  /** This line does not follow from the one before: the next one, or a signature, tells which of the two was changed. */
  let doubt: number | null = null;
  for (const line of lines) {
    const read = readLine(line);
    if (doubt !== null)
      return read?.previous === hash ? broken(doubt - 1, changed(doubt - 1)) : broken(doubt, changed(doubt));
    if (read === undefined) return broken(seq + 1, `entry ${seq + 1} is no entry as Gatehouse writes them`);
    if (read.seq !== seq + 1)
      return broken(seq + 1, `entry ${seq + 1} is missing: entry ${read.seq} is in its place`);
    seq = read.seq;
    if (read.previous !== hash) doubt = seq;
    hash = hashOf(line);
    const checkpoint = signed.get(seq);
    if (checkpoint !== undefined && checkpoint.hash !== hash) return broken(seq, changed(seq));
    if (doubt !== null && checkpoint !== undefined) return broken(doubt - 1, changed(doubt - 1));
    if (read.did === 'audit.broken')
      unsound ??= broken(numberOf(read.details.from), String(read.details.reason));
    if (read.did === 'audit.cut' && read.details.upTo === base.seq) isCutSaid = true;
  }
  if (doubt !== null) return broken(doubt, changed(doubt));
  if (seq < end) return broken(seq + 1, `entries ${seq + 1} to ${end} are missing at the end`);
  if (!signed.has(seq)) return broken(seq, `entry ${seq} is signed by nobody`);
  if (needsCut && !isCutSaid)
    return broken(base.seq, `entries up to ${base.seq} are missing, and no entry says that they were cut`);
  // It was found when Gatehouse was started, and stays so.
  if (unsound !== undefined) return unsound;
  const entries = seq - base.seq;
  return {
    isSound: true,
    ...{ first: entries === 0 ? null : base.seq + 1, last: entries === 0 ? null : seq },
    ...{ entries, cut: base.seq > 0 },
  };
}

/** Undefined: it is not as `lineOf` writes it. */
function readLine(line: string): AuditEntry | undefined {
  try {
    const read = auditEntry.safeParse(JSON.parse(line));
    return read.success && lineOf(read.data) === line ? read.data : undefined;
  } catch {
    return undefined;
  }
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function changed(seq: number): string {
  return `entry ${seq} was changed after it was written`;
}

function broken(seq: number | null, reason: string): Verdict {
  return { isSound: false, seq, reason };
}
