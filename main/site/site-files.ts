import { GatehouseError, type InputIssue } from '../base/gatehouse-error.ts';
import type { CameraConnection } from '../contract/camera.ts';
import type { CameraFile } from '../contract/camera-file.ts';
import { maximumCameras } from '../contract/limits.ts';
import { type Settings, settings } from '../contract/site.ts';
import type { SiteFileChange, SiteFileInput, SiteFileKiosk, SiteFileResult } from '../contract/site-file.ts';
import type { Policy } from '../contract/site-file-policy.ts';
import type { CameraTable, NewCamera, StoredCamera } from '../store/camera-table.ts';
import type { Commits } from '../store/commits.ts';
import type { LayoutTable } from '../store/layout-table.ts';
import type { SettingTable, SiteKeys, StoredPolicy } from '../store/setting-table.ts';
import { hashPin, isPin } from './pin-hash.ts';
import {
  cameraChange,
  layoutChange,
  orderChange,
  policyChanges,
  settingChanges,
} from './site-file-changes.ts';
import { siteFileOf } from './site-file-export.ts';
import { SiteFileMistakes } from './site-file-mistakes.ts';
import { openSealed, sealText } from './site-file-seal.ts';
import { openSiteFileText, readSiteFile, type SiteFileParts, writeSiteFile } from './site-file-text.ts';
import { type PlannedLayout, planSiteLayouts } from './site-layouts.ts';
import { isSameOrder, orderedAs } from './site-order.ts';

interface PlannedCamera {
  readonly key: string;
  readonly before: StoredCamera | null;
  readonly after: NewCamera & { readonly id: string };
}

/** Finds the cameras of a site file among those that are there. */
export type PlanCameras = (
  entries: SiteFileParts['cameras'],
  stored: readonly StoredCamera[],
  keys: ReadonlyMap<string, string>,
  connection: CameraConnection,
) => { readonly cameras: readonly PlannedCamera[]; readonly issues: readonly InputIssue[] };

/** A file that was read, and the PIN that is stored after it. */
interface OpenedFile {
  readonly parts: SiteFileParts;
  readonly mistakes: SiteFileMistakes;
  readonly pinHash: string | null;
}

/** All that a site file would do. */
interface Plan {
  readonly cameras: readonly PlannedCamera[];
  readonly layouts: readonly PlannedLayout[];
  readonly settings: Settings;
  readonly policy: StoredPolicy;
  readonly keys: SiteKeys;
  readonly result: SiteFileResult;
}

/** What was written by an import, for those who keep it in memory. */
export interface Imported {
  readonly cameraIds: readonly string[];
}

export interface SiteFilesOptions {
  readonly commits: Commits;
  readonly cameras: CameraTable;
  readonly layouts: LayoutTable;
  readonly settings: SettingTable;
  readonly planCameras: PlanCameras;
  /** Called after the commit. */
  readonly onImported: (imported: Imported) => void;
}

/** Takes and gives site files. They are planned against the tables, which are the truth, and written in one transaction. */
export class SiteFiles {
  readonly #options: SiteFilesOptions;
  #isDeriving = false;

  constructor(options: SiteFilesOptions) {
    this.#options = options;
  }

  /** What a file would change. @throws GatehouseError bad-input with all that is wrong; limit-reached */
  async check(input: SiteFileInput): Promise<SiteFileResult> {
    return this.#plan(await this.#open(input)).result;
  }

  /** Takes a file, all of it or nothing. @throws GatehouseError bad-input with all that is wrong; limit-reached */
  async import(input: SiteFileInput): Promise<SiteFileResult> {
    const opened = await this.#open(input);
    // Nothing may come between plan and commit: both are in one turn.
    const plan = this.#plan(opened);
    this.#write(plan);
    return plan.result;
  }

  /** @param passphrase undefined: without passwords. @throws GatehouseError limit-reached */
  async export(passphrase?: string): Promise<CameraFile> {
    const text = writeSiteFile(siteFileOf(this.#options, passphrase !== undefined));
    const day = new Date().toISOString().slice(0, 10);
    if (passphrase === undefined) return { fileName: `gatehouse-site-${day}.json`, text };
    const sealed = await this.#derive(() => sealText(text, passphrase));
    return { fileName: `gatehouse-site-${day}-sealed.json`, text: `${JSON.stringify(sealed, null, 2)}\n` };
  }

  get policy(): Policy {
    const { kiosk, updates } = this.#options.settings.policy;
    if (kiosk === null) return { kiosk, updates };
    const { pinHash, ...shown } = kiosk;
    return { kiosk: { ...shown, hasPin: pinHash !== null }, updates };
  }

  /** Reads and, where it must be, unseals. What takes a passphrase or a PIN takes its time on another thread. */
  async #open({ text, passphrase }: SiteFileInput): Promise<OpenedFile> {
    const mistakes = new SiteFileMistakes();
    let opened = openSiteFileText(text, mistakes);
    mistakes.refuse();
    if (opened?.kind === 'sealed') {
      const { file } = opened;
      if (passphrase === undefined || passphrase === '') {
        const message = 'This file holds passwords and is closed. Type the passphrase it was exported with.';
        throw GatehouseError.ofField('passphrase', message);
      }
      opened = openSiteFileText(await this.#derive(() => openSealed(file, passphrase)), mistakes);
      if (opened?.kind === 'sealed') mistakes.add('sealed.data', 'must not be sealed twice');
      mistakes.refuse();
    }
    const parts = readSiteFile(opened?.kind === 'plain' ? opened.content : {}, mistakes);
    return { parts, mistakes, pinHash: await this.#pinHash(parts.kiosk) };
  }

  async #pinHash(kiosk: SiteFileKiosk | undefined): Promise<string | null> {
    const stored = this.#options.settings.policy.kiosk?.pinHash ?? null;
    if (kiosk?.pinHash !== undefined) return kiosk.pinHash;
    const { pin } = kiosk ?? {};
    if (pin === undefined || pin === null) return pin === null ? null : stored;
    return await this.#derive(async () =>
      stored !== null && (await isPin(pin, stored)) ? stored : await hashPin(pin),
    );
  }

  /** One at a time: each takes up to 128 MiB. */
  async #derive<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#isDeriving) {
      throw new GatehouseError(
        'limit-reached',
        'Another site file is being opened or closed. Try again in a moment.',
      );
    }
    this.#isDeriving = true;
    try {
      return await work();
    } finally {
      this.#isDeriving = false;
    }
  }

  /** @throws GatehouseError bad-input with all that is wrong */
  #plan({ parts, mistakes, pinHash }: OpenedFile): Plan {
    const { cameras: cameraTable, layouts: layoutTable, settings: table, planCameras } = this.#options;
    const [storedCameras, storedLayouts] = [cameraTable.list(), layoutTable.list()];
    const { settings: oldSettings, policy: oldPolicy, siteKeys } = table;
    const chosen = Object.entries(parts.settings ?? {}).filter(([, value]) => value !== undefined);
    const newSettings = settings.parse({ ...oldSettings, ...Object.fromEntries(chosen) });
    const policy: StoredPolicy = {
      kiosk: parts.kiosk === undefined ? oldPolicy.kiosk : storedKiosk(parts.kiosk, pinHash),
      updates: parts.updates ?? oldPolicy.updates,
    };
    const known = new Map(Object.entries(siteKeys.cameras));
    const connection = newSettings.newCameraConnection;
    const { cameras, issues } = planCameras(parts.cameras, storedCameras, known, connection);
    for (const { path, message } of issues) mistakes.add(path, message);
    const addedCameras = cameras.filter(({ before }) => before === null).length;
    if (storedCameras.length + addedCameras > maximumCameras) {
      mistakes.add('cameras', `are too many: with those that are there, ${maximumCameras} are the most`);
    }
    const cameraIds = new Map(cameras.map(({ key, after }) => [key, after.id]));
    const layoutKeys = new Map(Object.entries(siteKeys.layouts));
    const layouts = planSiteLayouts(parts, storedLayouts, layoutKeys, cameraIds, mistakes);
    mistakes.refuse();

    const names = new Map<string, string>(storedCameras.map(({ id, name }) => [id, name]));
    for (const { after } of cameras) names.set(after.id, after.name);
    const orders = (['cameras', 'layouts'] as const).filter((name) => {
      const stored = (name === 'cameras' ? storedCameras : storedLayouts).map(({ id }) => id);
      const planned = (name === 'cameras' ? cameras : layouts).filter(({ before }) => before !== null);
      const wanted = planned.map(({ after }) => after.id);
      return !isSameOrder(orderedAs(stored, wanted), stored);
    });
    const changes: SiteFileChange[] = [
      ...cameras.map(({ before, after }) => cameraChange(before, after)),
      ...layouts.map((layout) => layoutChange(layout, (id) => names.get(id))),
      ...settingChanges(oldSettings, newSettings, chosen.map(([name]) => name) as (keyof Settings)[]),
      ...policyChanges(
        oldPolicy,
        policy,
        (['kiosk', 'updates'] as const).filter((part) => parts[part] !== undefined),
      ),
      ...orders.map(orderChange),
    ];
    return {
      cameras,
      layouts,
      settings: newSettings,
      policy,
      keys: { cameras: withKeys(known, cameras), layouts: withKeys(layoutKeys, layouts) },
      result: { changesAnything: changes.some(({ change }) => change !== 'unchanged'), changes },
    };
  }

  #write({ cameras, layouts, settings: newSettings, policy, keys, result }: Plan): void {
    const {
      commits,
      cameras: cameraTable,
      layouts: layoutTable,
      settings: table,
      onImported,
    } = this.#options;
    const { changes } = result;
    const isChanged = (index: number) => changes[index]?.change !== 'unchanged';
    // The first changes are those of the cameras, then those of the walls.
    const written = cameras.filter((_, index) => isChanged(index));
    const changed = written.flatMap(({ before, after }) => {
      if (before === null) return [];
      return [
        { ...before, ...after, number: after.number ?? before.number, onvifUrl: after.onvifUrl ?? null },
      ];
    });
    const added = written.flatMap(({ before, after }) => (before === null ? [after] : []));
    commits.run(() => {
      if (written.length > 0) cameraTable.merge(changed, added);
      reorder(cameraTable, cameras);
      for (const { after } of layouts.filter((_, index) => isChanged(cameras.length + index))) {
        layoutTable.save(after);
      }
      reorder(layoutTable, layouts);
      if (!result.changesAnything) return table.saveSiteKeys(keys);
      table.saveSettings(newSettings);
      table.savePolicy(policy);
      table.saveSiteKeys(keys);
    });
    if (result.changesAnything) onImported({ cameraIds: written.map(({ after }) => after.id) });
  }
}

/** Inside a transaction. */
function reorder(
  table: { list(): { id: string }[]; reorder(ids: readonly string[]): void },
  planned: readonly { readonly after: { readonly id: string } }[],
): void {
  const ids = table.list().map(({ id }) => id);
  const ordered = orderedAs(
    ids,
    planned.map(({ after }) => after.id),
  );
  if (!isSameOrder(ids, ordered)) table.reorder(ordered);
}

function storedKiosk(
  { enabled, displays, startAtLogin }: SiteFileKiosk,
  pinHash: string | null,
): StoredPolicy['kiosk'] {
  return { enabled, displays, startAtLogin, pinHash };
}

/** The keys with those of a file: an id has one key, the newest. */
function withKeys(
  known: ReadonlyMap<string, string>,
  planned: readonly { readonly key: string; readonly after: { readonly id: string } }[],
): Record<string, string> {
  const renamed = new Set(planned.map(({ after }) => after.id));
  const kept = [...known].filter(([, id]) => !renamed.has(id));
  const own = planned.map(({ key, after }) => [key, after.id] as const);
  return Object.fromEntries([...kept, ...own.filter(([key, id]) => key.toLowerCase() !== id)]);
}
