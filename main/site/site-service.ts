import { randomUUID } from 'node:crypto';
import { Announcer } from '../base/announcer.ts';
import { type AlarmSettings, type AlarmSettingsChange, alarmSettings } from '../contract/alarm.ts';
import {
  type Backup,
  type CameraMove,
  type Notice,
  type Settings,
  type SettingsChange,
  type Site,
  settings,
} from '../contract/site.ts';
import type { NoticeTable } from '../store/notice-table.ts';
import type { SettingTable } from '../store/setting-table.ts';

export interface SiteOptions {
  readonly settings: SettingTable;
  readonly notices: NoticeTable;
  readonly dataFolder: string;
  readonly version: string;
  /** Why the key to the stored passwords is not in the system's keychain. */
  readonly keyWarning: string | null;
  /** The newest first. */
  readonly backups: () => readonly Backup[];
  /** Told what is chosen after each change. */
  readonly onSettings?: (settings: Settings) => void;
}

/** Everything about this console that is neither a camera nor a layout. A change is announced after the commit. */
export class SiteService {
  readonly #options: SiteOptions;
  #settings: Settings;
  #alarms: AlarmSettings;
  #demoCameras = 0;
  readonly #changes = new Announcer<'site', Site>();

  constructor(options: SiteOptions) {
    this.#options = options;
    this.#settings = options.settings.settings;
    this.#alarms = options.settings.alarms;
    this.#warnOfKey(options.keyWarning ?? '');
  }

  get settings(): Settings {
    return this.#settings;
  }

  get alarms(): AlarmSettings {
    return this.#alarms;
  }

  get state(): Site {
    const { version, dataFolder, keyWarning, notices, backups } = this.#options;
    return {
      version,
      dataFolder,
      keyWarning,
      settings: this.#settings,
      alarms: this.#alarms,
      notices: notices.list(),
      backups: [...backups()],
      demoCameras: this.#demoCameras,
    };
  }

  /** What is left out stays as it is. */
  changeSettings(change: SettingsChange): Settings {
    const chosen = Object.entries(change).filter(([, value]) => value !== undefined);
    const changed = settings.parse({ ...this.#settings, ...Object.fromEntries(chosen) });
    this.#options.settings.saveSettings(changed);
    this.#settings = changed;
    this.#options.onSettings?.(changed);
    this.announce();
    return changed;
  }

  /** What is left out stays as it is. */
  changeAlarms(change: AlarmSettingsChange): AlarmSettings {
    const chosen = Object.entries(change).filter(([, value]) => value !== undefined);
    const changed = alarmSettings.parse({ ...this.#alarms, ...Object.fromEntries(chosen) });
    this.#options.settings.saveAlarms(changed);
    this.#alarms = changed;
    this.announce();
    return changed;
  }

  /** Takes settings that a transaction has written which was about more than settings. */
  reload(): void {
    this.#settings = this.#options.settings.settings;
    this.#options.onSettings?.(this.#settings);
    this.announce();
  }

  /** Something that a person must know. */
  notify(kind: Notice['kind'], message: string, move?: CameraMove): void {
    const at = Date.now();
    this.#options.notices.insert({ id: randomUUID(), at, kind, message, ...(move && { move }) });
    this.announce();
  }

  /** Once, and again when it has changed: it stands in the settings all the time. */
  #warnOfKey(words: string): void {
    if (this.#options.settings.keyWarning === words) return;
    this.#options.settings.saveKeyWarning(words);
    if (words !== '') this.notify('no-keychain', words);
  }

  dismissNotice(id: string): void {
    this.#options.notices.remove(id);
    this.announce();
  }

  /** What a notice offers; undefined when there is no such notice, or it offers nothing. */
  offeredMove(noticeId: string): CameraMove | undefined {
    return this.#options.notices.list().find(({ id }) => id === noticeId)?.move;
  }

  get offeredMoves(): CameraMove[] {
    return this.#options.notices.list().flatMap(({ move }) => move ?? []);
  }

  /** Offers to use another address for one of these cameras do not stand any more. */
  withdrawMoves(cameraIds: ReadonlySet<string>): void {
    const { notices } = this.#options;
    const gone = notices.list().filter(({ move }) => move?.cameraIds.some((id) => cameraIds.has(id)));
    if (gone.length === 0) return;
    for (const { id } of gone) notices.remove(id);
    this.announce();
  }

  /** How many virtual cameras run now. */
  set demoCameras(count: number) {
    this.#demoCameras = count;
    this.announce();
  }

  /** Everything, again after each change; a slow reader gets the newest. */
  watch(signal: AbortSignal): AsyncGenerator<Site> {
    return this.#changes.watch(() => this.state, signal);
  }

  /** Something that is not kept here has changed: backups. */
  announce(): void {
    if (!this.#changes.isIdle) this.#changes.put('site', this.state);
  }
}
