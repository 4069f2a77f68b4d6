import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import { Secret } from '../base/secret.ts';
import type { AuditTable } from '../store/audit-table.ts';
import { type Checkpoint, checkpointBytes, fingerprintOf } from './audit-chain.ts';

/** The key by which this install signs, made at its first start: Ed25519, its private half encrypted like the passwords of cameras. */
export class AuditKey {
  readonly id: number;
  readonly publicKey: string;
  readonly fingerprint: string;
  /** Whether this start has made it. */
  readonly isNew: boolean;
  readonly #key: KeyObject;

  private constructor(id: number, publicKey: string, key: KeyObject, isNew: boolean) {
    this.id = id;
    this.publicKey = publicKey;
    this.fingerprint = fingerprintOf(publicKey);
    this.isNew = isNew;
    this.#key = key;
  }

  /** One that cannot be opened any more, since the key to all secrets is another, has a new one after it. */
  static open(table: AuditTable, log: Log): AuditKey {
    const newest = table.keys().at(-1);
    if (newest !== undefined) {
      try {
        const der = Buffer.from(table.openKey(newest).reveal(), 'base64');
        const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
        return new AuditKey(newest.id, newest.publicKey, key, false);
      } catch (error) {
        log.error({ err: GatehouseError.from(error) }, 'the key that signs the audit cannot be opened');
      }
    }
    const id = (newest?.id ?? 0) + 1;
    const made = generateKeyPairSync('ed25519');
    const publicKey = made.publicKey.export({ format: 'der', type: 'spki' }).toString('hex');
    const privateKey = made.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
    table.addKey(id, publicKey, new Secret(privateKey));
    return new AuditKey(id, publicKey, made.privateKey, true);
  }

  checkpoint(seq: number, hash: string): Checkpoint {
    return { seq, hash, keyId: this.id, signature: this.sign(checkpointBytes(seq, hash)) };
  }

  /** In hex. */
  sign(bytes: Uint8Array): string {
    return sign(null, bytes, this.#key).toString('hex');
  }
}
