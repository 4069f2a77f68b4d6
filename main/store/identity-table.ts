import type { Database, Statement } from 'better-sqlite3';

/** By what a camera is known again, and where it was when that was learnt. */
export interface StoredIdentity {
  readonly cameraId: string;
  /** Host of its main stream. */
  readonly address: string;
  /** ONVIF's endpoint reference, in lower case, without `urn:uuid:`. */
  readonly uuid: string | null;
  /** `00:40:8c:12:34:56` */
  readonly mac: string | null;
  /** As the camera told it when it was asked with its password. */
  readonly serial: string | null;
}

/** A camera's goes with the camera. */
export class IdentityTable {
  readonly #list: Statement<[], StoredIdentity>;
  readonly #save: Statement<[StoredIdentity]>;

  constructor(database: Database) {
    this.#list = database.prepare(
      'SELECT camera_id AS cameraId, address, uuid, mac, serial FROM camera_identity',
    );
    this.#save = database.prepare(`
      INSERT INTO camera_identity (camera_id, address, uuid, mac, serial) VALUES (:cameraId, :address, :uuid, :mac, :serial)
      ON CONFLICT (camera_id) DO UPDATE SET address = excluded.address, uuid = excluded.uuid, mac = excluded.mac,
        serial = excluded.serial`);
  }

  list(): StoredIdentity[] {
    return this.#list.all();
  }

  /** @throws SqliteError when there is no such camera */
  save(identity: StoredIdentity): void {
    this.#save.run(identity);
  }
}
