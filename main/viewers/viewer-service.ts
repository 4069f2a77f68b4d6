import { FairQueue } from '../base/fair-queue.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import type { IceServerCheck } from '../contract/ice-server.ts';
import type { MediaNetwork, MediaNetworks } from '../contract/media-network.ts';
import type { H265Support } from '../contract/viewer.ts';
import { type IceServerStore, IceServers } from './ice-servers.ts';
import { mediaInterfaces, mediaWay } from './media-addresses.ts';
import { openMediaSocket } from './media-socket.ts';
import { Pacer } from './pacer.ts';
import { Viewer } from './viewer.ts';
import { type SeatSettings, type ViewerSeat, ViewerSeats, type ViewerUser } from './viewer-seats.ts';

/** An offer takes some milliseconds of the processor: two at a time leave turns for pictures between them. */
const openingAtOnce = 2;
const maximumWaiting = 512;
const anybody: ViewerUser = { id: '', name: 'Somebody' };

/** Where it is kept what was chosen for windows. */
export interface ViewerSettings extends SeatSettings {
  readonly mediaNetwork: MediaNetwork;
  saveMediaNetwork(chosen: MediaNetwork): void;
}

/** All windows that are open now. */
export class ViewerService implements AsyncDisposable {
  readonly #log: Log;
  readonly #viewers = new Map<string, Viewer>();
  readonly #settings: ViewerSettings;
  /** Shared with whatever else sends pictures. */
  readonly pacer: Pacer = new Pacer();
  /** Who has windows, and how much goes to them. */
  readonly seats: ViewerSeats;
  readonly iceServers: IceServers;
  readonly #queue = new FairQueue({ concurrency: openingAtOnce, maximumWaiting });

  /** @param options.iceServers where the STUN and TURN servers are kept; left out: there are none */
  constructor(options: { log: Log; settings: ViewerSettings; iceServers?: IceServerStore }) {
    this.#log = options.log;
    this.#settings = options.settings;
    this.iceServers = new IceServers(options.iceServers);
    this.seats = new ViewerSeats(options.settings);
  }

  get viewers(): Iterable<Viewer> {
    return this.#viewers.values();
  }

  /**
   * Opens a peer connection with room for at least `slots` cameras; its first event is the offer. Where many are opened at once
   * it waits, the users in turn.
   * @param signal aborted when nobody waits for it any more
   * @throws GatehouseError limit-reached, port-in-use, viewer-failed
   */
  async open(
    slots: number,
    h265: H265Support = 'none',
    user: ViewerUser = anybody,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<Viewer> {
    const seat = this.seats.take(user);
    try {
      return await this.#queue.run(user.id, signal, () => this.#open(slots, h265, seat));
    } catch (error) {
      seat[Symbol.dispose]();
      if (error instanceof GatehouseError || signal.aborted) throw error;
      throw new GatehouseError('viewer-failed', 'The window could not be given a media connection.', {
        cause: error,
      });
    }
  }

  async #open(slots: number, h265: H265Support, seat: ViewerSeat): Promise<Viewer> {
    const way = () => mediaWay(this.#settings.mediaNetwork);
    const { pacer, iceServers } = this;
    const wanted = { slots, h265, way, pacer, iceServers, traffic: seat.traffic };
    const viewer = await Viewer.open(wanted, this.#log, ({ id }) => {
      this.#viewers.delete(id);
      seat[Symbol.dispose]();
    });
    this.#viewers.set(viewer.id, viewer);
    return viewer;
  }

  get networks(): MediaNetworks {
    return { chosen: this.#settings.mediaNetwork, interfaces: mediaInterfaces() };
  }

  /**
   * Says over which networks and ports pictures go. Windows that are open change their way, and keep their pictures.
   * @throws GatehouseError bad-input when no port of the range is free; then nothing has changed
   */
  async changeNetwork(chosen: MediaNetwork): Promise<void> {
    const { addresses, ports } = mediaWay(chosen);
    const { ports: before } = this.#settings.mediaNetwork;
    const isOther = ports?.first !== before?.first || ports?.last !== before?.last;
    // Those of before may be taken by the very windows that are open.
    for (const address of isOther ? addresses : []) {
      try {
        (await openMediaSocket(address, ports)).close();
      } catch (error) {
        // Another one is an address that has gone at this moment.
        if (error instanceof GatehouseError)
          throw GatehouseError.ofField('ports', 'All of these ports are taken. Choose others.');
      }
    }
    this.#settings.saveMediaNetwork(chosen);
    this.networkChanged();
  }

  /** How this computer reaches each STUN and TURN server now. */
  async checkIceServers(): Promise<IceServerCheck[]> {
    return await this.iceServers.check(mediaWay(this.#settings.mediaNetwork));
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
    if (viewer === undefined) throw this.notFound();
    return viewer;
  }

  /** Also said of a window of somebody else. */
  notFound(): GatehouseError {
    return new GatehouseError('not-found', 'This window is not connected any more.');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#viewers.values()].map((viewer) => viewer[Symbol.asyncDispose]()));
    this.pacer[Symbol.dispose]();
  }
}
