import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { GatehouseError, type InputIssue } from '../../main/base/gatehouse-error.ts';
import { createLog } from '../../main/base/log.ts';
import { planSiteCameras } from '../../main/cameras/site-cameras.ts';
import { SiteFiles } from '../../main/site/site-files.ts';
import { openStore, type Store } from '../../main/store/store.ts';

/** An empty site on the disk, and what takes site files into it. */
export interface SiteScene {
  readonly folder: string;
  readonly store: Store;
  readonly files: SiteFiles;
  /** Everything that an import could change, passwords too. */
  state(): string;
}

export async function createSite(owned: AsyncDisposableStack): Promise<SiteScene> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-site-'));
  owned.defer(() => rm(folder, { recursive: true, force: true }));
  const store = owned.use(openStore({ folder, log: createLog('silent') }));
  const files = new SiteFiles({ ...store, planCameras: planSiteCameras, onImported: () => {} });
  const state = () => {
    const cameras = store.cameras.list().map((each) => ({ ...each, password: each.password?.reveal() }));
    const { settings, policy, siteKeys } = store.settings;
    return JSON.stringify([cameras, store.layouts.list(), settings, policy, siteKeys]);
  };
  return { folder, store, files, state };
}

/** The text of a site file with these parts. */
export function siteText(parts: object): string {
  return JSON.stringify({ format: 'gatehouse-site', version: 1, ...parts });
}

/** What is wrong, as `cameras[3].mainUrl must be …`. @throws whatever is no refusal */
export async function mistakesOf(refused: Promise<unknown>): Promise<string[]> {
  const error = await refused.then(
    () => new Error('not refused'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof GatehouseError)) throw error;
  return error.issues.map(({ path: place, message }: InputIssue) => `${place} ${message}`);
}
