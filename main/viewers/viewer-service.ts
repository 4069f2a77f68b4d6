import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import { everyMediaNetwork, type MediaNetwork } from '../contract/media-network.ts';
import type { H265Support } from '../contract/viewer.ts';
import { mediaWay } from './media-addresses.ts';
import { Viewer } from './viewer.ts';

/** Windows at a time; each costs two sockets and the packets of its tiles. */
const maximumViewers = 64;

/** All windows that are open now. */
export class ViewerService implements AsyncDisposable {
  readonly #log: Log;
  readonly #viewers = new Map<string, Viewer>();
  readonly #network: () => MediaNetwork;
  #opening = 0;

  /** @param options `network`: what was chosen for pictures, asked whenever it is needed */
  constructor(options: { log: Log; network?: () => MediaNetwork }) {
    this.#log = options.log;
    this.#network = options.network ?? (() => everyMediaNetwork);
  }

  get viewers(): Iterable<Viewer> {
    return this.#viewers.values();
  }

  /**
   * Opens a peer connection with room for at least `slots` cameras; its first event is the offer.
   * @throws GatehouseError limit-reached, port-in-use, viewer-failed
   */
  async open(slots: number, h265: H265Support = 'none'): Promise<Viewer> {
    if (this.#viewers.size + this.#opening >= maximumViewers) {
      throw new GatehouseError(
        'limit-reached',
        `${maximumViewers} windows are open already. Close one and try again.`,
      );
    }
    this.#opening++;
    try {
      const way = () => mediaWay(this.#network());
      const viewer = await Viewer.open({ slots, h265, way }, this.#log, ({ id }) => this.#viewers.delete(id));
      this.#viewers.set(viewer.id, viewer);
      return viewer;
    } catch (error) {
      if (error instanceof GatehouseError) throw error;
      throw new GatehouseError('viewer-failed', 'The window could not be given a media connection.', {
        cause: error,
      });
    } finally {
      this.#opening--;
    }
  }

  /** The addresses of this computer have changed, or the choice of them: windows look for a new way where they need one. */
  networkChanged(): void {
    for (const viewer of this.#viewers.values()) {
      viewer
        .networkChanged()
        .catch((error: unknown) =>
          this.#log.warn({ err: error, viewer: viewer.id }, 'no new way was offered'),
        );
    }
  }

  /** @throws GatehouseError not-found */
  get(viewerId: string): Viewer {
    const viewer = this.#viewers.get(viewerId);
    if (viewer === undefined) throw new GatehouseError('not-found', 'This window is not connected any more.');
    return viewer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#viewers.values()].map((viewer) => viewer[Symbol.asyncDispose]()));
  }
}
