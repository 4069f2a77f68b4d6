import * as z from 'zod';
import { type AlarmSettings, alarmSettings } from '../contract/alarm.ts';
import { type CustomKeys, customKeys } from '../contract/keys.ts';
import { everyMediaNetwork, type MediaNetwork, mediaNetwork } from '../contract/media-network.ts';
import { ownerRoleId } from '../contract/rights.ts';
import { type Settings, settings } from '../contract/site.ts';
import { kioskPolicy, updatePolicy } from '../contract/site-file-policy.ts';
import { type ViewerLimits, viewerLimits } from '../contract/viewer-limits.ts';
import type { Commits } from './commits.ts';
import { type StoredLock, storedLock } from './session-table.ts';
import { SettingValues } from './setting-values.ts';

const settingsName = 'settings';
const alarmsName = 'alarms';
const lastRunName = 'last-run';
const demoName = 'demo-cameras';
const keyWarningName = 'key-warning';
const mediaNetworkName = 'media-network';
const viewerLimitsName = 'viewer-limits';
const policyName = 'policy';
const keysName = 'site-file-keys';
const digestName = 'site-file-digest';
const stationRoleName = 'station-role';
const auditName = 'audit';
const stationLockName = 'station-lock';
const stationKeysName = 'station-keys';

const storedPolicy = z.object({
  /** The PIN as `scrypt-1.SALT.HASH`; null: there is none. */
  kiosk: kioskPolicy.omit({ hasPin: true }).extend({ pinHash: z.string().nullable() }).nullable(),
  updates: updatePolicy.nullable(),
});
/** What a site file prescribes; null where it prescribes nothing. */
export type StoredPolicy = z.infer<typeof storedPolicy>;

const auditSettings = z.object({ keepDays: z.int().default(365) });
type AuditSettings = z.infer<typeof auditSettings>;

const siteKeys = z.object({
  cameras: z.record(z.string(), z.string()),
  layouts: z.record(z.string(), z.string()),
});
/** The id of each key of a site file that was imported. */
export type SiteKeys = z.infer<typeof siteKeys>;

/** What a site has chosen. Every write is on the disk when the call returns. */
export class SettingTable {
  readonly #commits: Commits;
  readonly #values: SettingValues;

  constructor(commits: Commits) {
    this.#commits = commits;
    this.#values = new SettingValues(commits);
  }

  /** What was never chosen has its default. */
  get settings(): Settings {
    return settings.parse(JSON.parse(this.#values.read(settingsName) ?? '{}'));
  }

  saveSettings(saved: Settings): void {
    this.#commit(settingsName, JSON.stringify(saved));
  }

  /** Of this computer alone: no site file names it. */
  get mediaNetwork(): MediaNetwork {
    const stored = this.#values.read(mediaNetworkName);
    return stored === undefined ? everyMediaNetwork : mediaNetwork.parse(JSON.parse(stored));
  }

  saveMediaNetwork(saved: MediaNetwork): void {
    this.#commit(mediaNetworkName, JSON.stringify(saved));
  }

  /** Of this computer alone, like its networks. */
  get viewerLimits(): ViewerLimits {
    return viewerLimits.parse(JSON.parse(this.#values.read(viewerLimitsName) ?? '{}'));
  }

  saveViewerLimits(saved: ViewerLimits): void {
    this.#commit(viewerLimitsName, JSON.stringify(saved));
  }

  get alarms(): AlarmSettings {
    return alarmSettings.parse(JSON.parse(this.#values.read(alarmsName) ?? '{}'));
  }

  saveAlarms(saved: AlarmSettings): void {
    this.#commit(alarmsName, JSON.stringify(saved));
  }

  /** How the last run of the engine ended; null: there was none. */
  get lastRun(): 'running' | 'closed' | null {
    const value = this.#values.read(lastRunName);
    return value === undefined ? null : value === 'closed' ? 'closed' : 'running';
  }

  saveLastRun(state: 'running' | 'closed'): void {
    this.#values.write(lastRunName, state);
  }

  /** What was last said about where the key to the stored passwords is; empty: nothing. */
  get keyWarning(): string {
    return this.#values.read(keyWarningName) ?? '';
  }

  saveKeyWarning(words: string): void {
    this.#values.write(keyWarningName, words);
  }

  /** How many virtual cameras run whenever the engine does. */
  get demoCameras(): number {
    return Number(this.#values.read(demoName) ?? 0);
  }

  saveDemoCameras(count: number): void {
    this.#commit(demoName, String(count));
  }

  get policy(): StoredPolicy {
    return storedPolicy.parse(JSON.parse(this.#values.read(policyName) ?? '{"kiosk":null,"updates":null}'));
  }

  savePolicy(saved: StoredPolicy): void {
    this.#commit(policyName, JSON.stringify(saved));
  }

  /** What the desktop window may do while nobody has signed in there: the id of a role. */
  get stationRoleId(): string {
    return this.#values.read(stationRoleName) ?? ownerRoleId;
  }

  saveStationRoleId(id: string): void {
    this.#commit(stationRoleName, id);
  }

  get siteKeys(): SiteKeys {
    return siteKeys.parse(JSON.parse(this.#values.read(keysName) ?? '{"cameras":{},"layouts":{}}'));
  }

  saveSiteKeys(saved: SiteKeys): void {
    this.#values.write(keysName, JSON.stringify(saved));
  }

  /** SHA-256 in hex of the site file that was taken at the start of the engine last; empty: none was. */
  get siteFileDigest(): string {
    return this.#values.read(digestName) ?? '';
  }

  saveSiteFileDigest(digest: string): void {
    this.#values.write(digestName, digest);
  }

  /** Of the desktop's windows; null: they are not locked. */
  get stationLock(): StoredLock | null {
    return storedLock.nullable().parse(JSON.parse(this.#values.read(stationLockName) ?? 'null'));
  }

  saveStationLock(lock: StoredLock | null): void {
    this.#commit(stationLockName, JSON.stringify(lock));
  }

  /** Of the desktop's windows while nobody in particular sits there. */
  get stationKeys(): CustomKeys {
    return customKeys.parse(JSON.parse(this.#values.read(stationKeysName) ?? '{}'));
  }

  saveStationKeys(keys: CustomKeys): void {
    this.#commit(stationKeysName, JSON.stringify(keys));
  }

  /** How long the audit is kept. */
  get audit(): AuditSettings {
    return auditSettings.parse(JSON.parse(this.#values.read(auditName) ?? '{}'));
  }

  saveAudit(saved: AuditSettings): void {
    this.#commit(auditName, JSON.stringify(saved));
  }

  /** What somebody has chosen, not what the engine notes for itself. */
  #commit(name: string, value: string): void {
    this.#commits.run(() => this.#values.write(name, value));
  }
}
