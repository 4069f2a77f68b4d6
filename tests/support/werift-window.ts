import type dgram from 'node:dgram';
import {
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RTCRtpHeaderExtensionParameters,
  type RtpPacket,
} from 'werift';
import type { ViewerEvent } from '../../main/contract/viewer.ts';
import { closeConnection } from '../../main/viewers/peer.ts';
import { headerExtensionUris } from '../../main/viewers/rtp-header.ts';
import type { Viewer } from '../../main/viewers/viewer.ts';
import { ArrivalReporter } from './arrival-reporter.ts';
import type { NarrowRelay } from './narrow-relay.ts';

const [, , transportSequenceUri] = headerExtensionUris.video;

const receiveBufferBytes = 256 * 1024;

/** What a window needs of its viewer. */
type WindowViewer = Pick<Viewer, 'events' | 'answer'>;

/** A window without a browser: werift answers a viewer's offers and shows what arrives on each slot. */
export class WeriftWindow implements AsyncDisposable {
  readonly connection: RTCPeerConnection;
  readonly packets: { slot: number; packet: RtpPacket }[] = [];
  /** Of the audio transceiver. */
  readonly sound: RtpPacket[] = [];
  offer = '';
  /** Of DTLS-SRTP; undefined: all that werift knows. */
  srtpProfile: number | undefined;
  /** What becomes of the answer before the viewer gets it. */
  changeAnswer: (sdp: string) => string = (sdp) => sdp;
  #events: AsyncGenerator<ViewerEvent>;
  #abort = new AbortController();
  #viewer: WindowViewer;
  #relay: NarrowRelay | undefined;
  readonly #reportsArrivals: boolean;
  #reporter: ArrivalReporter | undefined;
  #slotOfSsrc = new Map<number, number>();
  #soundSsrc: number | undefined;
  #waiting: (() => void)[] = [];
  #listening = false;
  #restarts = 0;

  /**
   * @param options `retransmission`: whether it takes a stream for that; `transportFeedback`: whether it reports when each
   * packet came; `relay`: what lies between
   */
  constructor(
    viewer: WindowViewer,
    options: { retransmission?: boolean; transportFeedback?: boolean; relay?: NarrowRelay } = {},
  ) {
    const { retransmission = true, transportFeedback = false } = options;
    this.#viewer = viewer;
    this.#relay = options.relay;
    this.#reportsArrivals = transportFeedback;
    this.#events = viewer.events(this.#abort.signal);
    this.connection = new RTCPeerConnection({
      codecs: {
        video: [
          new RTCRtpCodecParameters({
            mimeType: 'video/H264',
            clockRate: 90_000,
            rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
          }),
          ...(retransmission
            ? [new RTCRtpCodecParameters({ mimeType: 'video/rtx', clockRate: 90_000 })]
            : []),
        ],
        audio: [
          new RTCRtpCodecParameters({ mimeType: 'audio/opus', clockRate: 48_000, channels: 2 }),
          new RTCRtpCodecParameters({
            mimeType: 'audio/G722',
            clockRate: 8_000,
            channels: 1,
            payloadType: 9,
          }),
          new RTCRtpCodecParameters({
            mimeType: 'audio/PCMU',
            clockRate: 8_000,
            channels: 1,
            payloadType: 0,
          }),
          new RTCRtpCodecParameters({
            mimeType: 'audio/PCMA',
            clockRate: 8_000,
            channels: 1,
            payloadType: 8,
          }),
        ],
      },
      headerExtensions: {
        video: transportFeedback ? [new RTCRtpHeaderExtensionParameters({ uri: transportSequenceUri })] : [],
      },
      iceServers: [],
      iceUseIpv6: false,
      iceAdditionalHostAddresses: ['127.0.0.1'],
      bundlePolicy: 'max-bundle',
    });
  }

  /** Answers the next offer; resolves when media can flow. Returns the offer's event. */
  async negotiate(): Promise<Extract<ViewerEvent, { type: 'offer' }>> {
    const { value } = await this.#events.next();
    if (value?.type !== 'offer') throw new Error(`no offer but ${JSON.stringify(value)}`);
    this.offer = value.sdp;
    this.#learnSources(value);
    await this.connection.setRemoteDescription({
      type: 'offer',
      sdp: this.#relay?.forWindow(value.sdp) ?? value.sdp,
    });
    for (const { connection } of this.connection.iceTransports) delete connection.stunServer;
    const answer = await this.connection.createAnswer();
    if (this.srtpProfile !== undefined) {
      for (const dtls of this.connection.dtlsTransports) {
        Object.assign(dtls, { srtpProfiles: [this.srtpProfile] });
      }
    }
    await this.connection.setLocalDescription(answer);
    this.#enlargeBuffers();
    this.#listen();
    // werift's agent begins no new checks by itself once DTLS is done.
    const [transport] = this.connection.iceTransports;
    const isRestart = transport !== undefined && transport.iceRestarts > this.#restarts;
    this.#restarts = transport?.iceRestarts ?? 0;
    const sdp = this.changeAnswer(this.connection.localDescription?.sdp ?? '');
    await this.#viewer.answer(this.#relay?.forEngine(sdp) ?? sdp);
    if (isRestart) await transport.start();
    while (this.connection.connectionState !== 'connected') {
      await this.connection.connectionStateChange.asPromise();
    }
    return value;
  }

  /** As Chromium does: one that gets no processor for a moment loses nothing. */
  #enlargeBuffers(): void {
    for (const { connection } of this.connection.iceTransports) {
      const { protocols } = connection as unknown as {
        protocols: readonly { readonly transport: { readonly socket: dgram.Socket } }[];
      };
      for (const { transport } of protocols) transport.socket.setRecvBufferSize(receiveBufferBytes);
    }
  }

  async nextEvent(): Promise<ViewerEvent | undefined> {
    const { value } = await this.#events.next();
    return value ?? undefined;
  }

  /** The next event of that kind; those before it are passed over. */
  async nextOf<Type extends ViewerEvent['type']>(
    type: Type,
  ): Promise<Extract<ViewerEvent, { type: Type }> | undefined> {
    for (;;) {
      const event = await this.nextEvent();
      if (event === undefined) return undefined;
      if (isOf(event, type)) return event;
    }
  }

  /** Resolves when `condition` holds; it is looked at after every packet. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  packetsOf(slot: number): RtpPacket[] {
    return this.packets.filter((entry) => entry.slot === slot).map((entry) => entry.packet);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    this.#reporter?.[Symbol.dispose]();
    await closeConnection(this.connection);
  }

  /** Which SSRC belongs to which slot; that of its RTX stays unknown, so that only media is counted. */
  #learnSources({ sdp, slots, sound }: Extract<ViewerEvent, { type: 'offer' }>): void {
    for (const section of sdp.split('\r\nm=').slice(1)) {
      const mid = /a=mid:(\S+)/.exec(section)?.[1];
      const ssrc = Number(/a=ssrc-group:FID (\d+)/.exec(section)?.[1]);
      if (mid === sound) this.#soundSsrc = Number(/a=ssrc:(\d+)/.exec(section)?.[1]);
      const entry = slots.find((candidate) => candidate.mid === mid);
      if (entry !== undefined) this.#slotOfSsrc.set(ssrc, entry.slot);
    }
  }

  /** werift's own reports, of eleven packets and more that come at once, count time from another start than ours. */
  #silenceOwnReports(): void {
    for (const { receiver } of this.connection.getTransceivers()) {
      receiver.setupTWCC = () => {};
      Object.assign(receiver, { receiverTWCC: undefined });
    }
  }

  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    const [dtls] = this.connection.dtlsTransports;
    const id = Number(/a=extmap:(\d+) \S*transport-wide-cc/.exec(this.offer)?.[1]);
    if (this.#reportsArrivals && dtls !== undefined) {
      this.#silenceOwnReports();
      this.#reporter = new ArrivalReporter(dtls, id);
    }
    dtls?.onRtp.subscribe((packet) => {
      const { ssrc } = packet.header;
      const slot = this.#slotOfSsrc.get(ssrc);
      if (ssrc === this.#soundSsrc) this.sound.push(packet);
      else if (slot !== undefined) this.packets.push({ slot, packet });
      else return;
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }
}

function isOf<Type extends ViewerEvent['type']>(
  event: ViewerEvent,
  type: Type,
): event is Extract<ViewerEvent, { type: Type }> {
  return event.type === type;
}
