import type { Shares } from '../access/shares.ts';
import type { WatchRecord } from '../audit/watch-record.ts';
import { isWhip } from '../cameras/camera-address.ts';
import type { CameraRegistry } from '../cameras/camera-registry.ts';
import type { StoredShare } from '../store/share-table.ts';
import type { WhipService } from '../whip/whip-service.ts';
import type { WhipSession } from '../whip/whip-session.ts';
import { notThere, type OpenedSession, ShareEndpoint } from './share-endpoint.ts';

/** What the HTTP host serves under `/whip` (RFC 9725): phones and other publishers, each for one camera. */
export class WhipEndpoint extends ShareEndpoint {
  readonly #whip: WhipService;
  readonly #watchRecord: WatchRecord;

  constructor(parts: {
    shares: Shares;
    cameras: CameraRegistry;
    whip: WhipService;
    watchRecord: WatchRecord;
  }) {
    super('publish', parts);
    this.#whip = parts.whip;
    this.#watchRecord = parts.watchRecord;
  }

  override async open(
    share: StoredShare,
    cameraId: string,
    sdp: string,
    from: string,
  ): Promise<OpenedSession> {
    this.require(share, cameraId);
    const isCamera = () => isWhip(this.cameras.stored(cameraId)?.mainUrl ?? '');
    if (!isCamera()) throw notThere();
    const who = { kind: 'share', id: share.id, name: share.name } as const;
    let written: Promise<void> | undefined;
    const { session, answer } = await this.#whip.open(cameraId, share.id, sdp, () => {
      const publishing = this.#watchRecord.begin({ who, from, session: null }, 'publishing', [cameraId]);
      written = publishing.written;
      return {
        sound: share.sound,
        isValid: () => this.shares.isValid(share.id) && isCamera(),
        closed: () => publishing.ends[0]?.(),
      };
    });
    await written;
    return { sessionId: session.id, etag: session.negotiation.etag, answer, iceServers: [] };
  }

  protected override find(sessionId: string, shareId: string): WhipSession | undefined {
    return this.#whip.get(sessionId, shareId);
  }
}
