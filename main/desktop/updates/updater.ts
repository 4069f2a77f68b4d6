import path from 'node:path';
import { GatehouseError } from '../../base/gatehouse-error.ts';
import type { UpdateState } from '../../contract/shell.ts';
import type { Policy } from '../../contract/site-file-policy.ts';
import type { PackageInstaller } from './package-installer.ts';
import { feedName, type PackageKind } from './package-kind.ts';
import { UpdateMemory } from './update-memory.ts';
import { firstCheckDelay, installTime, nextCheckDelay } from './update-schedule.ts';

const lookMilliseconds = 10_000;

type UpdatesPolicy = Policy['updates'];

export interface UpdaterOptions {
  readonly dataFolder: string;
  readonly kind: PackageKind;
  /** Of this Gatehouse. */
  readonly version: string;
  /** As PEM; null: this build has none. */
  readonly publicKey: string | null;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  readonly resourcesFolder: string;
  /** Has a verified backup made; null when there is one, else why not. */
  readonly backUp: () => Promise<string | null>;
  readonly onState: (state: UpdateState) => void;
  /** All is prepared: Gatehouse is to be closed, and `install(true)` to be called as the last thing. */
  readonly onRestart: () => void;
  /** How long a feed may be silent, in milliseconds. */
  readonly stallMilliseconds?: number;
}

/** Everything about the feed that is asked; another one has another. */
interface Feed {
  /** An address or a folder. */
  readonly where: string;
  readonly publicKey: string;
  readonly installAt: string;
  readonly stopped: AbortSignal;
  /** Made when it is needed; undefined for what is replaced by hand. */
  installer?: PackageInstaller;
}

/** Looks for new versions, fetches them and has them installed, as the site prescribes. Whatever is not right, nothing is changed. */
export class Updater implements AsyncDisposable {
  readonly #options: UpdaterOptions;
  readonly #folder: string;
  readonly #memory: UpdateMemory;
  readonly #look: NodeJS.Timeout;
  #state: UpdateState = { name: 'off', reason: null };
  #policy: UpdatesPolicy = null;
  #feed: Feed | undefined;
  #stopping = new AbortController();
  #nextCheck = Number.POSITIVE_INFINITY;
  #working: { readonly feed: Feed; readonly done: Promise<void> } | undefined;
  #isFirst = true;
  /** Verified, with a backup behind it: `install` may go on. */
  #isPrepared = false;

  constructor(options: UpdaterOptions) {
    this.#options = options;
    this.#folder = path.join(options.dataFolder, 'updates');
    this.#memory = new UpdateMemory(this.#folder);
    this.#look = setInterval(() => this.#lookAround(), lookMilliseconds);
    this.#look.unref();
  }

  get state(): UpdateState {
    return this.#state;
  }

  /** What the site prescribes, at first and after each change. Without a feed, or forbidden, nobody is asked anything. */
  prescribe(policy: UpdatesPolicy): void {
    if (!this.#isFirst && JSON.stringify(policy) === JSON.stringify(this.#policy)) return;
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    this.#policy = policy;
    this.#stopping.abort(new GatehouseError('update-refused', 'The update policy has changed.'));
    this.#stopping = new AbortController();
    this.#feed = undefined;
    this.#isPrepared = false;
    this.#nextCheck = Number.POSITIVE_INFINITY;
    const next = prescribed(policy, this.#options.publicKey);
    if (next.name !== 'on') {
      this.#enter(next);
      return;
    }
    this.#feed = { ...next.feed, stopped: this.#stopping.signal };
    this.#nextCheck = Date.now() + firstCheckDelay();
    this.#begin();
    // Whoever has just said where to look wants to see whether that is right.
    if (!isFirst) void this.check();
  }

  /** Whether closing Gatehouse is the moment for which a new version waits. */
  get isDueOnQuit(): boolean {
    return this.#isPrepared || (this.#state.name === 'ready' && this.#state.installsAt === null);
  }

  /** Asks the feed now. Resolves when it is known what comes of it. */
  async check(): Promise<void> {
    while (this.#working !== undefined) {
      const { feed, done } = this.#working;
      await done;
      if (feed === this.#feed) return;
      // One of another feed, which was stopped: it had to end, since both would use the same files.
    }
    const feed = this.#feed;
    if (feed === undefined || this.#isPrepared || this.#stopping.signal.aborted) return;
    const done = this.#check(feed).finally(() => {
      this.#working = undefined;
    });
    this.#working = { feed, done };
    await done;
  }

  /** Installs what is ready and starts again, or says why not. */
  async installNow(): Promise<void> {
    if (await this.prepare()) this.#options.onRestart();
  }

  /**
   * Makes sure that what is ready may be installed: it is looked at again and a backup is made.
   * @returns false where there is nothing, or something is wrong, which the state says
   */
  async prepare(): Promise<boolean> {
    if (this.#isPrepared) return true;
    const { state } = this;
    const installer = this.#feed?.installer;
    if (state.name !== 'ready' || installer === undefined) return false;
    this.#enter({ name: 'installing', version: state.version });
    try {
      await installer.verify();
      const refusal = await this.#options.backUp();
      if (refusal !== null) {
        const why = `Version ${state.version} was not installed, since no backup could be made before. ${refusal}`;
        throw new GatehouseError('update-refused', why);
      }
    } catch (error) {
      this.#fail(error);
      return false;
    }
    // Meanwhile the site may have forbidden it.
    if (this.#feed?.installer !== installer) return false;
    this.#isPrepared = true;
    return true;
  }

  /**
   * Puts the new version in the place of this one, when it was prepared. Everything else is closed by now; what goes wrong is
   * told by the next start.
   * @returns whether somebody else starts Gatehouse again
   */
  async install(restarts: boolean): Promise<boolean> {
    const installer = this.#feed?.installer;
    if (!this.#isPrepared || installer === undefined) return false;
    this.#isPrepared = false;
    try {
      return await installer.install(restarts);
    } catch (error) {
      this.#memory.saveFailure(GatehouseError.from(error).message);
      return false;
    }
  }

  /** What is prepared can still be installed. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#look);
    this.#nextCheck = Number.POSITIVE_INFINITY;
    this.#stopping.abort(new GatehouseError('update-refused', 'Gatehouse is being closed.'));
    await this.#working?.done;
  }

  /** What the run before could not tell any more is told first. */
  #begin(): void {
    try {
      const { failure } = this.#memory;
      this.#enter(
        failure === null
          ? { name: 'idle', checkedAt: null }
          : { name: 'failed', reason: failure, nextAttempt: this.#nextCheck },
      );
    } catch (error) {
      this.#fail(error);
    }
  }

  #lookAround(): void {
    const now = Date.now();
    if (this.#state.name === 'ready' && this.#state.installsAt !== null && now >= this.#state.installsAt) {
      void this.installNow();
    } else if (now >= this.#nextCheck && this.#working === undefined) {
      void this.check();
    }
  }

  async #check(feed: Feed): Promise<void> {
    if (feed !== this.#feed) return;
    const before = this.#state;
    // Of one that is ready nobody needs to hear that it is asked whether there is an even newer one.
    if (before.name !== 'ready') this.#enter({ name: 'checking' });
    try {
      const next = await this.#ask(feed);
      if (feed !== this.#feed || this.#state.name === 'installing') return;
      this.#memory.saveFailure(null);
      this.#nextCheck = Date.now() + nextCheckDelay(false);
      this.#enter(next);
    } catch (error) {
      if (feed !== this.#feed || this.#state.name === 'installing') return;
      this.#nextCheck = Date.now() + nextCheckDelay(true);
      // What was fetched before is as good as it was.
      if (this.#state.name !== 'ready') this.#fail(error);
    }
  }

  async #ask(feed: Feed): Promise<UpdateState> {
    const { kind, version: running, platform, arch, resourcesFolder, stallMilliseconds } = this.#options;
    // Not before somebody wants updates: the start of the app does without all of it.
    const [{ FeedSource }, { checkFeed }] = await Promise.all([
      import('./feed-source.ts'),
      import('./update-check.ts'),
    ]);
    const check = {
      source: new FeedSource(feed.where, stallMilliseconds),
      feedName: feedName(platform, arch),
      publicKey: feed.publicKey,
      memory: this.#memory,
      running,
    };
    if (kind.name === 'by-hand') {
      const offered = await checkFeed(check, feed.stopped);
      if (!offered.isNewer) return { name: 'idle', checkedAt: Date.now() };
      return { name: 'available', version: offered.feed.version, how: kind.how };
    }
    const { PackageInstaller: Installer } = await import('./package-installer.ts');
    feed.installer ??= new Installer({ check, kind, arch, folder: this.#folder, resourcesFolder });
    let version = '';
    const tell = (percent: number) => {
      if (feed === this.#feed) this.#enter({ name: 'downloading', version, percent });
    };
    const ready = await feed.installer.fetch(
      feed.stopped,
      (newer) => {
        version = newer;
        tell(0);
      },
      tell,
    );
    if (ready === null) return { name: 'idle', checkedAt: Date.now() };
    const { state } = this;
    // Asking again does not put it off.
    if (state.name === 'ready' && state.version === ready) return state;
    return { name: 'ready', version: ready, installsAt: installTime(feed.installAt, Date.now()) };
  }

  #fail(error: unknown): void {
    this.#nextCheck = Date.now() + nextCheckDelay(true);
    const { message } = GatehouseError.from(error);
    this.#enter({ name: 'failed', reason: message, nextAttempt: this.#nextCheck });
  }

  #enter(state: UpdateState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}

/** Whether and where the policy lets look for new versions. */
function prescribed(
  policy: UpdatesPolicy,
  publicKey: string | null,
):
  | { readonly name: 'on'; readonly feed: Omit<Feed, 'stopped'> }
  | (UpdateState & { name: 'off' | 'forbidden' }) {
  if (policy?.forbidden === true) return { name: 'forbidden' };
  if (policy === null || policy.feed === null) return { name: 'off', reason: null };
  if (publicKey === null) {
    return { name: 'off', reason: 'This build carries no key for updates, so it takes none.' };
  }
  return { name: 'on', feed: { where: policy.feed, publicKey, installAt: policy.installAt } };
}
