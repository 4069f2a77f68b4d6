import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import type { H265Support } from '../contract/viewer.ts';
import { Viewer } from './viewer.ts';

/** Windows at a time; each costs two sockets and the packets of its tiles. */
const maximumViewers = 64;

/** All windows that are open now. */
export class ViewerService implements AsyncDisposable {
  readonly #log: Log;
  readonly #viewers = new Map<string, Viewer>();
  #opening = 0;

  constructor(options: { log: Log }) {
    this.#log = options.log;
  }

  get viewers(): Iterable<Viewer> {
    return this.#viewers.values();
  }

  /**
   * Opens a peer connection with room for at least `slots` cameras; its first event is the offer.
   * @throws GatehouseError limit-reached, viewer-failed
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
      const viewer = await Viewer.open({ slots, h265 }, this.#log, ({ id }) => this.#viewers.delete(id));
      this.#viewers.set(viewer.id, viewer);
      return viewer;
    } catch (error) {
      throw new GatehouseError('viewer-failed', 'The window could not be given a media connection.', {
        cause: error,
      });
    } finally {
      this.#opening--;
    }
  }

  /** @throws GatehouseError not-found */
  get(viewerId: string): Viewer {
    const viewer = this.#viewers.get(viewerId);
    if (viewer === undefined) throw this.notFound();
    return viewer;
  }

  /** Also said of a window of somebody else. */
  notFound(): GatehouseError {
    return new GatehouseError('not-found', 'This window is not connected any more.');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#viewers.values()].map((viewer) => viewer[Symbol.asyncDispose]()));
  }
}
