import type { Database, Statement } from 'better-sqlite3';
import type { Secret } from '../base/secret.ts';
import type { SecretBox } from './secret-box.ts';

/** A signed place of the chain: see `audit/audit-chain.ts`. */
export interface StoredCheckpoint {
  readonly seq: number;
  readonly hash: string;
  readonly keyId: number;
  readonly signature: string;
}

export interface StoredAuditKey {
  readonly id: number;
  /** SubjectPublicKeyInfo in hex. */
  readonly publicKey: string;
  readonly sealedPrivateKey: Buffer;
}

export interface AuditLine {
  readonly seq: number;
  readonly line: string;
}

const checkpointColumns = 'seq, hash, key_id AS keyId, signature';

/** The lines of the audit and what signs them. Only rows: what they say is not looked at here. */
export class AuditTable {
  readonly #box: SecretBox;
  readonly #insert: Statement<[number, string]>;
  readonly #before: Statement<[number, number], AuditLine>;
  readonly #from: Statement<[number, number], AuditLine>;
  readonly #oldest: Statement<[], AuditLine>;
  readonly #head: Statement<[], StoredCheckpoint>;
  readonly #checkpoints: Statement<[number], StoredCheckpoint>;
  readonly #sign: Statement<[StoredCheckpoint]>;
  readonly #unsign: Statement<[number]>;
  readonly #cutLines: Statement<[number]>;
  readonly #cutCheckpoints: Statement<[number]>;
  readonly #keys: Statement<[], StoredAuditKey>;
  readonly #addKey: Statement<[number, string, Buffer]>;

  constructor(database: Database, box: SecretBox) {
    this.#box = box;
    this.#insert = database.prepare('INSERT INTO audit_entry (seq, line) VALUES (?, ?)');
    this.#before = database.prepare(
      'SELECT seq, line FROM audit_entry WHERE seq < ? ORDER BY seq DESC LIMIT ?',
    );
    this.#from = database.prepare('SELECT seq, line FROM audit_entry WHERE seq >= ? ORDER BY seq LIMIT ?');
    this.#oldest = database.prepare('SELECT seq, line FROM audit_entry ORDER BY seq LIMIT 1');
    this.#head = database.prepare(
      `SELECT ${checkpointColumns} FROM audit_checkpoint ORDER BY seq DESC LIMIT 1`,
    );
    this.#checkpoints = database.prepare(
      `SELECT ${checkpointColumns} FROM audit_checkpoint WHERE seq >= ? ORDER BY seq`,
    );
    this.#sign = database.prepare(
      'INSERT INTO audit_checkpoint (seq, hash, key_id, signature) VALUES (:seq, :hash, :keyId, :signature)',
    );
    this.#unsign = database.prepare('DELETE FROM audit_checkpoint WHERE seq = ?');
    this.#cutLines = database.prepare('DELETE FROM audit_entry WHERE seq <= ?');
    this.#cutCheckpoints = database.prepare('DELETE FROM audit_checkpoint WHERE seq < ?');
    this.#keys = database.prepare(
      'SELECT id, public_key AS publicKey, sealed_private_key AS sealedPrivateKey FROM audit_key ORDER BY id',
    );
    this.#addKey = database.prepare(
      'INSERT INTO audit_key (id, public_key, sealed_private_key) VALUES (?, ?, ?)',
    );
  }

  /** The newest checkpoint, which is that of the newest line; undefined: nothing was ever signed. */
  get head(): StoredCheckpoint | undefined {
    return this.#head.get();
  }

  /** Numbers have no gaps: nothing is counted. */
  get count(): number {
    const { oldest } = this;
    return oldest === undefined ? 0 : (this.head?.seq ?? 0) - oldest.seq + 1;
  }

  get oldest(): AuditLine | undefined {
    return this.#oldest.get();
  }

  get newest(): AuditLine | undefined {
    return this.#before.get(Number.MAX_SAFE_INTEGER, 1);
  }

  insert(seq: number, line: string): void {
    this.#insert.run(seq, line);
  }

  sign(checkpoint: StoredCheckpoint): void {
    this.#sign.run(checkpoint);
  }

  unsign(seq: number): void {
    this.#unsign.run(seq);
  }

  /** From this number on, in their order. */
  checkpoints(from = 0): StoredCheckpoint[] {
    return this.#checkpoints.all(from);
  }

  /** Those before this number, the newest first. */
  before(seq: number, limit: number): AuditLine[] {
    return this.#before.all(seq, limit);
  }

  /** From this number on, the oldest first. */
  from(seq: number, limit: number): AuditLine[] {
    return this.#from.all(seq, limit);
  }

  /** Forgets the lines up to a checkpoint, which stays. */
  cut(seq: number): void {
    this.#cutLines.run(seq);
    this.#cutCheckpoints.run(seq);
  }

  keys(): StoredAuditKey[] {
    return this.#keys.all();
  }

  /** @param privateKey PKCS #8 in Base64 */
  addKey(id: number, publicKey: string, privateKey: Secret): void {
    this.#addKey.run(id, publicKey, this.#box.seal(privateKey, ownerOf(id)));
  }

  /** PKCS #8 in Base64. @throws GatehouseError database-failed when it was sealed with another key */
  openKey({ id, sealedPrivateKey }: StoredAuditKey): Secret {
    return this.#box.open(sealedPrivateKey, ownerOf(id));
  }
}

function ownerOf(id: number): string {
  return `audit key ${id}`;
}
