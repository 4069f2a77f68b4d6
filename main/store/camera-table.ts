import { randomUUID } from 'node:crypto';
import type { Statement } from 'better-sqlite3';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Secret } from '../base/secret.ts';
import type { CameraConnection, CameraTransport } from '../contract/camera.ts';
import { maximumCameraNumber } from '../contract/limits.ts';
import type { Commits } from './commits.ts';
import type { SecretBox } from './secret-box.ts';

/** A camera as it is stored; addresses hold no user and no password. */
export interface StoredCamera {
  readonly id: string;
  /** Unique, from 1. */
  readonly number: number;
  readonly name: string;
  readonly group: string;
  readonly mainUrl: string;
  readonly subUrl: string | null;
  readonly onvifUrl: string | null;
  readonly username: string | null;
  readonly password: Secret | null;
  readonly connection: CameraConnection;
  readonly transport: CameraTransport;
  /** The transport that worked last, where it is not the first that is tried; null: not known. */
  readonly workingTransport: 'tcp' | 'udp' | null;
  /** Fingerprint of the certificate that is trusted for `rtsps://` and `https://`. */
  readonly certificate: string | null;
  /** Its password is sent by Digest alone: it was followed to its address, and no person has said that this is the camera. */
  readonly digestOnly: boolean;
  /** Its picture may be the same for long, without being taken for one that hangs. */
  readonly mayStandStill: boolean;
  /** Its place in lists and on walls. */
  readonly order: number;
}

/** How a camera is spoken to when nobody says. */
const plain = {
  onvifUrl: null,
  transport: 'automatic',
  workingTransport: null,
  certificate: null,
  digestOnly: false,
  mayStandStill: false,
} as const;

/** A camera that is not stored yet; without an id it gets a new one, without a number the next one after the highest. */
export type NewCamera = Omit<StoredCamera, 'id' | 'number' | 'order' | keyof typeof plain> &
  Partial<Pick<StoredCamera, keyof typeof plain>> & {
    readonly id?: string | undefined;
    readonly number?: number | undefined;
  };

interface Row {
  id: string;
  number: number;
  name: string;
  camera_group: string;
  main_url: string;
  sub_url: string | null;
  onvif_url: string | null;
  username: string | null;
  sealed_password: Buffer | null;
  connection: string;
  transport: string;
  working_transport: string | null;
  certificate: string | null;
  digest_only: number;
  may_stand_still: number;
  position: number;
}

const columns = `id, number, name, camera_group, main_url, sub_url, onvif_url, username, sealed_password, connection, transport,
  working_transport, certificate, digest_only, may_stand_still, position`;

/** This is where a camera is stored. Every write is on the disk when the call returns, whole or not at all. */
export class CameraTable {
  readonly #commits: Commits;
  readonly #box: SecretBox;
  readonly #list: Statement<[], Row>;
  readonly #removed: Statement<[string], Row>;
  readonly #numbered: Statement<[number], { id: string; name: string }>;
  readonly #next: Statement<[], { number: number; position: number }>;
  readonly #gap: Statement<[], { number: number }>;
  readonly #write: Statement<[Row]>;
  readonly #vacate: Statement<[string]>;
  readonly #move: Statement<[number, string]>;
  readonly #learn: Statement<['tcp' | 'udp', string]>;
  readonly #remove: Statement<[number, string]>;
  readonly #purge: Statement<[number]>;

  constructor(commits: Commits, box: SecretBox) {
    const { database } = commits;
    this.#commits = commits;
    this.#box = box;
    this.#list = database.prepare(
      `SELECT ${columns} FROM camera WHERE removed_at IS NULL ORDER BY position, number`,
    );
    this.#removed = database.prepare(`SELECT ${columns} FROM camera WHERE removed_at IS NOT NULL AND id = ?`);
    this.#numbered = database.prepare('SELECT id, name FROM camera WHERE removed_at IS NULL AND number = ?');
    this.#next = database.prepare(`
      SELECT coalesce(max(number) FILTER (WHERE removed_at IS NULL), 0) + 1 AS number,
        coalesce(max(position), -1) + 1 AS position FROM camera`);
    this.#gap = database.prepare(`
      SELECT min(number) + 1 AS number FROM (SELECT 0 AS number UNION SELECT number FROM camera WHERE removed_at IS NULL)
      WHERE number + 1 NOT IN (SELECT number FROM camera WHERE removed_at IS NULL)`);
    this.#write = database.prepare(`
      INSERT INTO camera (${columns}) VALUES (${columns.replaceAll(/\w+/g, ':$&')})
      ON CONFLICT (id) DO UPDATE SET number = excluded.number, name = excluded.name,
        camera_group = excluded.camera_group, main_url = excluded.main_url, sub_url = excluded.sub_url,
        onvif_url = excluded.onvif_url, username = excluded.username, sealed_password = excluded.sealed_password,
        connection = excluded.connection, transport = excluded.transport,
        working_transport = excluded.working_transport, certificate = excluded.certificate,
        digest_only = excluded.digest_only, may_stand_still = excluded.may_stand_still,
        position = excluded.position, removed_at = NULL`);
    this.#vacate = database.prepare('UPDATE camera SET number = -rowid WHERE id = ?');
    this.#move = database.prepare('UPDATE camera SET position = ? WHERE id = ?');
    this.#learn = database.prepare('UPDATE camera SET working_transport = ? WHERE id = ?');
    this.#remove = database.prepare('UPDATE camera SET removed_at = ? WHERE id = ?');
    this.#purge = database.prepare('DELETE FROM camera WHERE removed_at <= ?');
  }

  /** All cameras in their order. */
  list(): StoredCamera[] {
    return this.#list.all().map((row) => this.#open(row));
  }

  /** @throws GatehouseError already-there when the number is taken */
  insert(camera: NewCamera): StoredCamera {
    return this.#commits.run(() => this.#insert(camera));
  }

  /** Writes cameras under their ids. @throws GatehouseError already-there when a number is taken */
  update(cameras: readonly StoredCamera[]): void {
    this.#commits.run(() => this.#update(cameras));
  }

  /** Adds and changes cameras at once. @throws GatehouseError already-there when a number is taken */
  merge(changed: readonly StoredCamera[], added: readonly NewCamera[]): StoredCamera[] {
    return this.#commits.run(() => {
      this.#update(changed);
      // Those that bring a number first: the others take what is free then.
      const inserted = new Map<NewCamera, StoredCamera>();
      for (const camera of added) if (camera.number !== undefined) inserted.set(camera, this.#insert(camera));
      for (const camera of added) if (camera.number === undefined) inserted.set(camera, this.#insert(camera));
      return added.flatMap((camera) => inserted.get(camera) ?? []);
    });
  }

  /** Gives cameras their places: 0, 1, 2, … in the order of the list. */
  reorder(ids: readonly string[]): void {
    this.#commits.run(() => {
      for (const [position, id] of ids.entries()) this.#move.run(position, id);
    });
  }

  /** Remembers by which transport a camera's packets come. */
  learnTransport(id: string, transport: 'tcp' | 'udp'): void {
    this.#learn.run(transport, id);
  }

  /** Takes cameras away; they can be restored until they are purged. @param now milliseconds since 1970 */
  remove(ids: readonly string[], now: number): void {
    this.#commits.run(() => {
      for (const id of ids) this.#remove.run(now, id);
    });
  }

  /**
   * Brings removed cameras back, in their old places; one whose number was given to another gets the next free one.
   * @throws GatehouseError not-found when one of them was not removed, or too long ago
   */
  restore(ids: readonly string[]): StoredCamera[] {
    return this.#commits.run(() =>
      ids.map((id) => {
        const row = this.#removed.get(id);
        if (row === undefined) {
          throw new GatehouseError('not-found', 'This camera cannot be brought back any more. Add it again.');
        }
        const isTaken = this.#numbered.get(row.number) !== undefined;
        const number = isTaken ? this.#free().number : row.number;
        const camera = this.#open({ ...row, number });
        this.#put(camera);
        return camera;
      }),
    );
  }

  /** Of a camera that was removed; undefined: there is none. */
  removedPlace(id: string): { id: string; group: string } | undefined {
    const row = this.#removed.get(id);
    return row && { id: row.id, group: row.camera_group };
  }

  /** Forgets cameras that were removed at `oldest` or before. @param oldest milliseconds since 1970 */
  purge(oldest: number): void {
    this.#purge.run(oldest);
  }

  #insert(camera: NewCamera): StoredCamera {
    const next = this.#free();
    const stored: StoredCamera = {
      ...plain,
      ...camera,
      id: camera.id ?? randomUUID(),
      number: camera.number ?? next.number,
      order: next.position,
    };
    this.#refuseTakenNumber(stored);
    this.#put(stored);
    return stored;
  }

  /** The next number after the highest, or the lowest free one when that is too high, and the place behind all others. */
  #free(): { number: number; position: number } {
    const { number, position } = this.#next.get() ?? { number: 1, position: 0 };
    return { number: number <= maximumCameraNumber ? number : (this.#gap.get()?.number ?? 1), position };
  }

  #update(cameras: readonly StoredCamera[]): void {
    // Two cameras may swap their numbers.
    for (const { id } of cameras) this.#vacate.run(id);
    for (const camera of cameras) {
      this.#refuseTakenNumber(camera);
      this.#put(camera);
    }
  }

  #refuseTakenNumber(camera: StoredCamera): void {
    const holder = this.#numbered.get(camera.number);
    if (holder === undefined || holder.id === camera.id) return;
    throw GatehouseError.ofField(
      'number',
      `Number ${camera.number} belongs to ${holder.name}. Choose another one, or leave it empty for the next free one.`,
      'already-there',
    );
  }

  #put(camera: StoredCamera): void {
    this.#write.run({
      id: camera.id,
      number: camera.number,
      name: camera.name,
      camera_group: camera.group,
      main_url: camera.mainUrl,
      sub_url: camera.subUrl,
      onvif_url: camera.onvifUrl,
      username: camera.username,
      sealed_password: camera.password === null ? null : this.#box.seal(camera.password, camera.id),
      connection: camera.connection,
      transport: camera.transport,
      working_transport: camera.workingTransport,
      certificate: camera.certificate,
      digest_only: camera.digestOnly ? 1 : 0,
      may_stand_still: camera.mayStandStill ? 1 : 0,
      position: camera.order,
    });
  }

  #open(row: Row): StoredCamera {
    return {
      id: row.id,
      number: row.number,
      name: row.name,
      group: row.camera_group,
      mainUrl: row.main_url,
      subUrl: row.sub_url,
      onvifUrl: row.onvif_url,
      username: row.username,
      password: row.sealed_password === null ? null : this.#box.open(row.sealed_password, row.id),
      connection: row.connection === 'always' ? 'always' : 'on-demand',
      transport: row.transport === 'tcp' || row.transport === 'udp' ? row.transport : 'automatic',
      workingTransport:
        row.working_transport === 'tcp' || row.working_transport === 'udp' ? row.working_transport : null,
      certificate: row.certificate,
      digestOnly: row.digest_only !== 0,
      mayStandStill: row.may_stand_still !== 0,
      order: row.position,
    };
  }
}
