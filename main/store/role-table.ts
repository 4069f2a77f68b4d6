import type { Statement } from 'better-sqlite3';
import * as z from 'zod';
import { cameraGrant, type OwnRole, ownRole, roleHours } from '../contract/people.ts';
import type { CameraGrant } from '../contract/rights.ts';
import type { Commits } from './commits.ts';

interface RoleRow {
  id: string;
  name: string;
  consoleRights: string;
  hours: string | null;
}
interface GrantRow {
  scope: string;
  target: string;
  rights: string;
}

/** The roles of the site's own; those that are always there are in `contract/rights.ts`. */
export class RoleTable {
  readonly #commits: Commits;
  readonly #list: Statement<[], RoleRow>;
  readonly #grants: Statement<[string], GrantRow>;
  readonly #write: Statement<[RoleRow]>;
  readonly #clear: Statement<[string]>;
  readonly #grant: Statement<[GrantRow & { roleId: string }]>;
  readonly #remove: Statement<[string]>;

  constructor(commits: Commits) {
    const { database } = commits;
    this.#commits = commits;
    this.#list = database.prepare(
      'SELECT id, name, console_rights AS consoleRights, hours FROM role ORDER BY name',
    );
    this.#grants = database.prepare(
      'SELECT scope, target, rights FROM role_grant WHERE role_id = ? ORDER BY scope, target',
    );
    this.#write = database.prepare(`
      INSERT INTO role (id, name, console_rights, hours) VALUES (:id, :name, :consoleRights, :hours)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, console_rights = excluded.console_rights,
        hours = excluded.hours`);
    this.#clear = database.prepare('DELETE FROM role_grant WHERE role_id = ?');
    this.#grant = database.prepare(`
      INSERT INTO role_grant (role_id, scope, target, rights) VALUES (:roleId, :scope, :target, :rights)`);
    this.#remove = database.prepare('DELETE FROM role WHERE id = ?');
  }

  list(): OwnRole[] {
    return this.#list.all().map(({ id, name, consoleRights, hours }) =>
      ownRole.parse({
        id,
        name,
        rights: { console: JSON.parse(consoleRights), cameras: this.#grants.all(id).map(read) },
        hours: hours === null ? null : z.array(roleHours).parse(JSON.parse(hours)),
      }),
    );
  }

  /** Writes a role under its id, new or not; two grants for the same are one. */
  save({ id, name, rights, hours }: OwnRole): void {
    this.#commits.run(() => {
      this.#write.run({
        ...{ id, name, consoleRights: JSON.stringify(rights.console) },
        hours: hours === null ? null : JSON.stringify(hours),
      });
      this.#clear.run(id);
      const merged = new Map<string, GrantRow>();
      for (const grant of rights.cameras) {
        const { scope } = grant;
        const target = targetOf(grant);
        const before = merged.get(`${scope} ${target}`)?.rights ?? '[]';
        const all = new Set([...(JSON.parse(before) as string[]), ...grant.rights]);
        merged.set(`${scope} ${target}`, { scope, target, rights: JSON.stringify([...all]) });
      }
      for (const row of merged.values()) this.#grant.run({ roleId: id, ...row });
    });
  }

  remove(id: string): void {
    this.#commits.run(() => this.#remove.run(id));
  }
}

function targetOf(grant: CameraGrant): string {
  switch (grant.scope) {
    case 'all':
      return '';
    case 'group':
      return grant.group;
    case 'camera':
      return grant.cameraId;
    default:
      return grant satisfies never;
  }
}

function read({ scope, target, rights }: GrantRow): CameraGrant {
  return cameraGrant.parse({ scope, group: target, cameraId: target, rights: JSON.parse(rights) });
}
