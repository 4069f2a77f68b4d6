import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import { readWhipOffer } from '../viewers/client-offer.ts';
import { mediaWay } from '../viewers/media-addresses.ts';
import type { ViewerSettings } from '../viewers/viewer-service.ts';
import type { Publisher } from './published-source.ts';
import { type WhipGrant, WhipSession } from './whip-session.ts';

/** Publishers at a time; each costs its sockets and the packets of one camera, whether anybody watches or not. */
const maximumSessions = 32;

interface Entry {
  readonly session: WhipSession;
  readonly cameraId: string;
  readonly shareId: string;
}

/** All who send to cameras here: one a camera. */
export class WhipService implements AsyncDisposable {
  readonly #log: Log;
  readonly #settings: ViewerSettings;
  readonly #onPublisher: (cameraId: string) => void;
  /** By the camera. */
  readonly #sessions = new Map<string, Entry>();
  /** Of each that is being opened. */
  readonly #opening: { readonly cameraId: string; readonly shareId: string }[] = [];
  readonly #closing = new Set<Promise<void>>();
  #isDisposed = false;

  /** @param options.onPublisher told when somebody has come to send to a camera, or is gone */
  constructor(options: { log: Log; settings: ViewerSettings; onPublisher: (cameraId: string) => void }) {
    this.#log = options.log;
    this.#settings = options.settings;
    this.#onPublisher = options.onPublisher;
  }

  /**
   * Answers a publisher's offer. It takes the place of one that came by the same link, which is the same phone after its page was
   * loaded again; one that came by another link stays, so that nobody takes a picture away that is looked at.
   * @param grantTo made only when there is room for it
   * @throws GatehouseError bad-input, not-found, already-there, limit-reached, port-in-use
   */
  async open(
    cameraId: string,
    shareId: string,
    sdp: string,
    grantTo: () => WhipGrant,
  ): Promise<{ readonly session: WhipSession; readonly answer: string }> {
    const offer = readWhipOffer(sdp);
    const opening = { cameraId, shareId };
    this.#refuseOther(cameraId, shareId);
    const before = this.#sessions.has(cameraId) ? 1 : 0;
    if (this.#sessions.size - before + this.#opening.length >= maximumSessions || this.#isDisposed) {
      const words = 'As many send already as there is room for. Try again later.';
      throw new GatehouseError('limit-reached', words);
    }
    this.#opening.push(opening);
    try {
      const way = () => mediaWay(this.#settings.mediaNetwork);
      const grant = grantTo();
      const opened = await WhipSession.open({ offer, way }, grant, this.#log, (session) =>
        this.#forget(cameraId, session),
      );
      if (this.#isDisposed || !grant.isValid()) {
        await opened.session[Symbol.asyncDispose]();
        throw new GatehouseError('not-found', 'There is nothing here.');
      }
      const old = this.#sessions.get(cameraId);
      this.#sessions.set(cameraId, { session: opened.session, ...opening });
      this.#log.info({ whip: opened.session.id, share: shareId }, 'WHIP session opened');
      // Whoever reads the old one has to be told that it is over, and then that there is another.
      if (old !== undefined) await this.#close(old.session);
      this.#onPublisher(cameraId);
      return opened;
    } finally {
      this.#opening.splice(this.#opening.indexOf(opening), 1);
    }
  }

  /** Who sends to a camera now; undefined: nobody. */
  publisherOf(cameraId: string): Publisher | undefined {
    return this.#sessions.get(cameraId)?.session;
  }

  /** How many send by a link: one or none. */
  countOf(shareId: string): number {
    return [...this.#sessions.values()].filter((entry) => entry.shareId === shareId).length;
  }

  /** Undefined when there is none, or another link has let it in. */
  get(sessionId: string, shareId: string): WhipSession | undefined {
    const entry = [...this.#sessions.values()].find(({ session }) => session.id === sessionId);
    return entry?.shareId === shareId ? entry.session : undefined;
  }

  /** A link has ended: so has what is sent by it. */
  endOf(shareId: string): void {
    for (const entry of [...this.#sessions.values()])
      if (entry.shareId === shareId) void this.#close(entry.session);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    for (const { session } of [...this.#sessions.values()]) void this.#close(session);
    await Promise.all(this.#closing);
  }

  #refuseOther(cameraId: string, shareId: string): void {
    const others = [...this.#opening, ...this.#sessions.values()];
    if (!others.some((other) => other.cameraId === cameraId && other.shareId !== shareId)) return;
    const words = 'Somebody sends to this camera by another link. It has to be ended first.';
    throw new GatehouseError('already-there', words);
  }

  #close(session: WhipSession): Promise<void> {
    const closing = session[Symbol.asyncDispose]().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
    return closing;
  }

  #forget(cameraId: string, session: WhipSession): void {
    if (this.#sessions.get(cameraId)?.session !== session) return;
    this.#sessions.delete(cameraId);
    this.#onPublisher(cameraId);
  }
}
