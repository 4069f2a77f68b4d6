import type { Shares } from '../access/shares.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { CameraRegistry } from '../cameras/camera-registry.ts';
import type { BrowserIceServer } from '../contract/ice-server.ts';
import type { ShareKind } from '../contract/share.ts';
import type { StoredShare } from '../store/share-table.ts';
import type { Negotiation, Trickled } from '../viewers/negotiation.ts';

/** A session of somebody with a token. */
interface ShareSession extends AsyncDisposable {
  readonly id: string;
  readonly negotiation: Negotiation;
}

/** What was opened: the SDP answer and how the session is called. */
export interface OpenedSession {
  readonly sessionId: string;
  /** Of its negotiation, with quotes. */
  readonly etag: string;
  readonly answer: string;
  /** What the client may look for a way with. */
  readonly iceServers: readonly BrowserIceServer[];
}

/** What the HTTP host serves to whoever has a token: check, call, answer. */
export abstract class ShareEndpoint {
  readonly #kind: ShareKind;
  protected readonly shares: Shares;
  protected readonly cameras: CameraRegistry;

  constructor(kind: ShareKind, parts: { shares: Shares; cameras: CameraRegistry }) {
    this.#kind = kind;
    this.shares = parts.shares;
    this.cameras = parts.cameras;
  }

  /** @param from the client's address. @throws GatehouseError not-found, bad-input, already-there, limit-reached */
  abstract open(share: StoredShare, cameraId: string, sdp: string, from: string): Promise<OpenedSession>;

  /** Undefined when there is none, or another share has let it in. */
  protected abstract find(sessionId: string, shareId: string): ShareSession | undefined;

  /** What a bearer token opens; undefined: nothing here (any more). */
  shareOf(token: string): StoredShare | undefined {
    return this.shares.ofToken(token, this.#kind);
  }

  /**
   * Another camera than that of the share, and a session of another, look like ones that are not there.
   * @throws GatehouseError not-found
   */
  require(share: StoredShare, cameraId: string, sessionId?: string): void {
    if (share.cameraId !== cameraId || this.cameras.stored(cameraId) === undefined) throw notThere();
    if (sessionId !== undefined) this.#session(share, cameraId, sessionId);
  }

  /** @throws GatehouseError not-found, bad-input */
  async trickle(
    share: StoredShare,
    { cameraId, sessionId, tag }: { cameraId: string; sessionId: string; tag: string | undefined },
    fragment: string,
  ): Promise<Trickled> {
    return await this.#session(share, cameraId, sessionId).negotiation.trickle(tag, fragment);
  }

  /** @throws GatehouseError not-found */
  async close(share: StoredShare, cameraId: string, sessionId: string): Promise<void> {
    await this.#session(share, cameraId, sessionId)[Symbol.asyncDispose]();
  }

  #session(share: StoredShare, cameraId: string, sessionId: string): ShareSession {
    this.require(share, cameraId);
    const session = this.find(sessionId, share.id);
    if (session === undefined) throw notThere();
    return session;
  }
}

export function notThere(): GatehouseError {
  return new GatehouseError('not-found', 'There is nothing here.');
}
