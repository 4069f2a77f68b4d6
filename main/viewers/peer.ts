import type dgram from 'node:dgram';
import {
  type RTCDataChannel,
  type RTCDtlsTransport,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RTCRtpHeaderExtensionParameters,
  type RTCRtpTransceiver,
} from 'werift';
import { surviveDatagramErrors } from '../base/operating-system.ts';
import { pictureChannel } from '../contract/picture-message.ts';
import { soundChannel } from '../contract/sound-message.ts';
import { EarlyDatagrams } from './early-datagrams.ts';
import { MediaTransport } from './media-transport.ts';
import { lowBufferedBytes, type MessageChannel } from './picture-channel.ts';
import { playoutDelayUri } from './slot-sender.ts';
import { isAuthenticRequest, isStunMessage, isStunResponse } from './stun-guard.ts';

/**
 * One H.264 payload type and its RTX, no more: werift matches codecs by MIME type alone and would take the first one of a
 * browser's offer, so it is the one that offers. Chromium decodes Main and High under this profile as well.
 */
const videoCodecs = () => [
  new RTCRtpCodecParameters({
    mimeType: 'video/H264',
    clockRate: 90_000,
    payloadType: 96,
    rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
    parameters: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  }),
  new RTCRtpCodecParameters({
    mimeType: 'video/rtx',
    clockRate: 90_000,
    payloadType: 97,
    parameters: 'apt=96',
  }),
];

/** For windows that say that they can; behind H.264, which werift takes as long as nobody says otherwise. */
const h265Codecs = () => [
  new RTCRtpCodecParameters({
    mimeType: 'video/H265',
    clockRate: 90_000,
    payloadType: 98,
    rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
    parameters: 'level-id=186;profile-id=1;tier-flag=0;tx-mode=SRST',
  }),
  new RTCRtpCodecParameters({
    mimeType: 'video/rtx',
    clockRate: 90_000,
    payloadType: 99,
    parameters: 'apt=98',
  }),
];

/** For sound, under the payload types of RFC 3551 where there are some. */
const audioCodecs = () => [
  new RTCRtpCodecParameters({ mimeType: 'audio/opus', clockRate: 48_000, channels: 2, payloadType: 111 }),
  new RTCRtpCodecParameters({ mimeType: 'audio/G722', clockRate: 8_000, channels: 1, payloadType: 9 }),
  new RTCRtpCodecParameters({ mimeType: 'audio/PCMU', clockRate: 8_000, channels: 1, payloadType: 0 }),
  new RTCRtpCodecParameters({ mimeType: 'audio/PCMA', clockRate: 8_000, channels: 1, payloadType: 8 }),
];

interface PeerEvents {
  /** Media can flow. */
  connected(): void;
  /** It will never flow again. */
  failed(reason: string): void;
  /** The browser gave a sign of life: an authentic STUN message, or RTCP. */
  heard(): void;
  /** A data channel has opened or has room again. */
  channelReady(): void;
}

/**
 * werift's peer connection of one window, with its traps closed: no STUN server it was not told of, no unauthenticated
 * STUN, no conversion of the key at each packet, and an offer that lets the browser be the DTLS client (werift sleeps
 * 100 ms in that role).
 */
export class Peer implements AsyncDisposable {
  readonly #connection: RTCPeerConnection;
  readonly #events: PeerEvents;
  #pictures: RTCDataChannel | undefined;
  #sound: RTCDataChannel | undefined;
  #guarded = new WeakSet<object>();
  readonly #followed = new WeakSet<RTCDtlsTransport>();
  #media: MediaTransport | undefined;

  /** @param h265 whether its tracks may carry H.265, too */
  constructor(events: PeerEvents, h265: boolean) {
    this.#events = events;
    this.#connection = new RTCPeerConnection({
      codecs: { video: [...videoCodecs(), ...(h265 ? h265Codecs() : [])], audio: audioCodecs() },
      headerExtensions: {
        video: [new RTCRtpHeaderExtensionParameters({ uri: playoutDelayUri })],
        audio: [],
      },
      iceServers: [],
      iceUseIpv6: false,
      // Browsers on this machine, the desktop window first of all, connect over loopback.
      iceAdditionalHostAddresses: ['127.0.0.1'],
      bundlePolicy: 'max-bundle',
    });
    this.#connection.connectionStateChange.subscribe((state) => {
      if (state === 'failed') events.failed('the browser could not be reached over UDP');
    });
  }

  /** For pictures that no track carries; part of the first offer, so that it is never a renegotiation. */
  get pictures(): MessageChannel {
    return messageChannel(() => this.#pictures);
  }

  /** For sound that no track carries. */
  get sound(): MessageChannel {
    return messageChannel(() => this.#sound);
  }

  /** @param lowBytes the window has room again when no more than this is left */
  #openChannel({ label, id }: { label: string; id: number }, lowBytes: number): RTCDataChannel {
    const channel = this.#connection.createDataChannel(label, { negotiated: true, id });
    channel.bufferedAmountLowThreshold = lowBytes;
    channel.bufferedAmountLow.subscribe(() => this.#events.channelReady());
    channel.stateChange.subscribe((state) => {
      if (state === 'open') this.#events.channelReady();
    });
    return channel;
  }

  /** Where its RTP leaves; undefined before the first offer. */
  get media(): MediaTransport | undefined {
    return this.#media;
  }

  addVideo(): RTCRtpTransceiver {
    return this.#connection.addTransceiver('video', { direction: 'sendonly' });
  }

  addAudio(): RTCRtpTransceiver {
    return this.#connection.addTransceiver('audio', { direction: 'sendonly' });
  }

  /** The SDP to send to the browser, with all candidates in it. */
  async offer(): Promise<string> {
    // Behind the first tracks, whose places in the offer stay as they were.
    this.#pictures ??= this.#openChannel(pictureChannel, lowBufferedBytes);
    this.#sound ??= this.#openChannel(soundChannel, 0);
    for (const { connection } of this.#connection.iceTransports) {
      // An empty `iceServers` still asks stun.l.google.com, and waits for it on a site without internet.
      delete connection.stunServer;
    }
    await this.#connection.setLocalDescription(await this.#connection.createOffer());
    for (const dtls of this.#connection.dtlsTransports) {
      this.#guard(dtls);
      this.#follow(dtls);
    }
    return this.#connection.localDescription?.sdp ?? '';
  }

  async answer(sdp: string): Promise<void> {
    await this.#connection.setRemoteDescription({ type: 'answer', sdp });
  }

  async addCandidate(candidate: {
    candidate: string;
    sdpMid: string | null;
    sdpMLineIndex: number | null;
  }): Promise<void> {
    await this.#connection.addIceCandidate({
      candidate: candidate.candidate,
      ...(candidate.sdpMid === null ? {} : { sdpMid: candidate.sdpMid }),
      ...(candidate.sdpMLineIndex === null ? {} : { sdpMLineIndex: candidate.sdpMLineIndex }),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close();
  }

  /** Media can flow when DTLS is done; werift's own state waits for the data channel, which a lost packet delays by 3 s. */
  #follow(dtls: RTCDtlsTransport): void {
    if (this.#followed.has(dtls)) return;
    this.#followed.add(dtls);
    const media = new MediaTransport(dtls, () => this.#events.heard());
    this.#media ??= media;
    dtls.onStateChange.subscribe((state) => {
      if (state !== 'connected') return;
      media.guard();
      this.#events.connected();
    });
  }

  /** Puts the check for MESSAGE-INTEGRITY in front of every socket of the ICE agent. */
  #guard(dtls: RTCDtlsTransport): void {
    const agent = dtls.iceTransport.connection;
    const { protocols } = agent as unknown as { protocols: GuardedProtocol[] };
    for (const { transport } of protocols) {
      if (this.#guarded.has(transport)) continue;
      this.#guarded.add(transport);
      surviveDatagramErrors(transport.socket);
      const deliver = transport.onData.bind(transport);
      const early = new EarlyDatagrams(dtls, deliver);
      transport.onData = (datagram, address) => {
        const first = datagram[0];
        if (first === undefined) return;
        // RFC 7983: 0 to 3 is STUN, which must be whole and authentic.
        if (first < 4) {
          if (!isStunMessage(datagram)) return;
          if (!isStunResponse(datagram)) {
            if (!isAuthenticRequest(datagram, agent.localUsername, agent.localPassword)) return;
            this.#events.heard();
          }
        }
        if (!early.hold(datagram, address)) deliver(datagram, address);
      };
    }
  }
}

function messageChannel(current: () => RTCDataChannel | undefined): MessageChannel {
  return {
    get isOpen() {
      return current()?.readyState === 'open';
    },
    get bufferedBytes() {
      return current()?.bufferedAmount ?? 0;
    },
    send: (message) => current()?.send(Buffer.from(message.buffer, message.byteOffset, message.byteLength)),
  };
}

interface GuardedProtocol {
  readonly transport: {
    readonly socket: dgram.Socket;
    onData: (datagram: Buffer, address: [string, number]) => void;
  };
}
