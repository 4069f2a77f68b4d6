import { GatehouseError } from '../base/gatehouse-error.ts';
import type { CameraPlace } from '../contract/rights.ts';
import { cameraRightsOf } from '../contract/rights.ts';
import {
  type AccessTables,
  type Credential,
  type Principal,
  type PrincipalTables,
  principalOf,
} from './principal.ts';

const checkMilliseconds = 1_000;
/** A session that is in use is noted as such so often. */
const touchMilliseconds = 60_000;

/** One connection, and who is at its other end: that may change while it is open. */
export class Caller {
  credential: Credential;
  /** Where the other end is: an address, or `desktop`. */
  readonly from: string;
  #principal: Principal;
  #rights = new AbortController();
  #view = new AbortController();
  readonly #over = new AbortController();

  constructor(credential: Credential, principal: Principal, from: string) {
    this.from = from;
    this.credential = credential;
    this.#principal = principal;
  }

  get principal(): Principal {
    return this.#principal;
  }

  /** Aborted as soon as these rights are not the caller's any more, with the error that says why. */
  get rightsSignal(): AbortSignal {
    return this.#rights.signal;
  }

  /** Aborted as `rightsSignal` is, and also when the console is locked or unlocked. */
  get viewSignal(): AbortSignal {
    return this.#view.signal;
  }

  /** Aborted when nobody is signed in at the other end any more: the host closes the connection. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Everything that runs under the rights of before ends. */
  become(principal: Principal, why: string): void {
    const rights = this.#rights;
    this.#rights = new AbortController();
    this.see(principal, why);
    rights.abort(new GatehouseError('access-changed', why));
  }

  /** Locked, or not any more: what is read begins anew, pictures go on. */
  see(principal: Principal, why: string): void {
    const view = this.#view;
    this.#principal = principal;
    this.#view = new AbortController();
    view.abort(new GatehouseError('access-changed', why));
  }

  /** Nothing is allowed from now on. */
  end(): void {
    const over = new GatehouseError('not-signed-in', 'You were signed out. Sign in again.');
    this.#principal = { ...this.#principal, rights: { console: [], cameras: [] } };
    this.#view.abort(over);
    this.#rights.abort(over);
    this.#over.abort(over);
  }
}

/** Everybody who is connected. Rights are looked at when something about them changes, and once a second. */
export class Callers implements Disposable {
  readonly #tables: AccessTables;
  readonly #callers = new Set<Caller>();
  readonly #timer: NodeJS.Timeout;
  readonly #now: () => number;
  #touchedAt: number;
  /** Sessions whose use is noted with the next look: hundreds may come in a second, and each note waits for the disk. */
  readonly #used = new Set<Buffer>();

  /** @param now milliseconds since 1970 */
  constructor(tables: AccessTables, now: () => number = Date.now) {
    this.#tables = tables;
    this.#now = now;
    this.#touchedAt = now();
    this.#timer = setInterval(() => this.#look(), checkMilliseconds);
  }

  /** Whether somebody is known by this. */
  knows(credential: Credential): boolean {
    return principalOf(this.#tables, credential, this.#now()) !== undefined;
  }

  /** Undefined: nobody is known by this. */
  who(credential: Credential): { id: string; name: string; sessionId: string | null } | undefined {
    const { userId, name, sessionId } = principalOf(this.#tables, credential, this.#now()) ?? {};
    return userId == null || name === undefined
      ? undefined
      : { id: userId, name, sessionId: sessionId ?? null };
  }

  /** Undefined: nobody is known by this. @param from an address, where it is not the desktop's own window */
  open(credential: { readonly kind: 'station' }): Caller;
  open(credential: Credential, from?: string): Caller | undefined;
  open(credential: Credential, from = 'desktop'): Caller | undefined {
    const principal = principalOf(this.#tables, credential, this.#now());
    if (principal === undefined) return undefined;
    if (credential.kind === 'session') this.#used.add(credential.tokenHash);
    const caller = new Caller(credential, principal, from);
    this.#callers.add(caller);
    return caller;
  }

  /** The connection has ended. */
  close(caller: Caller): void {
    this.#callers.delete(caller);
    caller.end();
  }

  /** Somebody signs in or out at a connection that stays open. */
  identify(caller: Caller, credential: Credential): void {
    caller.credential = credential;
    this.#check(caller);
  }

  /** Users, roles or sessions have changed. */
  check(): void {
    const tables = readOnce(this.#tables);
    for (const caller of this.#callers) this.#check(caller, tables);
  }

  /** A camera is in another group: whoever may do something else with it now begins anew. */
  cameraMoved(before: CameraPlace, after: CameraPlace): void {
    for (const caller of this.#callers) {
      const { ownRights: rights } = caller.principal;
      const had = cameraRightsOf(rights, before);
      const has = cameraRightsOf(rights, after);
      if (had.size === has.size && [...had].every((right) => has.has(right))) continue;
      caller.become(caller.principal, 'A camera is in another group now: what you may do has changed.');
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const caller of this.#callers) this.close(caller);
    this.#used.clear();
  }

  #check(caller: Caller, tables: PrincipalTables = this.#tables): void {
    const before = caller.principal;
    const now = principalOf(tables, caller.credential, this.#now());
    if (now === undefined) {
      this.#callers.delete(caller);
      caller.end();
    } else if (JSON.stringify(now) !== JSON.stringify(before)) {
      if (isSameUnlocked(now, before)) {
        caller.see(now, now.lock === null ? 'This console is unlocked.' : 'This console is locked.');
        return;
      }
      const isClosed = now.closedUntilHours !== null && before.closedUntilHours === null;
      caller.become(now, isClosed ? 'Your hours are over.' : 'What you may do has changed.');
    }
  }

  #look(): void {
    if (this.#now() - this.#touchedAt >= touchMilliseconds) {
      this.#touchedAt = this.#now();
      for (const { credential } of this.#callers) {
        if (credential.kind === 'session') this.#used.add(credential.tokenHash);
      }
    }
    if (this.#used.size > 0) this.#tables.sessions.touch([...this.#used], this.#now());
    this.#used.clear();
    this.check();
  }
}

/** Whether two differ in nothing but the lock. */
function isSameUnlocked(one: Principal, other: Principal): boolean {
  const unlocked = (principal: Principal) =>
    JSON.stringify({ ...principal, rights: principal.ownRights, lock: null });
  return unlocked(one) === unlocked(other);
}

/** What many callers share is read for the first of them alone. */
function readOnce({ users, roles, sessions, settings }: AccessTables): PrincipalTables {
  const found = new Map<string, ReturnType<typeof users.find>>();
  let list: ReturnType<typeof roles.list> | undefined;
  let stationRoleId: string | undefined;
  let stationLock: typeof settings.stationLock | undefined;
  return {
    users: {
      find: (id) => {
        if (!found.has(id)) found.set(id, users.find(id));
        return found.get(id);
      },
    },
    roles: {
      list: () => {
        list ??= roles.list();
        return list;
      },
    },
    sessions,
    settings: {
      get stationRoleId() {
        stationRoleId ??= settings.stationRoleId;
        return stationRoleId;
      },
      get stationLock() {
        if (stationLock === undefined) stationLock = settings.stationLock;
        return stationLock;
      },
    },
  };
}
