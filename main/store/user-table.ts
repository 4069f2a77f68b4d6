import type { Database, Statement } from 'better-sqlite3';
import type { Secret } from '../base/secret.ts';
import type { SecretBox } from './secret-box.ts';

/** A user as it is stored. */
export interface StoredUser {
  readonly id: string;
  readonly name: string;
  readonly roleId: string;
  readonly disabled: boolean;
  /** Argon2id, in its usual notation; null: nobody can sign in by this name. */
  readonly passwordHash: string | null;
  /** Base32, for the codes of RFC 6238; null: the password is enough. */
  readonly totpKey: Secret | null;
}

interface Row {
  id: string;
  name: string;
  nameKey: string;
  roleId: string;
  disabled: number;
  passwordHash: string | null;
  sealedTotpKey: Buffer | null;
}

const columns = `id, name, name_key AS nameKey, role_id AS roleId, disabled, password_hash AS passwordHash,
  sealed_totp_key AS sealedTotpKey`;

/** The people who may use this console. Every write is on the disk when the call returns. */
export class UserTable {
  readonly #box: SecretBox;
  readonly #list: Statement<[], Row>;
  readonly #find: Statement<[string], Row>;
  readonly #named: Statement<[string], Row>;
  readonly #write: Statement<[Row]>;
  readonly #remove: Statement<[string]>;
  readonly #useStep: Statement<[number, string, number]>;

  constructor(database: Database, box: SecretBox) {
    this.#box = box;
    this.#list = database.prepare(`SELECT ${columns} FROM user ORDER BY name_key`);
    this.#find = database.prepare(`SELECT ${columns} FROM user WHERE id = ?`);
    this.#named = database.prepare(`SELECT ${columns} FROM user WHERE name_key = ?`);
    this.#write = database.prepare(`
      INSERT INTO user (id, name, name_key, role_id, disabled, password_hash, sealed_totp_key)
      VALUES (:id, :name, :nameKey, :roleId, :disabled, :passwordHash, :sealedTotpKey)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, role_id = excluded.role_id,
        disabled = excluded.disabled, password_hash = excluded.password_hash,
        sealed_totp_key = excluded.sealed_totp_key`);
    this.#remove = database.prepare('DELETE FROM user WHERE id = ?');
    this.#useStep = database.prepare('UPDATE user SET totp_step = ? WHERE id = ? AND totp_step < ?');
  }

  /** By their names. */
  list(): StoredUser[] {
    return this.#list.all().map((row) => this.#open(row));
  }

  find(id: string): StoredUser | undefined {
    const row = this.#find.get(id);
    return row && this.#open(row);
  }

  /** The one who is called this, however it is written. */
  named(name: string): StoredUser | undefined {
    const row = this.#named.get(keyOf(name));
    return row && this.#open(row);
  }

  /** Writes a user under the id, new or not. The name must not be another's. */
  save(user: StoredUser): void {
    const { totpKey, disabled, ...plain } = user;
    this.#write.run({
      ...plain,
      nameKey: keyOf(user.name),
      disabled: Number(disabled),
      sealedTotpKey: totpKey === null ? null : this.#box.seal(totpKey, ownerOf(user.id)),
    });
  }

  /** Takes a user away, with all sessions. */
  remove(id: string): void {
    this.#remove.run(id);
  }

  /** A code of this time step is used up; false when it, or one after it, was used before. */
  useTotpStep(id: string, step: number): boolean {
    return this.#useStep.run(step, id, step).changes === 1;
  }

  #open({ id, name, roleId, disabled, passwordHash, sealedTotpKey }: Row): StoredUser {
    const totpKey = sealedTotpKey === null ? null : this.#box.open(sealedTotpKey, ownerOf(id));
    return { id, name, roleId, disabled: disabled === 1, passwordHash, totpKey };
  }
}

function ownerOf(id: string): string {
  return `user ${id} totp`;
}

/** What two names have in common that a person would take for the same. */
function keyOf(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}
