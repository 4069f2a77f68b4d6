import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import type { BrowserIceServer } from '../contract/ice-server.ts';
import { readWhepOffer } from './client-offer.ts';
import type { IceServers } from './ice-servers.ts';
import { mediaWay } from './media-addresses.ts';
import type { Pacer } from './pacer.ts';
import { TrafficShare } from './traffic.ts';
import type { ViewerService, ViewerSettings } from './viewer-service.ts';
import { type WhepGrant, WhepSession } from './whep-session.ts';

/** Clients at a time; each costs its sockets and the packets of one camera. */
const maximumSessions = 64;
/** By one token: it may be in the hands of somebody who gives it to everybody. */
const maximumSessionsOfShare = 8;

/** All clients of WHEP. */
export class WhepService implements AsyncDisposable {
  readonly #log: Log;
  readonly #settings: ViewerSettings;
  readonly #pacer: Pacer;
  readonly #traffic: TrafficShare;
  readonly #iceServers: IceServers;
  /** By id, with the share that lets them in. */
  readonly #sessions = new Map<string, { readonly session: WhepSession; readonly shareId: string }>();
  /** Of each that is being opened: its share. */
  readonly #opening: string[] = [];
  readonly #closing = new Set<Promise<void>>();

  /** @param options.viewers what is shared with all windows; lives longer than this */
  constructor(options: { log: Log; settings: ViewerSettings; viewers: ViewerService }) {
    this.#log = options.log;
    this.#settings = options.settings;
    this.#pacer = options.viewers.pacer;
    this.#iceServers = options.viewers.iceServers;
    this.#traffic = new TrafficShare([options.viewers.seats.siteTraffic]);
  }

  /**
   * Answers a client's offer.
   * @param grant made only when there is room for it
   * @throws GatehouseError bad-input, limit-reached, port-in-use and what `grant` throws
   */
  async open(
    shareId: string,
    sdp: string,
    grant: () => WhepGrant,
  ): Promise<{ readonly session: WhepSession; readonly answer: string }> {
    const offer = readWhepOffer(sdp);
    if (
      this.#sessions.size + this.#opening.length >= maximumSessions ||
      this.countOf(shareId) + this.#opening.filter((id) => id === shareId).length >= maximumSessionsOfShare
    ) {
      throw new GatehouseError(
        'limit-reached',
        'As many watch already as there is room for. Try again later.',
      );
    }
    this.#opening.push(shareId);
    try {
      const way = () => mediaWay(this.#settings.mediaNetwork);
      const servers = () => this.#iceServers.forEngine(shareId);
      const opened = await WhepSession.open(
        { offer, way, pacer: this.#pacer, traffic: this.#traffic, servers },
        grant(),
        this.#log,
        ({ id }) => this.#sessions.delete(id),
      );
      this.#sessions.set(opened.session.id, { session: opened.session, shareId });
      this.#log.info({ whep: opened.session.id, share: shareId }, 'WHEP session opened');
      return opened;
    } finally {
      this.#opening.splice(this.#opening.indexOf(shareId), 1);
    }
  }

  /** What a client of a share may use to find a way. */
  iceServersOf(shareId: string): readonly BrowserIceServer[] {
    return this.#iceServers.forBrowser(shareId);
  }

  /** How many watch by a share. */
  countOf(shareId: string): number {
    return [...this.#sessions.values()].filter((entry) => entry.shareId === shareId).length;
  }

  /** Undefined when there is none, or another share has let it in. */
  get(sessionId: string, shareId: string): WhepSession | undefined {
    const entry = this.#sessions.get(sessionId);
    return entry?.shareId === shareId ? entry.session : undefined;
  }

  /** A share has ended: so have its sessions. */
  endOf(shareId: string): void {
    for (const entry of [...this.#sessions.values()]) {
      if (entry.shareId !== shareId) continue;
      const closing = entry.session[Symbol.asyncDispose]().finally(() => this.#closing.delete(closing));
      this.#closing.add(closing);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const sessions = [...this.#sessions.values()].map(({ session }) => session[Symbol.asyncDispose]());
    await Promise.all([...sessions, ...this.#closing]);
  }
}
