import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Secret } from '../base/secret.ts';
import type { CustomKeys } from '../contract/keys.ts';
import type { Account, SignInInput } from '../contract/people.ts';
import type { StoredUser } from '../store/user-table.ts';
import type { Caller, Callers } from './callers.ts';
import { ConsoleLock } from './console-lock.ts';
import type { People } from './people.ts';
import type { AccessTables } from './principal.ts';
import type { SignIn } from './sign-in.ts';
import { makeTotpKey, totpAddress, totpStep } from './totp.ts';

/** A key that was shown and not confirmed is kept for so long. */
const offerMilliseconds = 10 * 60_000;
const maximumOffers = 100;

/** What everybody who is signed in does with their own account. */
export class Accounts {
  readonly #tables: AccessTables;
  readonly #people: People;
  readonly #callers: Callers;
  readonly #signIn: SignIn;
  /** By user. */
  readonly #offers = new Map<string, { key: Secret; until: number }>();

  constructor(parts: {
    tables: AccessTables;
    people: People;
    callers: Callers;
    signIn: SignIn;
  }) {
    this.#tables = parts.tables;
    this.#people = parts.people;
    this.#callers = parts.callers;
    this.#signIn = parts.signIn;
  }

  /** Who is in front of this window; again whenever something about people has changed. */
  async *watch(caller: Caller, signal: AbortSignal): AsyncGenerator<Account> {
    let told = '';
    for await (const _ of this.#people.watch(signal)) {
      const account = this.#present(caller);
      const text = JSON.stringify(account);
      if (text !== told) yield account;
      told = text;
    }
  }

  /** All windows of this person follow at once; without a person all of this station. */
  changeKeys({ principal: { userId } }: Caller, keys: CustomKeys): void {
    if (userId === null) this.#tables.settings.saveStationKeys(keys);
    else this.#tables.users.saveKeys(userId, keys);
    this.#people.announce();
  }

  /** Ends all other sessions of this person. @throws GatehouseError bad-input, limit-reached, not-allowed */
  async changePassword(
    caller: Caller,
    { currentPassword, newPassword }: { currentPassword?: string | undefined; newPassword: string },
  ): Promise<void> {
    const { id, name, passwordHash } = this.#user(caller);
    if (passwordHash !== null) await this.#prove(caller, currentPassword);
    const hash = await this.#people.hashNew('newPassword', newPassword, name);
    this.#tables.users.save({ ...this.#user(caller), passwordHash: hash });
    this.#tables.sessions.endOf(id, caller.principal.sessionId ?? '');
    this.#people.announce();
  }

  /** A key for an authenticator app, which counts once `confirmSecondFactor` has seen a code. @throws GatehouseError not-allowed */
  offerSecondFactor(caller: Caller): { key: string; address: string } {
    const { id, name } = this.#user(caller);
    const [oldest] = this.#offers.keys();
    if (this.#offers.size >= maximumOffers && oldest !== undefined) this.#offers.delete(oldest);
    const key = makeTotpKey();
    this.#offers.set(id, { key, until: Date.now() + offerMilliseconds });
    const site = this.#tables.settings.settings.siteName || 'Gatehouse';
    return { key: key.reveal(), address: totpAddress(key, name, site) };
  }

  /** @throws GatehouseError bad-input */
  confirmSecondFactor(caller: Caller, code: string): void {
    const user = this.#user(caller);
    if (user.passwordHash === null) throw GatehouseError.ofField('code', 'Set a password first.');
    const offer = this.#offers.get(user.id);
    if (offer === undefined || offer.until < Date.now())
      throw GatehouseError.ofField('code', 'This took too long. Begin again.');
    const step = totpStep(offer.key, code, Date.now());
    if (step === undefined)
      throw GatehouseError.ofField(
        'code',
        'is not what the app should show: look whether the clocks of phone and computer agree',
      );
    this.#offers.delete(user.id);
    this.#tables.users.save({ ...user, sealedTotpKey: this.#tables.users.sealTotpKey(user.id, offer.key) });
    this.#tables.users.useTotpStep(user.id, step);
    this.#people.announce();
  }

  /** @throws GatehouseError bad-input, limit-reached */
  async removeSecondFactor(caller: Caller, currentPassword: string): Promise<void> {
    await this.#prove(caller, currentPassword);
    this.#tables.users.save({ ...this.#user(caller), sealedTotpKey: null });
    this.#people.announce();
  }

  /** Signs one of the caller's own browsers out. @throws GatehouseError not-found */
  endSession(caller: Caller, id: string): void {
    const isOwn = this.#present(caller).sessions.some((session) => session.id === id);
    if (!isOwn) throw new GatehouseError('not-found', 'This browser is signed out already.');
    this.#people.endSession(id, caller.principal);
  }

  /** At the desktop window: what it may do is this person's, until it is loaded again. @throws GatehouseError as `SignIn.check` */
  async signIn(caller: Caller, input: SignInInput): Promise<void> {
    if (caller.credential.kind === 'session') throw GatehouseError.ofField('name', 'Sign out first.');
    const source = { address: 'this station', isKnownTo: () => false, browserKey: '' };
    const { id } = await this.#signIn.check(input, source);
    this.#callers.identify(caller, { kind: 'user', userId: id });
  }

  /** In a browser its session ends; the desktop window is a station again. */
  signOut(caller: Caller): void {
    const { sessionId } = caller.principal;
    if (sessionId === null) this.#callers.identify(caller, { kind: 'station' });
    else this.#tables.sessions.end(sessionId);
    this.#people.announce();
  }

  #present({ principal }: Caller): Account {
    const { kind, userId, name, roleName, rights, closedUntilHours, sessionId, lock } = principal;
    const user = userId === null ? undefined : this.#tables.users.find(userId);
    const sessions = this.#tables.sessions.list().filter((session) => session.userId === userId);
    return {
      ...{ kind, userId, name, roleName, sessionId },
      rights: {
        console: [...rights.console],
        cameras: rights.cameras.map((grant) => ({ ...grant, rights: [...grant.rights] })),
      },
      closedUntilHours:
        closedUntilHours === null
          ? null
          : closedUntilHours.map((hours) => ({ ...hours, days: [...hours.days] })),
      hasPassword: user !== undefined && user.passwordHash !== null,
      hasSecondFactor: user !== undefined && user.sealedTotpKey !== null,
      hasPin: userId !== null && this.#tables.users.pin(userId).hash !== null,
      lock:
        lock === null
          ? null
          : {
              name: this.#tables.users.find(lock.userId)?.name ?? '',
              takesPin: ConsoleLock.takesPin(this.#tables.users, lock.userId),
            },
      keys: userId === null ? this.#tables.settings.stationKeys : this.#tables.users.keys(userId),
      // When others are used changes all the time and is nobody's news.
      sessions: lock === null ? sessions : [],
    };
  }

  #user({ principal }: Caller): StoredUser {
    const user = principal.userId === null ? undefined : this.#tables.users.find(principal.userId);
    if (user === undefined)
      throw new GatehouseError('not-allowed', 'This window has no account of its own. Sign in first.');
    return user;
  }

  /** Whoever sits down at somebody else's screen does not change their account. */
  async #prove(caller: Caller, password: string | undefined): Promise<void> {
    if (password === undefined) throw GatehouseError.ofField('currentPassword', 'is needed');
    const user = this.#user(caller);
    await this.#signIn.prove(user, password, caller.principal.sessionId ?? `station ${user.id}`);
  }
}
