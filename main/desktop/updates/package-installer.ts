import { once } from 'node:events';
import { chmod, copyFile, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import {
  AppImageUpdater,
  CancellationToken,
  MacUpdater,
  NsisUpdater,
  Provider,
  type UpdateInfo,
} from 'electron-updater';
import type { ProviderRuntimeOptions } from 'electron-updater/out/providers/Provider.js';
import { GatehouseError } from '../../base/gatehouse-error.ts';
import { verifyPackage } from './feed-source.ts';
import { choosePackage, type PackageKind } from './package-kind.ts';
import type { Feed, FeedFile } from './signed-feed.ts';
import { checkFeed, type UpdateCheck } from './update-check.ts';

/*
 * The one place that knows electron-updater, in a chunk of its own: it is loaded when there are updates. It gets its feed and
 * its files from us alone, verified; it keeps what was downloaded, checks Windows' signature and runs the installers.
 */

export interface InstallerOptions {
  readonly check: UpdateCheck;
  readonly kind: Exclude<PackageKind, { name: 'by-hand' }>;
  readonly arch: string;
  /** For what is downloaded. */
  readonly folder: string;
  /** Where the package has its `app-update.yml`. */
  readonly resourcesFolder: string;
}

/** What electron-updater asks of the app around it. */
type AppAdapter = NonNullable<ConstructorParameters<typeof NsisUpdater>[1]>;

/** Fetches, keeps and installs packages of one kind. */
export class PackageInstaller {
  readonly #options: InstallerOptions;
  readonly #updater: AppImageUpdater | NsisUpdater | MacUpdater;
  readonly #onQuit = Promise.withResolvers<void>();
  #signal: AbortSignal = AbortSignal.abort();
  #onPercent: (percent: number) => void = () => undefined;
  #feed: Feed | undefined;
  #downloaded: { readonly path: string; readonly file: FeedFile } | undefined;
  #failure: unknown;

  constructor(options: InstallerOptions) {
    this.#options = options;
    const { check, folder, resourcesFolder, kind } = options;
    const adapter: AppAdapter = {
      version: check.running,
      name: 'Gatehouse',
      isPackaged: true,
      appUpdateConfigPath: path.join(resourcesFolder, 'app-update.yml'),
      userDataPath: folder,
      baseCachePath: folder,
      whenReady: async () => undefined,
      relaunch: () => undefined,
      quit: () => this.#onQuit.resolve(),
      onQuit: () => undefined,
    };
    const updater =
      kind.name === 'appimage'
        ? new AppImageUpdater(null, adapter)
        : kind.name === 'nsis'
          ? new NsisUpdater(null, adapter)
          : new MacUpdater(undefined, adapter);
    updater.logger = null;
    updater.autoDownload = false;
    updater.autoInstallOnAppQuit = false;
    updater.allowDowngrade = false;
    updater.disableWebInstaller = true;
    // What a block map says is not signed.
    updater.disableDifferentialDownload = true;
    // Without a listener an event of this name is thrown.
    updater.on('error', (error) => {
      this.#failure = error;
    });
    // Its own would ask Electron's network, follow redirects and trust lengths.
    Object.assign(updater, { httpExecutor: { download: (_url: URL, to: string) => this.#download(to) } });
    updater.setFeedURL({ provider: 'custom', updateProvider: signedProvider(() => this.#ask()) });
    this.#updater = updater;
  }

  /**
   * Asks the feed; what is newer is downloaded.
   * @param onNewer called before the download, with the version
   * @returns the version that is ready to be installed; null: there is nothing newer
   * @throws GatehouseError update-refused
   */
  async fetch(
    signal: AbortSignal,
    onNewer: (version: string) => void,
    onPercent: (percent: number) => void,
  ): Promise<string | null> {
    this.#signal = signal;
    this.#onPercent = onPercent;
    const found = await this.#updater.checkForUpdates();
    if (found === null) throw notInstalled('electron-updater does not know this kind of installation');
    if (!found.isUpdateAvailable || this.#feed === undefined) return null;
    const file = this.#chosen();
    const { version } = this.#feed;
    if (this.#downloaded?.file.sha512 === file.sha512) {
      await this.verify();
      return version;
    }
    this.#downloaded = undefined;
    onNewer(version);
    const [downloaded] = await this.#updater.downloadUpdate(new CancellationToken());
    if (downloaded === undefined) throw notInstalled('electron-updater has kept no file');
    this.#downloaded = { path: downloaded, file };
    // It may be one of a run before.
    await this.verify();
    return version;
  }

  /** Looks again at what was downloaded; what was changed is removed. @throws GatehouseError update-refused */
  async verify(): Promise<void> {
    if (this.#downloaded === undefined) throw notInstalled('nothing was downloaded');
    const { path: onDisk, file } = this.#downloaded;
    try {
      await verifyPackage(onDisk, file);
    } catch (error) {
      this.#downloaded = undefined;
      await rm(onDisk, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  /**
   * Puts the new version in the place of this one: the last thing this process does.
   * @param restarts whether the new version is to be started
   * @returns whether somebody else starts it then
   * @throws GatehouseError update-refused; this version is as it was then
   */
  async install(restarts: boolean): Promise<boolean> {
    const { kind } = this.#options;
    const updater = this.#updater;
    if (kind.name === 'appimage') {
      await this.#replace(kind.file);
      return false;
    }
    await this.verify();
    this.#failure = undefined;
    if (updater instanceof MacUpdater) {
      updater.autoRunAppAfterInstall = restarts;
      const { autoUpdater } = await import('electron');
      const failed = new Promise<never>((_resolve, reject) => updater.on('error', reject));
      const quitting = restarts ? once(autoUpdater, 'before-quit-for-update') : this.#onQuit.promise;
      updater.quitAndInstall();
      await Promise.race([quitting, failed]);
    } else if (!updater.install(true, restarts)) {
      throw notInstalled(
        this.#failure instanceof Error ? this.#failure.message : 'the installer did not start',
      );
    }
    return true;
  }

  /**
   * electron-updater removes the AppImage before it moves the new one there, maybe across disks: whoever is killed between the
   * two has no Gatehouse any more. Here there is the old one or the new one at any moment.
   */
  async #replace(appImage: string): Promise<void> {
    if (this.#downloaded === undefined) throw notInstalled('nothing was downloaded');
    const { path: from, file } = this.#downloaded;
    const beside = `${appImage}.next`;
    try {
      await copyFile(from, beside);
      await verifyPackage(beside, file);
      await chmod(beside, 0o755);
      const handle = await open(beside, 'r+');
      await handle.sync().finally(() => handle.close());
      await rename(beside, appImage);
    } catch (error) {
      await rm(beside, { force: true }).catch(() => undefined);
      if (error instanceof GatehouseError) throw error;
      throw notInstalled(`${appImage} could not be replaced: ${String(error)}`, error);
    }
    await rm(from, { force: true }).catch(() => undefined);
  }

  async #ask(): Promise<UpdateInfo> {
    this.#feed = undefined;
    const { feed } = await checkFeed(this.#options.check, this.#signal);
    this.#feed = feed;
    const { version, minimumSystemVersion } = feed;
    const files = [this.#chosen()];
    const [{ url: name, sha512 }] = files as [FeedFile];
    return {
      version,
      files,
      path: name,
      sha512,
      releaseDate: '',
      ...(minimumSystemVersion === undefined ? {} : { minimumSystemVersion }),
    };
  }

  #chosen(): FeedFile {
    if (this.#feed === undefined) throw notInstalled('there is no feed');
    return choosePackage(this.#feed, this.#options.kind.name, this.#options.arch);
  }

  async #download(destination: string): Promise<string> {
    const file = this.#chosen();
    let told = 0;
    await this.#options.check.source.download(file, destination, this.#signal, (bytes) => {
      const percent = Math.floor((bytes / file.size) * 100);
      if (percent > told) this.#onPercent(percent);
      told = percent;
    });
    return destination;
  }
}

/** Gives electron-updater what was verified, and nothing else. */
function signedProvider(ask: () => Promise<UpdateInfo>) {
  return class extends Provider<UpdateInfo> {
    constructor(_options: unknown, _updater: unknown, runtime: ProviderRuntimeOptions) {
      super(runtime);
    }

    override async getLatestVersion(): Promise<UpdateInfo> {
      return await ask();
    }

    /** The addresses are names: our own download knows where from. */
    override resolveFiles({ files }: UpdateInfo) {
      return files.map((info) => ({ url: new URL(`gatehouse-update:///${info.url}`), info }));
    }
  };
}

function notInstalled(why: string, cause?: unknown): GatehouseError {
  return new GatehouseError('update-refused', `The update was not installed: ${why}.`, { cause });
}
