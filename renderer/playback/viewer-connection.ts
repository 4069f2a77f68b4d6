import type { BrowserIceServer } from '../../main/contract/ice-server.ts';
import {
  PictureAssembler,
  pictureChannel,
  type ReceivedPicture,
} from '../../main/contract/picture-message.ts';
import type { ReplayPosition } from '../../main/contract/replay.ts';
import { parseSoundMessage, type SoundMessage, soundChannel } from '../../main/contract/sound-message.ts';
import type { H265Support, PictureWay, ViewerEvent, ViewerNetwork } from '../../main/contract/viewer.ts';
import type { EngineClient } from '../link/engine-client.ts';
import { countDecoding, type InboundReport } from './decode-count.ts';
import { wayMilliseconds } from './delay.svelte.ts';
import type { EarlyViewer } from './early-viewer.ts';
import type { OpenViewer } from './open-viewer.ts';

/** A new way is looked for on the same connection, and the pictures stand; after this long everything is begun anew. */
const patienceMilliseconds = 15_000;
const restartMilliseconds = 2_000;
/** A way through servers on the other side of the world is found in a part of it. */
const reachMilliseconds = 8_000;

export type SkippingSlots = (ViewerEvent & { type: 'skipping' })['slots'];

interface ViewerConnectionEvents {
  /** The engine knows this viewer: slots can be bound, even before the media path is open. */
  opened(viewerId: string, measures: Pick<OpenViewer, 'wayMilliseconds' | 'countDecoding'>): void;
  /** The engine has been told how media reaches this window: the rest goes on without the page. */
  answered(): void;
  /** Whether media reaches this window; said when it does, and when it should have for a while. */
  reached(isReached: boolean): void;
  /** The engine made slots, and this is what comes out of them. */
  track(slot: number, media: MediaStream, receiver: RTCRtpReceiver): void;
  /** How the pictures of a binding come. */
  way(slot: number, assignment: number, way: PictureWay): void;
  /** The picture of a binding is this old and stands still; null: it does so no longer. */
  still(slot: number, assignment: number, milliseconds: number | null): void;
  /** A binding shows what was, and where in it; null: what is now again. */
  replay(slot: number, assignment: number, position: ReplayPosition | null): void;
  /** Which bindings skip pictures for the sake of the network, all of them. */
  skipping(slots: SkippingSlots): void;
  /** What reaches this window of what it asks for. */
  network(network: ViewerNetwork): void;
  /** A coded picture came over the data channel. */
  picture(picture: ReceivedPicture): void;
  /** The engine made the one audio transceiver. */
  soundTrack(receiver: RTCRtpReceiver): void;
  /** AAC came over the data channel. */
  sound(message: SoundMessage): void;
  /** The media path is about to be closed, and with it the tracks lose their pictures. */
  closing(): void;
}

/**
 * The one peer connection of this window, from `viewer.open` to its end. Resolves when the media path is lost, rejects
 * when the engine refuses or the link ends; either way the peer connection is closed.
 */
export async function runViewerConnection(
  client: EngineClient,
  options: {
    slots: number;
    h265: H265Support;
    /** Taken instead of another one, whatever its slots are: the others come when they are wanted. */
    early: EarlyViewer | null;
    events: ViewerConnectionEvents;
    signal: AbortSignal;
  },
): Promise<void> {
  const { events } = options;
  const lost = new AbortController();
  const configuration: RTCConfiguration = {
    iceServers: [],
    bundlePolicy: 'max-bundle',
    iceCandidatePoolSize: 1,
  };
  const connection = new RTCPeerConnection(configuration);
  const { label, id } = pictureChannel;
  const channel = connection.createDataChannel(label, { negotiated: true, id });
  channel.binaryType = 'arraybuffer';
  const assembler = new PictureAssembler();
  channel.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
    const picture = assembler.push(new Uint8Array(data));
    if (picture !== undefined) events.picture(picture);
  });
  const sounds = connection.createDataChannel(soundChannel.label, { negotiated: true, id: soundChannel.id });
  sounds.binaryType = 'arraybuffer';
  sounds.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
    const message = parseSoundMessage(new Uint8Array(data));
    if (message !== undefined) events.sound(message);
  });
  const sender = new WaySender(client);
  let reaching: ReturnType<typeof setTimeout> | undefined;
  const search = new WaySearch(
    () => sender.restart(),
    () => lost.abort(),
  );
  connection.addEventListener('connectionstatechange', () => {
    const { connectionState } = connection;
    if (connectionState === 'failed') lost.abort();
    if (connectionState === 'disconnected') search.begin();
    if (connectionState !== 'connected') return;
    search.end();
    clearTimeout(reaching);
    events.reached(true);
  });
  connection.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate !== null) sender.add(candidate);
  });
  const signal = AbortSignal.any([options.signal, lost.signal]);
  // Sooner than ICE notices, and no harm where the way is still there: pictures go on over it meanwhile.
  onNetworkChange(() => sender.restart(), signal);
  const known = new Set<number>();
  const receiverOf = (mid: string) =>
    connection.getTransceivers().find((transceiver) => transceiver.mid === mid)?.receiver;
  const onOffer = async ({ viewerId, sdp, slots, sound, iceServers }: ViewerEvent & { type: 'offer' }) => {
    const isFirst = known.size === 0;
    // Before the answer, so that they are asked for this way. What a browser cannot use must not cost the other ways.
    if (iceServers.length > 0) useServers(connection, configuration, iceServers);
    if (isFirst) {
      events.opened(viewerId, {
        wayMilliseconds: () => wayMilliseconds(connection),
        countDecoding: async () => {
          const reports: InboundReport[] = [];
          (await connection.getStats()).forEach((report: InboundReport) => {
            reports.push(report);
          });
          return countDecoding(reports);
        },
      });
    }
    await connection.setRemoteDescription({ type: 'offer', sdp });
    await connection.setLocalDescription(await connection.createAnswer());
    const answer = client.viewer.answer({ viewerId, sdp: connection.localDescription?.sdp ?? '' });
    for (const { slot, mid } of slots) {
      if (known.has(slot)) continue;
      const receiver = receiverOf(mid);
      if (receiver === undefined) continue;
      known.add(slot);
      receiver.jitterBufferTarget = 0;
      events.track(slot, new MediaStream([receiver.track]), receiver);
    }
    const soundReceiver = isFirst ? receiverOf(sound) : undefined;
    if (soundReceiver !== undefined) events.soundTrack(soundReceiver);
    await answer;
    sender.sendTo(viewerId);
    if (isFirst) reaching = setTimeout(() => events.reached(false), reachMilliseconds);
    events.answered();
  };
  try {
    const { slots, h265, early } = options;
    if (early !== null) signal.addEventListener('abort', early.close, { once: true });
    for await (const event of await (early?.events ?? client.viewer.open({ slots, h265 }, { signal }))) {
      switch (event.type) {
        case 'closed':
          return;
        case 'way':
          events.way(event.slot, event.assignment, event.way);
          break;
        case 'still':
          events.still(event.slot, event.assignment, event.milliseconds);
          break;
        case 'replay':
          events.replay(event.slot, event.assignment, event.position);
          break;
        case 'skipping':
          events.skipping(event.slots);
          break;
        case 'network':
          events.network(event.network);
          break;
        case 'offer':
          await onOffer(event);
          break;
        case 'candidate':
          // One that belongs to an earlier way is refused, and no loss.
          connection.addIceCandidate({ candidate: event.candidate, sdpMLineIndex: 0 }).catch(() => {});
          break;
        default:
          event satisfies never;
      }
    }
  } catch (error) {
    if (!lost.signal.aborted) throw error;
  } finally {
    search.end();
    clearTimeout(reaching);
    events.closing();
    connection.close();
  }
}

function useServers(
  connection: RTCPeerConnection,
  configuration: RTCConfiguration,
  servers: readonly BrowserIceServer[],
): void {
  const iceServers = servers.map(({ urls, username = '', credential = '' }) =>
    username === '' ? { urls } : { urls, username, credential },
  );
  try {
    connection.setConfiguration({ ...configuration, iceServers });
  } catch {
    // The test of the connection says which of them a browser does not take.
  }
}

/** While the way to the engine is lost: asks for another one again and again, and gives up in the end. */
class WaySearch {
  readonly #ask: () => void;
  readonly #giveUp: () => void;
  #asking: ReturnType<typeof setInterval> | undefined;
  #waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(ask: () => void, giveUp: () => void) {
    this.#ask = ask;
    this.#giveUp = giveUp;
  }

  begin(): void {
    if (this.#asking !== undefined) return;
    this.#asking = setInterval(this.#ask, restartMilliseconds);
    this.#waiting = setTimeout(this.#giveUp, patienceMilliseconds);
    this.#ask();
  }

  end(): void {
    clearInterval(this.#asking);
    clearTimeout(this.#waiting);
    this.#asking = undefined;
  }
}

function onNetworkChange(changed: () => void, signal: AbortSignal): void {
  // Only Chromium tells of a change between two networks.
  const { connection } = navigator as Navigator & { readonly connection?: EventTarget };
  connection?.addEventListener('change', changed, { signal });
  addEventListener('online', changed, { signal });
}

/** What the window has to say about its way: candidates, which wait until the engine has the answer that they belong to. */
class WaySender {
  readonly #client: EngineClient;
  readonly #waiting: RTCIceCandidate[] = [];
  #viewerId: string | undefined;

  constructor(client: EngineClient) {
    this.#client = client;
  }

  add(candidate: RTCIceCandidate): void {
    if (this.#viewerId === undefined) this.#waiting.push(candidate);
    else this.#send(this.#viewerId, candidate);
  }

  sendTo(viewerId: string): void {
    this.#viewerId = viewerId;
    for (const candidate of this.#waiting.splice(0)) this.#send(viewerId, candidate);
  }

  /** The way is lost, or a better one may be there. */
  restart(): void {
    // What cannot be said now is said again as long as the way is lost.
    if (this.#viewerId !== undefined)
      this.#client.viewer.restart({ viewerId: this.#viewerId }).catch(() => {});
  }

  #send(viewerId: string, { candidate, sdpMid, sdpMLineIndex }: RTCIceCandidate): void {
    // A candidate that is lost is no failure: others may do, and the end of the link is noticed elsewhere.
    this.#client.viewer
      .candidate({ viewerId, candidate: { candidate, sdpMid, sdpMLineIndex } })
      .catch(() => {});
  }
}
