import { GatehouseError } from '../base/gatehouse-error.ts';
import type { ConsoleUnlock, PinChange } from '../contract/people.ts';
import { ownerUserId } from '../contract/rights.ts';
import type { StoredUser, UserTable } from '../store/user-table.ts';
import type { Caller } from './callers.ts';
import { weakPin } from './password-rules.ts';
import type { Passwords } from './passwords.ts';
import type { People } from './people.ts';
import type { AccessTables } from './principal.ts';
import { notAllowed } from './rights.ts';
import type { SignIn } from './sign-in.ts';

/** Then only the password unlocks, also after a restart: 4 digits have 10,000 PINs. */
const maximumPinFailures = 10;

/**
 * A console that is locked shows its wall and takes no orders. What is locked is a session, or the station with all its windows; it
 * is on the disk, and only whoever has locked it unlocks it.
 */
export class ConsoleLock {
  readonly #tables: AccessTables;
  readonly #passwords: Passwords;
  readonly #people: People;
  readonly #signIn: SignIn;

  constructor(parts: { tables: AccessTables; passwords: Passwords; people: People; signIn: SignIn }) {
    this.#tables = parts.tables;
    this.#passwords = parts.passwords;
    this.#people = parts.people;
    this.#signIn = parts.signIn;
  }

  /**
   * @param cameraIds the cameras that stay to be seen; null: all that this person sees
   * @throws GatehouseError bad-input when nothing could unlock it; not-allowed when nobody is in front of it
   */
  lock({ principal, credential }: Caller, cameraIds: readonly string[] | null): void {
    const { userId } = principal;
    const user = userId === null ? undefined : this.#tables.users.find(userId);
    if (user === undefined) throw notAllowed();
    if (user.passwordHash === null)
      throw new GatehouseError('bad-input', 'Set a password first (“Your account”): it unlocks the console.');
    const lock = { userId: user.id, cameraIds };
    if (credential.kind === 'session') this.#tables.sessions.lock(credential.tokenHash, lock);
    else this.#tables.settings.saveStationLock(lock);
    this.#people.announce();
  }

  /** @throws GatehouseError bad-input, limit-reached */
  async unlock({ principal, credential }: Caller, { by, secret }: ConsoleUnlock): Promise<void> {
    if (principal.lock === null) return;
    const user = this.#keeperOf(principal.lock.userId);
    if (by === 'pin') await this.#checkPin(user, secret);
    else await this.#signIn.prove(user, secret, `lock ${user.id}`, 'secret');
    this.#tables.users.forgetPinFailures(user.id);
    if (credential.kind === 'session') this.#tables.sessions.lock(credential.tokenHash, null);
    else this.#tables.settings.saveStationLock(null);
    this.#people.announce();
  }

  /** Sets the own PIN, or takes it away. @throws GatehouseError bad-input, limit-reached, not-allowed */
  async changePin(caller: Caller, { currentPassword, newPin }: PinChange): Promise<void> {
    const { userId, sessionId } = caller.principal;
    const user = userId === null ? undefined : this.#tables.users.find(userId);
    if (user === undefined) throw notAllowed();
    if (user.passwordHash === null) throw GatehouseError.ofField('currentPassword', 'Set a password first.');
    await this.#signIn.prove(user, currentPassword, sessionId ?? `station ${user.id}`);
    const weakness = newPin === null ? undefined : weakPin(newPin);
    if (weakness !== undefined) throw GatehouseError.ofField('newPin', weakness);
    this.#tables.users.savePin(user.id, newPin === null ? null : await this.#passwords.hash(newPin));
    this.#people.announce();
  }

  /** Whether a PIN would be taken now. */
  static takesPin(users: UserTable, userId: string): boolean {
    const { hash, failures } = users.pin(userId);
    return hash !== null && failures < maximumPinFailures;
  }

  /** Whoever has locked it; when they are gone, the owner. */
  #keeperOf(userId: string): StoredUser {
    const { users } = this.#tables;
    const user = users.find(userId);
    const keeper = user === undefined || user.disabled ? users.find(ownerUserId) : user;
    if (keeper === undefined) throw notAllowed();
    return keeper;
  }

  async #checkPin({ id }: StoredUser, pin: string): Promise<void> {
    const { users } = this.#tables;
    const { hash } = users.pin(id);
    if (!ConsoleLock.takesPin(users, id))
      throw GatehouseError.ofField('secret', 'No PIN is taken here now. Type the password.');
    // Before it is looked at, so that many at once are no more tries than one after the other.
    users.countPinFailure(id);
    await this.#signIn.provePin(id, pin, hash);
  }
}
