import { randomUUID } from 'node:crypto';
import type { Database, Statement } from 'better-sqlite3';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Secret } from '../base/secret.ts';
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
  readonly username: string | null;
  readonly password: Secret | null;
  /** Its place in lists and on walls, from 0. */
  readonly order: number;
}

/** A camera that is not stored yet; without a number it gets the next one after the highest. */
export type NewCamera = Omit<StoredCamera, 'id' | 'number' | 'order'> & { readonly number?: number };

interface Row {
  id: string;
  number: number;
  name: string;
  camera_group: string;
  main_url: string;
  sub_url: string | null;
  username: string | null;
  sealed_password: Buffer | null;
  position: number;
}

/** This is where a camera is stored. Every write is on the disk when the call returns. */
export class CameraTable {
  readonly #box: SecretBox;
  readonly #list: Statement<[], Row>;
  readonly #numbered: Statement<[number], { id: string; name: string }>;
  readonly #next: Statement<[], { number: number; position: number }>;
  readonly #write: Statement<[Row]>;
  readonly #insertNext: (camera: NewCamera) => StoredCamera;

  constructor(database: Database, box: SecretBox) {
    this.#box = box;
    this.#list = database.prepare('SELECT * FROM camera ORDER BY position, number');
    this.#numbered = database.prepare('SELECT id, name FROM camera WHERE number = ?');
    this.#next = database.prepare(
      'SELECT coalesce(max(number), 0) + 1 AS number, coalesce(max(position), -1) + 1 AS position FROM camera',
    );
    this.#write = database.prepare(`
      INSERT INTO camera (id, number, name, camera_group, main_url, sub_url, username, sealed_password, position)
      VALUES (:id, :number, :name, :camera_group, :main_url, :sub_url, :username, :sealed_password, :position)
      ON CONFLICT (id) DO UPDATE SET number = excluded.number, name = excluded.name,
        camera_group = excluded.camera_group, main_url = excluded.main_url, sub_url = excluded.sub_url,
        username = excluded.username, sealed_password = excluded.sealed_password, position = excluded.position`);
    this.#insertNext = database.transaction((camera: NewCamera) => {
      const next = this.#next.get() ?? { number: 1, position: 0 };
      const stored: StoredCamera = {
        ...camera,
        id: randomUUID(),
        number: camera.number ?? next.number,
        order: next.position,
      };
      this.update(stored);
      return stored;
    });
  }

  /** All cameras in their order. */
  list(): StoredCamera[] {
    return this.#list.all().map((row) => ({
      id: row.id,
      number: row.number,
      name: row.name,
      group: row.camera_group,
      mainUrl: row.main_url,
      subUrl: row.sub_url,
      username: row.username,
      password: row.sealed_password === null ? null : this.#box.open(row.sealed_password, row.id),
      order: row.position,
    }));
  }

  /** @throws GatehouseError bad-input when the number is taken */
  insert(camera: NewCamera): StoredCamera {
    return this.#insertNext(camera);
  }

  /** Writes a camera under its id. @throws GatehouseError bad-input when the number is taken */
  update(camera: StoredCamera): void {
    const holder = this.#numbered.get(camera.number);
    if (holder !== undefined && holder.id !== camera.id) {
      throw new GatehouseError(
        'bad-input',
        `Number ${camera.number} belongs to ${holder.name}. Choose another one, or leave it empty for the next free one.`,
      );
    }
    this.#write.run({
      id: camera.id,
      number: camera.number,
      name: camera.name,
      camera_group: camera.group,
      main_url: camera.mainUrl,
      sub_url: camera.subUrl,
      username: camera.username,
      sealed_password: camera.password === null ? null : this.#box.seal(camera.password, camera.id),
      position: camera.order,
    });
  }
}
