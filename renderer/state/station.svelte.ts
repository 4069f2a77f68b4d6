import { defaultLayoutId } from '../../main/contract/limits.ts';
import { type EngineClient, EngineLink } from '../link/engine-link.svelte.ts';
import { pause } from '../link/pause.ts';
import type { Transport } from '../link/transport.ts';
import { Playback } from '../playback/playback.svelte.ts';
import { Stage } from '../playback/stage.svelte.ts';
import { CameraMirror } from './camera-mirror.svelte.ts';
import { Clock } from './clock.svelte.ts';
import { Wall, type WallPlace } from './wall.svelte.ts';

const watchRetryMilliseconds = 1_000;

export type DialogName = 'keys' | 'add-camera';

/** Everything behind the page: one for each window. */
export class Station {
  readonly clock: Clock = new Clock();
  readonly mirror: CameraMirror = new CameraMirror();
  readonly playback: Playback = new Playback();
  readonly link: EngineLink;
  readonly wall: Wall;
  readonly stage: Stage;
  #dialog = $state<DialogName | null>(null);
  #client: EngineClient | null = null;
  #layoutKnown = $state(false);
  #layoutUnsaved = false;

  constructor(transport: Transport, place?: WallPlace) {
    this.link = new EngineLink(transport);
    this.wall = new Wall(this.mirror, place);
    this.stage = new Stage(this.wall, this.playback);
  }

  /** Whether cameras and layout are known, so that the wall is drawn once and right. */
  get ready(): boolean {
    return this.#layoutKnown && this.mirror.loaded;
  }

  /** The dialog that is open. */
  get dialog(): DialogName | null {
    return this.#dialog;
  }

  openDialog(name: DialogName): void {
    this.#dialog = name;
  }

  closeDialog(): void {
    this.#dialog = null;
  }

  /** The engine's API while the link holds. */
  get client(): EngineClient | null {
    return this.#client;
  }

  /** Runs until the signal is aborted. */
  run(signal: AbortSignal): void {
    this.clock.run(signal);
    void this.link.run((client, connection) => this.#serve(client, connection), signal);
  }

  /** The wall's size is part of the layout, which all windows share: it is stored at once, or as soon as it can be. */
  saveLayout(): void {
    this.#layoutUnsaved = true;
    const client = this.#client;
    if (client === null) return;
    client.layouts.save(this.wall.layout).then(
      () => {
        this.#layoutUnsaved = false;
      },
      () => {
        // Kept as unsaved: the next connection tries again.
      },
    );
  }

  #serve(client: EngineClient, signal: AbortSignal): void {
    this.#client = client;
    signal.addEventListener('abort', () => {
      if (this.#client === client) this.#client = null;
    });
    void this.#followCameras(client, signal);
    void this.#loadLayout(client).then(() => this.playback.run(client, this.wall.size + 1, signal));
  }

  async #followCameras(client: EngineClient, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const event of await client.cameras.watch(undefined, { signal })) this.mirror.apply(event);
      } catch {
        // The subscription ended, most often with the link; each one begins with a new snapshot.
      }
      await pause(watchRetryMilliseconds, signal);
    }
  }

  /** Only once: from then on this window knows best how large its wall is. */
  async #loadLayout(client: EngineClient): Promise<void> {
    if (this.#layoutUnsaved) this.saveLayout();
    if (this.#layoutKnown) return;
    try {
      const stored = (await client.layouts.list()).find(({ id }) => id === defaultLayoutId);
      if (stored !== undefined && !this.#layoutUnsaved) this.wall.load(stored);
    } catch {
      // Without a stored size the wall is drawn as large as the cameras need.
    }
    this.#layoutKnown = true;
  }
}
