import type { Statement } from 'better-sqlite3';
import type { Secret } from '../base/secret.ts';
import { type CustomKeys, customKeys } from '../contract/keys.ts';
import type { Commits } from './commits.ts';
import type { SecretBox } from './secret-box.ts';

/** A user as it is stored. */
export interface StoredUser {
  readonly id: string;
  readonly name: string;
  readonly roleId: string;
  readonly disabled: boolean;
  /** Argon2id, in its usual notation; null: nobody can sign in by this name. */
  readonly passwordHash: string | null;
  /** For the codes of RFC 6238: see `openTotpKey`; null: the password is enough. */
  readonly sealedTotpKey: Buffer | null;
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
  readonly #commits: Commits;
  readonly #box: SecretBox;
  readonly #list: Statement<[], Row>;
  readonly #find: Statement<[string], Row>;
  readonly #named: Statement<[string], Row>;
  readonly #write: Statement<[Row]>;
  readonly #remove: Statement<[string]>;
  readonly #reset: Statement<[string, string]>;
  readonly #pin: Statement<[string], { hash: string | null; failures: number }>;
  readonly #savePin: Statement<[string | null, string]>;
  readonly #countPin: Statement<[string]>;
  readonly #forgetPin: Statement<[string]>;
  readonly #keys: Statement<[string], { keys: string | null }>;
  readonly #saveKeys: Statement<[string, string]>;
  readonly #useStep: Statement<[number, string, number]>;

  constructor(commits: Commits, box: SecretBox) {
    const { database } = commits;
    this.#commits = commits;
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
    this.#reset = database.prepare(`
      UPDATE user SET password_hash = NULL, sealed_totp_key = NULL, pin_hash = NULL, disabled = 0, role_id = ?
      WHERE id = ?`);
    this.#pin = database.prepare('SELECT pin_hash AS hash, pin_failures AS failures FROM user WHERE id = ?');
    this.#savePin = database.prepare('UPDATE user SET pin_hash = ?, pin_failures = 0 WHERE id = ?');
    this.#countPin = database.prepare('UPDATE user SET pin_failures = pin_failures + 1 WHERE id = ?');
    this.#forgetPin = database.prepare('UPDATE user SET pin_failures = 0 WHERE id = ?');
    this.#keys = database.prepare('SELECT keys FROM user WHERE id = ?');
    this.#saveKeys = database.prepare('UPDATE user SET keys = ? WHERE id = ?');
    this.#useStep = database.prepare('UPDATE user SET totp_step = ? WHERE id = ? AND totp_step < ?');
  }

  /** By their names. */
  list(): StoredUser[] {
    return this.#list.all().map(read);
  }

  find(id: string): StoredUser | undefined {
    const row = this.#find.get(id);
    return row && read(row);
  }

  /** The one who is called this, however it is written. */
  named(name: string): StoredUser | undefined {
    const row = this.#named.get(keyOf(name));
    return row && read(row);
  }

  /** Writes a user under the id, new or not. The name must not be another's. */
  save(user: StoredUser): void {
    const row = { ...user, nameKey: keyOf(user.name), disabled: Number(user.disabled) };
    this.#commits.run(() => this.#write.run(row));
  }

  /** Takes a user away, with all sessions. */
  remove(id: string): void {
    this.#commits.run(() => this.#remove.run(id));
  }

  /** Argon2id of the PIN that unlocks, null without one, and how many wrong ones there were since the last right one. */
  pin(id: string): { readonly hash: string | null; readonly failures: number } {
    return this.#pin.get(id) ?? { hash: null, failures: 0 };
  }

  /** Null takes it away. */
  savePin(id: string, hash: string | null): void {
    this.#commits.run(() => this.#savePin.run(hash, id));
  }

  /** On the disk before a PIN is looked at. */
  countPinFailure(id: string): void {
    this.#countPin.run(id);
  }

  forgetPinFailures(id: string): void {
    this.#forgetPin.run(id);
  }

  /** What this person has made of the keys of the console. */
  keys(id: string): CustomKeys {
    return customKeys.parse(JSON.parse(this.#keys.get(id)?.keys ?? '{}'));
  }

  saveKeys(id: string, keys: CustomKeys): void {
    this.#commits.run(() => this.#saveKeys.run(JSON.stringify(keys), id));
  }

  /** @param key Base32 */
  sealTotpKey(id: string, key: Secret): Buffer {
    return this.#box.seal(key, ownerOf(id));
  }

  /** Base32; null: there is none. @throws GatehouseError database-failed when it was sealed with another key */
  openTotpKey({ id, sealedTotpKey }: StoredUser): Secret | null {
    return sealedTotpKey === null ? null : this.#box.open(sealedTotpKey, ownerOf(id));
  }

  /** Takes the password, the PIN and the second factor away. */
  reset(id: string, roleId: string): void {
    this.#commits.run(() => this.#reset.run(roleId, id));
  }

  /** A code of this time step is used up; false when it, or one after it, was used before. */
  useTotpStep(id: string, step: number): boolean {
    return this.#useStep.run(step, id, step).changes === 1;
  }
}

function read({ nameKey: _, disabled, ...user }: Row): StoredUser {
  return { ...user, disabled: disabled === 1 };
}

function ownerOf(id: string): string {
  return `user ${id} totp`;
}

/** What two names have in common that a person would take for the same. */
function keyOf(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}
