import type { Shares } from '../access/shares.ts';
import type { WatchRecord } from '../audit/watch-record.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { CameraRegistry } from '../cameras/camera-registry.ts';
import type { BrowserIceServer } from '../contract/ice-server.ts';
import type { StoredShare } from '../store/share-table.ts';
import type { WhepService } from '../viewers/whep-service.ts';
import type { Trickled } from '../viewers/whep-session.ts';
import { watchedLease } from './watched-lease.ts';

/** What the HTTP host serves under `/whep` (draft-ietf-wish-whep): check, call, answer. */
export class WhepEndpoint {
  readonly #shares: Shares;
  readonly #cameras: CameraRegistry;
  readonly #whep: WhepService;
  readonly #watchRecord: WatchRecord;

  constructor(parts: {
    shares: Shares;
    cameras: CameraRegistry;
    whep: WhepService;
    watchRecord: WatchRecord;
  }) {
    this.#shares = parts.shares;
    this.#cameras = parts.cameras;
    this.#whep = parts.whep;
    this.#watchRecord = parts.watchRecord;
  }

  /** What a bearer token opens; undefined: nothing (any more). */
  shareOf(token: string): StoredShare | undefined {
    return this.#shares.ofToken(token);
  }

  /**
   * Another camera than that of the share, and a session of another, look like ones that are not there.
   * @throws GatehouseError not-found
   */
  require(share: StoredShare, cameraId: string, sessionId?: string): void {
    if (share.cameraId !== cameraId || this.#cameras.stored(cameraId) === undefined) throw notThere();
    if (sessionId !== undefined) this.#session(share, cameraId, sessionId);
  }

  /** @param from the client's address. @throws GatehouseError not-found, bad-input, limit-reached */
  async open(
    share: StoredShare,
    cameraId: string,
    sdp: string,
    from: string,
  ): Promise<{
    readonly sessionId: string;
    readonly etag: string;
    readonly answer: string;
    readonly iceServers: readonly BrowserIceServer[];
  }> {
    this.require(share, cameraId);
    const written: Promise<void>[] = [];
    const { session, answer } = await this.#whep.open(share.id, sdp, () => {
      const who = { kind: 'share', id: share.id, name: share.name } as const;
      const lease = (medium: 'picture' | 'sound') => {
        const leased = this.#cameras.lease(cameraId, share.profile);
        const watching = this.#watchRecord.begin({ who, from, session: null }, medium, [cameraId]);
        written.push(watching.written);
        return watchedLease(leased, watching.ends[0]);
      };
      return {
        lease: lease('picture'),
        sound: share.sound ? lease('sound') : null,
        isValid: () => this.#shares.isValid(share.id) && this.#cameras.stored(cameraId) !== undefined,
      };
    });
    await Promise.all(written);
    const iceServers = this.#whep.iceServersOf(share.id);
    return { sessionId: session.id, etag: session.etag, answer, iceServers };
  }

  /** @throws GatehouseError not-found, bad-input */
  async trickle(
    share: StoredShare,
    { cameraId, sessionId, tag }: { cameraId: string; sessionId: string; tag: string | undefined },
    fragment: string,
  ): Promise<Trickled> {
    return await this.#session(share, cameraId, sessionId).trickle(tag, fragment);
  }

  /** @throws GatehouseError not-found */
  async close(share: StoredShare, cameraId: string, sessionId: string): Promise<void> {
    await this.#session(share, cameraId, sessionId)[Symbol.asyncDispose]();
  }

  #session(share: StoredShare, cameraId: string, sessionId: string) {
    this.require(share, cameraId);
    const session = this.#whep.get(sessionId, share.id);
    if (session === undefined) throw notThere();
    return session;
  }
}

function notThere(): GatehouseError {
  return new GatehouseError('not-found', 'There is nothing here.');
}
