import { createHash } from 'node:crypto';
import type { RoleHours } from '../contract/people.ts';
import { builtInRoles, ownerRoleId, ownerUserId, type Rights } from '../contract/rights.ts';
import type { RoleTable } from '../store/role-table.ts';
import type { SessionTable, StoredLock } from '../store/session-table.ts';
import type { SettingTable } from '../store/setting-table.ts';
import type { UserTable } from '../store/user-table.ts';
import { isWithin, lockedRights } from './rights.ts';

/** Who calls, and what they may do at this moment. */
export interface Principal {
  /** `station`: the desktop window, where nobody has signed in. */
  readonly kind: 'person' | 'station';
  /** Null: a station that is not the owner's. */
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly name: string;
  readonly roleId: string;
  readonly roleName: string;
  /** What may be done now. */
  readonly rights: Rights;
  /** What may be done when it is not locked. */
  readonly ownRights: Rights;
  /** Null: this console is not locked. */
  readonly lock: StoredLock | null;
  /** Of the role, when it is none of them now. */
  readonly closedUntilHours: readonly RoleHours[] | null;
}

/** By what a caller is known. */
export type Credential =
  | { readonly kind: 'session'; readonly tokenHash: Buffer }
  /** Somebody who has signed in at the desktop window. */
  | { readonly kind: 'user'; readonly userId: string }
  | { readonly kind: 'station' };

export interface AccessTables {
  readonly users: UserTable;
  readonly roles: RoleTable;
  readonly sessions: SessionTable;
  readonly settings: SettingTable;
}

/** What of them says who somebody is. */
export interface PrincipalTables {
  readonly users: Pick<UserTable, 'find'>;
  readonly roles: Pick<RoleTable, 'list'>;
  readonly sessions: Pick<SessionTable, 'find' | 'lockOf'>;
  readonly settings: Pick<SettingTable, 'stationRoleId' | 'stationLock'>;
}

/** How long a session lives after its last use. */
export const idleMilliseconds = 30 * 24 * 60 * 60 * 1_000;

const nothing: Rights = { console: [], cameras: [] };

/** Who this is now; undefined: nobody any more. @param now milliseconds since 1970 */
export function principalOf(
  { users, roles, sessions, settings }: PrincipalTables,
  credential: Credential,
  now: number,
): Principal | undefined {
  let userId: string;
  let sessionId: string | null = null;
  let lock: StoredLock | null = null;
  switch (credential.kind) {
    case 'station': {
      const role = withRole(roleOf(roles, settings.stationRoleId), now);
      const owner = role.roleId === ownerRoleId ? ownerUserId : null;
      const station = { kind: 'station', userId: owner, sessionId, name: 'This station' } as const;
      return { ...station, ...lockedBy(settings.stationLock, role) };
    }
    case 'user':
      userId = credential.userId;
      lock = settings.stationLock;
      break;
    case 'session': {
      const session = sessions.find(credential.tokenHash);
      if (session === undefined) return undefined;
      if (session.expiresAt <= now || session.usedAt + idleMilliseconds <= now) return undefined;
      userId = session.userId;
      sessionId = session.id;
      lock = sessions.lockOf(credential.tokenHash);
      break;
    }
    default:
      return credential satisfies never;
  }
  const user = users.find(userId);
  if (user === undefined || user.disabled) return undefined;
  const role = withRole(roleOf(roles, user.roleId), now);
  return { kind: 'person', userId, sessionId, name: user.name, ...lockedBy(lock, role) };
}

/** A role that is always there, or one of the site's own. */
export function roleOf(roles: Pick<RoleTable, 'list'>, id: string) {
  const builtIn = builtInRoles.find((role) => role.id === id);
  if (builtIn !== undefined) return { ...builtIn, hours: null };
  return roles.list().find((role) => role.id === id);
}

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function lockedBy<Role extends { rights: Rights }>(lock: StoredLock | null, role: Role) {
  const { rights } = role;
  return {
    ...role,
    ownRights: rights,
    lock,
    rights: lock === null ? rights : lockedRights(rights, lock.cameraIds),
  };
}

/** A role that is gone allows nothing. */
function withRole(role: ReturnType<typeof roleOf>, now: number) {
  if (role === undefined) return { roleId: '', roleName: 'No role', rights: nothing, closedUntilHours: null };
  const { id: roleId, name: roleName, rights, hours } = role;
  const isOpen = hours === null || isWithin(hours, new Date(now));
  return {
    roleId,
    roleName,
    rights: isOpen ? rights : nothing,
    closedUntilHours: isOpen ? null : hours,
  };
}
