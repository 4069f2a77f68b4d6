import type { Shares } from '../access/shares.ts';
import type { WatchRecord } from '../audit/watch-record.ts';
import type { CameraRegistry } from '../cameras/camera-registry.ts';
import type { StoredShare } from '../store/share-table.ts';
import type { WhepService } from '../viewers/whep-service.ts';
import type { WhepSession } from '../viewers/whep-session.ts';
import { type OpenedSession, ShareEndpoint } from './share-endpoint.ts';
import { watchedLease } from './watched-lease.ts';

/** What the HTTP host serves under `/whep` (draft-ietf-wish-whep): cameras for players. */
export class WhepEndpoint extends ShareEndpoint {
  readonly #whep: WhepService;
  readonly #watchRecord: WatchRecord;

  constructor(parts: {
    shares: Shares;
    cameras: CameraRegistry;
    whep: WhepService;
    watchRecord: WatchRecord;
  }) {
    super('watch', parts);
    this.#whep = parts.whep;
    this.#watchRecord = parts.watchRecord;
  }

  override async open(
    share: StoredShare,
    cameraId: string,
    sdp: string,
    from: string,
  ): Promise<OpenedSession> {
    this.require(share, cameraId);
    const written: Promise<void>[] = [];
    const { session, answer } = await this.#whep.open(share.id, sdp, () => {
      const who = { kind: 'share', id: share.id, name: share.name } as const;
      const lease = (medium: 'picture' | 'sound') => {
        const leased = this.cameras.lease(cameraId, share.profile);
        const watching = this.#watchRecord.begin({ who, from, session: null }, medium, [cameraId]);
        written.push(watching.written);
        return watchedLease(leased, watching.ends[0]);
      };
      return {
        lease: lease('picture'),
        sound: share.sound ? lease('sound') : null,
        isValid: () => this.shares.isValid(share.id) && this.cameras.stored(cameraId) !== undefined,
      };
    });
    await Promise.all(written);
    const iceServers = this.#whep.iceServersOf(share.id);
    return { sessionId: session.id, etag: session.negotiation.etag, answer, iceServers };
  }

  protected override find(sessionId: string, shareId: string): WhepSession | undefined {
    return this.#whep.get(sessionId, shareId);
  }
}
