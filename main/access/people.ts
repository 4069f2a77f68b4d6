import { randomUUID } from 'node:crypto';
import { Announcer } from '../base/announcer.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { OwnRole, People as PeopleState, Role, User, UserEdit, UserInput } from '../contract/people.ts';
import {
  builtInRoles,
  maximumRoles,
  maximumUsers,
  ownerRoleId,
  ownerUserId,
  type Rights,
} from '../contract/rights.ts';
import type { StoredUser } from '../store/user-table.ts';
import { weakness } from './password-rules.ts';
import type { Passwords } from './passwords.ts';
import { type AccessTables, type Principal, roleOf } from './principal.ts';
import { covers, notAllowed } from './rights.ts';

/**
 * Users, roles and sessions. A change is announced after the commit. Nobody gives away more than they may do themselves, and
 * nobody changes somebody who may do more; only an owner makes or changes owners.
 */
export class People {
  readonly #tables: AccessTables;
  readonly #passwords: Passwords;
  readonly #changed: () => void;
  readonly #changes = new Announcer<'people', PeopleState>();

  /** @param changed what somebody may do may be something else from now on */
  constructor(tables: AccessTables, passwords: Passwords, changed: () => void) {
    this.#tables = tables;
    this.#passwords = passwords;
    this.#changed = changed;
  }

  get state(): PeopleState {
    const { users, roles, sessions, settings } = this.#tables;
    return {
      users: users.list().map(present),
      roles: [
        ...builtInRoles.map((role) => ({
          ...role,
          rights: { console: [...role.rights.console], cameras: role.rights.cameras.map(copied) },
          hours: null,
          isBuiltIn: true,
        })),
        ...roles.list().map((role): Role => ({ ...role, isBuiltIn: false })),
      ],
      sessions: sessions.list(),
      stationRoleId: (roleOf(roles, settings.stationRoleId)?.id ?? 'viewer') as Role['id'],
    };
  }

  /** All of them, again after each change. */
  watch(signal: AbortSignal): AsyncGenerator<PeopleState> {
    return this.#changes.watch(() => this.state, signal);
  }

  /** Something else about people was written: a session has begun or ended, somebody has a new password. */
  announce(): void {
    this.#changed();
    if (!this.#changes.isIdle) this.#changes.put('people', this.state);
  }

  /** @throws GatehouseError bad-input, already-there, limit-reached, not-allowed, not-found */
  async add({ name, roleId, password }: UserInput, by: Principal): Promise<User> {
    this.#checkGives(by, roleId);
    if (this.#tables.users.list().length >= maximumUsers) {
      throw new GatehouseError('limit-reached', `There cannot be more than ${maximumUsers} people.`);
    }
    this.#refuseTaken(name, null);
    const passwordHash = await this.hashNew('password', password, name);
    const user: StoredUser = {
      ...{ id: randomUUID(), name, roleId, disabled: false, passwordHash, sealedTotpKey: null },
    };
    // Somebody may have been added meanwhile.
    this.#refuseTaken(name, null);
    this.#tables.users.save(user);
    this.announce();
    return present(user);
  }

  /** @throws GatehouseError bad-input, already-there, not-allowed, not-found */
  async edit({ id, name, roleId, disabled, password, secondFactor }: UserEdit, by: Principal): Promise<User> {
    this.#getChangeable(id, by);
    if (roleId !== undefined) this.#checkGives(by, roleId);
    if (id === ownerUserId && ((roleId ?? ownerRoleId) !== ownerRoleId || disabled === true)) {
      throw GatehouseError.ofField('id', 'The owner always stays the owner.');
    }
    if (name !== undefined) this.#refuseTaken(name, id);
    const passwordHash =
      password === undefined
        ? undefined
        : await this.hashNew('password', password, name ?? this.#getChangeable(id, by).name);
    const user = this.#getChangeable(id, by);
    const edited: StoredUser = {
      ...user,
      name: name ?? user.name,
      roleId: roleId ?? user.roleId,
      disabled: disabled ?? user.disabled,
      passwordHash: passwordHash ?? user.passwordHash,
      sealedTotpKey: secondFactor === false ? null : user.sealedTotpKey,
    };
    this.#tables.users.save(edited);
    // Whoever needed a new password may have lost more than that.
    if (passwordHash !== undefined && id !== by.userId) this.#tables.users.savePin(id, null);
    if (passwordHash !== undefined || edited.disabled)
      this.#tables.sessions.endOf(
        id,
        passwordHash !== undefined && id === by.userId ? (by.sessionId ?? '') : '',
      );
    this.announce();
    return present(edited);
  }

  /** @throws GatehouseError bad-input, not-allowed, not-found */
  remove(id: string, by: Principal): void {
    this.#getChangeable(id, by);
    if (id === ownerUserId) throw GatehouseError.ofField('id', 'The owner always stays.');
    if (id === by.userId) throw GatehouseError.ofField('id', 'Nobody removes themselves.');
    this.#tables.users.remove(id);
    this.announce();
  }

  /** Writes a role of the site's own under its id, new or not. @throws GatehouseError not-allowed, limit-reached, already-there */
  saveRole(role: OwnRole, by: Principal): Role {
    const own = this.#tables.roles.list();
    const before = own.find(({ id }) => id === role.id);
    if (!covers(by.rights, role.rights) || (before && !covers(by.rights, before.rights))) throw notAllowed();
    if (before === undefined && own.length >= maximumRoles)
      throw new GatehouseError('limit-reached', `There cannot be more than ${maximumRoles} roles.`);
    const isTaken = [...builtInRoles, ...own].some(
      ({ id, name }) => id !== role.id && name.toLowerCase() === role.name.toLowerCase(),
    );
    if (isTaken)
      throw GatehouseError.ofField('name', 'There is a role of this name already.', 'already-there');
    this.#tables.roles.save(role);
    this.announce();
    return { ...role, isBuiltIn: false };
  }

  /** @throws GatehouseError not-found, not-allowed; bad-input while somebody has it */
  removeRole(id: string, by: Principal): void {
    const role = this.#tables.roles.list().find((own) => own.id === id);
    if (role === undefined) throw new GatehouseError('not-found', 'This role does not exist any more.');
    if (!covers(by.rights, role.rights)) throw notAllowed();
    const holder = this.#tables.users.list().find(({ roleId }) => roleId === id);
    if (holder !== undefined)
      throw GatehouseError.ofField('id', `${holder.name} has this role. Give them another one first.`);
    if (this.#tables.settings.stationRoleId === id)
      throw GatehouseError.ofField('id', 'The desktop window has this role. Give it another one first.');
    this.#tables.roles.remove(id);
    this.announce();
  }

  /** What the desktop window may do while nobody has signed in there. @throws GatehouseError not-allowed, not-found, bad-input */
  setStationRole(roleId: string, by: Principal): void {
    if (by.roleId !== ownerRoleId) throw notAllowed();
    this.#checkGives(by, roleId);
    // Else nobody could take it back: the desktop app alone serves no browsers.
    const canSignIn = this.#tables.users
      .list()
      .some((user) => user.roleId === ownerRoleId && user.passwordHash !== null);
    if (roleId !== ownerRoleId && !canSignIn)
      throw GatehouseError.ofField(
        'roleId',
        'Set a password for your own account first: it is the way back.',
      );
    this.#tables.settings.saveStationRoleId(roleId);
    this.announce();
  }

  /** Signs a browser out. @throws GatehouseError not-found, not-allowed */
  endSession(id: string, by: Principal): void {
    const session = this.#tables.sessions.list().find((each) => each.id === id);
    if (session === undefined) throw new GatehouseError('not-found', 'This browser is signed out already.');
    if (session.userId !== by.userId) this.#getChangeable(session.userId, by);
    this.#tables.sessions.end(id);
    this.announce();
  }

  /** @param field where the password was typed. @throws GatehouseError bad-input when it is easy to guess */
  async hashNew(field: string, password: string, userName: string): Promise<string> {
    const names = [userName, this.#tables.settings.settings.siteName];
    const words = weakness(
      password,
      names.flatMap((name) => [name, ...name.split(/\s+/)]),
    );
    if (words !== undefined) throw GatehouseError.ofField(field, words);
    return await this.#passwords.hash(password);
  }

  #getChangeable(id: string, by: Principal): StoredUser {
    const user = this.#tables.users.find(id);
    if (user === undefined) throw new GatehouseError('not-found', 'This person is not here any more.');
    if (id !== by.userId) this.#checkGives(by, user.roleId);
    return user;
  }

  #checkGives(by: Principal, roleId: string): void {
    const role = roleOf(this.#tables.roles, roleId);
    if (role === undefined) throw new GatehouseError('not-found', 'This role does not exist any more.');
    if (role.id === ownerRoleId && by.roleId !== ownerRoleId) throw notAllowed();
    if (!covers(by.rights, role.rights)) throw notAllowed();
  }

  #refuseTaken(name: string, id: string | null): void {
    const other = this.#tables.users.named(name);
    if (other === undefined || other.id === id) return;
    throw GatehouseError.ofField('name', 'There is somebody of this name already.', 'already-there');
  }
}

function present({ id, name, roleId, disabled, passwordHash, sealedTotpKey }: StoredUser): User {
  return {
    ...{ id, name, roleId: roleId as User['roleId'], disabled },
    hasPassword: passwordHash !== null,
    hasSecondFactor: sealedTotpKey !== null,
  };
}

function copied(grant: Rights['cameras'][number]): Role['rights']['cameras'][number] {
  return { ...grant, rights: [...grant.rights] };
}
