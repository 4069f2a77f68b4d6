import type { BrowserIceServer } from '../../main/contract/ice-server.ts';
import {
  PictureAssembler,
  pictureChannel,
  type ReceivedPicture,
} from '../../main/contract/picture-message.ts';
import type { ReplayPosition } from '../../main/contract/replay.ts';
import { parseSoundMessage, type SoundMessage, soundChannel } from '../../main/contract/sound-message.ts';
import type { PictureWay, ViewerEvent, ViewerNetwork } from '../../main/contract/viewer.ts';
import type { EngineClient } from '../link/engine-client.ts';
import { h265Support } from './h265-support.ts';
import { MediaWay, onNetworkChange } from './media-way.ts';

/** A way through servers on the other side of the world is found in a part of it. */
const reachMilliseconds = 8_000;

export type SkippingSlots = (ViewerEvent & { type: 'skipping' })['slots'];

interface ViewerConnectionEvents {
  /** The engine knows this viewer: slots can be bound, even before the media path is open. */
  opened(viewerId: string, connection: RTCPeerConnection): void;
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
 * The one peer connection of this window, from `viewer.open` to its end. It asks for the viewer and answers the offer from its first
 * moment; what comes of it is told from `run` on. Nothing is bound before, so that nothing is missed.
 */
export class ViewerConnection {
  readonly #client: Promise<EngineClient>;
  readonly #ending = new AbortController();
  readonly #configuration: RTCConfiguration = {
    iceServers: [],
    bundlePolicy: 'max-bundle',
    iceCandidatePoolSize: 1,
  };
  readonly #connection = new RTCPeerConnection(this.#configuration);
  readonly #pictures = this.#openChannel(pictureChannel);
  readonly #sounds = this.#openChannel(soundChannel);
  readonly #way = new MediaWay(() => this.#ending.abort());
  /** The slots that have been told. */
  readonly #known = new Set<number>();
  readonly #viewerEvents: Promise<AsyncIteratorObject<ViewerEvent>>;
  /** The first event; null: there is none. */
  readonly #offer: Promise<Offer | null>;
  readonly #answered: Promise<Answered | null>;
  #isRunning = false;

  /** @param slots that are expected to be needed: others come when they are wanted */
  constructor(client: Promise<EngineClient>, slots: number) {
    this.#client = client;
    const connection = this.#connection;
    const { signal } = this.#ending;
    connection.addEventListener('connectionstatechange', () => {
      const { connectionState } = connection;
      if (connectionState === 'failed') this.#ending.abort();
      if (connectionState === 'disconnected') this.#way.search();
      if (connectionState === 'connected') this.#way.found();
    });
    connection.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate !== null) this.#way.add(candidate);
    });
    // Sooner than ICE notices, and no harm where the way is still there: pictures go on over it meanwhile.
    onNetworkChange(() => this.#way.restart(), signal);
    this.#viewerEvents = this.#open(slots);
    this.#offer = this.#viewerEvents.then((events) => takeOffer(events));
    this.#answered = this.#offer.then((offer) => (offer === null ? null : this.#answer(offer)));
    // Whoever runs it hears of it.
    this.#answered.catch(() => {});
  }

  /** Ends it; whoever runs it is told before its tracks end. */
  close(): void {
    this.#ending.abort();
    if (!this.#isRunning) this.#release();
  }

  /**
   * Tells what comes. Resolves when the media path is lost, or it was closed; rejects when the engine refuses or the link ends.
   * Either way the peer connection is closed then.
   * @param signal closes it
   */
  async run(events: ViewerConnectionEvents, signal: AbortSignal): Promise<void> {
    this.#isRunning = true;
    const connection = this.#connection;
    const close = () => this.close();
    signal.addEventListener('abort', close, { once: true });
    if (signal.aborted) close();
    let reaching: ReturnType<typeof setTimeout> | undefined;
    const tellReached = () => {
      if (connection.connectionState !== 'connected') return;
      clearTimeout(reaching);
      events.reached(true);
    };
    connection.addEventListener('connectionstatechange', tellReached);
    const assembler = new PictureAssembler();
    this.#pictures.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
      const picture = assembler.push(new Uint8Array(data));
      if (picture !== undefined) events.picture(picture);
    });
    this.#sounds.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
      const message = parseSoundMessage(new Uint8Array(data));
      if (message !== undefined) events.sound(message);
    });
    try {
      const offer = await this.#offer;
      if (offer === null) return;
      events.opened(offer.viewerId, connection);
      const answered = await this.#answered;
      if (answered !== null) {
        if (answered.sound !== undefined) events.soundTrack(answered.sound);
        await this.#tell(answered, events);
      }
      reaching = setTimeout(() => events.reached(false), reachMilliseconds);
      tellReached();
      for await (const event of await this.#viewerEvents) {
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
            await this.#tell(await this.#answer(event), events);
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
      if (!this.#ending.signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', close);
      connection.removeEventListener('connectionstatechange', tellReached);
      clearTimeout(reaching);
      events.closing();
      this.#release();
    }
  }

  #openChannel({ label, id }: { readonly label: string; readonly id: number }): RTCDataChannel {
    const channel = this.#connection.createDataChannel(label, { negotiated: true, id });
    channel.binaryType = 'arraybuffer';
    return channel;
  }

  async #open(slots: number): Promise<AsyncIteratorObject<ViewerEvent>> {
    const { signal } = this.#ending;
    const [h265, { viewer }] = await Promise.all([h265Support(), this.#client]);
    return await viewer.open({ slots, h265 }, { signal });
  }

  async #answer({ viewerId, sdp, slots, sound, iceServers }: Offer): Promise<Answered> {
    const connection = this.#connection;
    const isFirst = this.#known.size === 0;
    // Before the answer, so that they are asked for this way. What a browser cannot use must not cost the other ways.
    if (iceServers.length > 0) useServers(connection, this.#configuration, iceServers);
    await connection.setRemoteDescription({ type: 'offer', sdp });
    await connection.setLocalDescription();
    const client = await this.#client;
    const taken = client.viewer
      .answer({ viewerId, sdp: connection.localDescription?.sdp ?? '' })
      .then(() => this.#way.begin(client, viewerId));
    // Whoever runs it hears of it.
    taken.catch(() => {});
    const receivers = new Map(connection.getTransceivers().map(({ mid, receiver }) => [mid, receiver]));
    const tracks = slots.flatMap(({ slot, mid }) => {
      const receiver = receivers.get(mid);
      if (receiver === undefined || this.#known.has(slot)) return [];
      this.#known.add(slot);
      receiver.jitterBufferTarget = 0;
      return { slot, receiver, media: new MediaStream([receiver.track]) };
    });
    return { tracks, taken, sound: isFirst ? receivers.get(sound) : undefined };
  }

  async #tell({ tracks, taken }: Answered, events: ViewerConnectionEvents): Promise<void> {
    for (const { slot, media, receiver } of tracks) events.track(slot, media, receiver);
    await taken;
    events.answered();
  }

  #release(): void {
    this.#ending.abort();
    this.#way.found();
    this.#connection.close();
  }
}

type Offer = ViewerEvent & { type: 'offer' };

/** What an answer has brought. */
interface Answered {
  readonly tracks: readonly { slot: number; media: MediaStream; receiver: RTCRtpReceiver }[];
  /** Of the first answer: the one audio transceiver. */
  readonly sound: RTCRtpReceiver | undefined;
  /** Resolves when the engine has it. */
  readonly taken: Promise<void>;
}

/** It is the first event of every viewer. */
async function takeOffer(events: AsyncIteratorObject<ViewerEvent>): Promise<Offer | null> {
  const { value, done } = await events.next();
  return done === true || value.type !== 'offer' ? null : value;
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
