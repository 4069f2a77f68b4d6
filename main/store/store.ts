import type { Database } from 'better-sqlite3';
import type { Log } from '../base/log.ts';
import { AuditTable } from './audit-table.ts';
import { CameraTable } from './camera-table.ts';
import { ClipTable } from './clip-table.ts';
import { Commits } from './commits.ts';
import { openDatabase } from './database.ts';
import { EventTable } from './event-table.ts';
import { HistoryTable } from './history-table.ts';
import { IceServerTable } from './ice-server-table.ts';
import { IdentityTable } from './identity-table.ts';
import { LanTable } from './lan-table.ts';
import { LayoutTable } from './layout-table.ts';
import { NoticeTable } from './notice-table.ts';
import { PresetPictureTable } from './preset-picture-table.ts';
import type { Recovery } from './recovery.ts';
import { RoleTable } from './role-table.ts';
import { SecretBox } from './secret-box.ts';
import { SessionTable } from './session-table.ts';
import { SettingTable } from './setting-table.ts';
import { ShareTable } from './share-table.ts';
import { UserTable } from './user-table.ts';

/** All that outlives the engine. Synchronous: a call that has returned is on the disk. */
export interface Store extends Disposable {
  /** For backups. */
  readonly database: Database;
  readonly commits: Commits;
  /** What happened when the database was damaged; null when all was well. */
  readonly recovery: Recovery | null;
  readonly cameras: CameraTable;
  readonly identities: IdentityTable;
  readonly layouts: LayoutTable;
  readonly users: UserTable;
  readonly roles: RoleTable;
  readonly sessions: SessionTable;
  readonly settings: SettingTable;
  readonly notices: NoticeTable;
  readonly history: HistoryTable;
  readonly events: EventTable;
  readonly shares: ShareTable;
  readonly clips: ClipTable;
  readonly presetPictures: PresetPictureTable;
  readonly lan: LanTable;
  readonly iceServers: IceServerTable;
  readonly audit: AuditTable;
}

/**
 * Opens the store in a folder, which is made with mode 0700 when it is not there.
 * @param options.key encrypts what is secret; without one it is in a file of the folder
 * @throws GatehouseError database-failed
 */
export function openStore(options: { folder: string; log: Log; key?: Uint8Array | null }): Store {
  const { database, recovery } = openDatabase(options.folder);
  try {
    const { key = null } = options;
    const box = key === null ? SecretBox.open(options.folder) : SecretBox.withKey(key);
    options.log.debug({ folder: options.folder }, 'store opened');
    const commits = new Commits(database);
    return {
      database,
      commits,
      recovery,
      cameras: new CameraTable(commits, box),
      identities: new IdentityTable(database),
      layouts: new LayoutTable(commits),
      users: new UserTable(commits, box),
      roles: new RoleTable(commits),
      sessions: new SessionTable(commits),
      settings: new SettingTable(commits),
      notices: new NoticeTable(commits),
      history: new HistoryTable(database),
      events: new EventTable(commits),
      shares: new ShareTable(commits),
      clips: new ClipTable(commits),
      presetPictures: new PresetPictureTable(commits),
      lan: new LanTable(commits, box),
      iceServers: new IceServerTable(commits, box),
      audit: new AuditTable(database, box),
      [Symbol.dispose]: () => database.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}
