import { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters, RtpHeader, RtpPacket } from 'werift';
import { closeConnection } from '../../main/viewers/peer.ts';
import { h264, offerOf, onLoopback } from './werift-client.ts';
import { openWhep, whepRequest } from './whep-player.ts';

const parameterSets = [Buffer.from([0x67, 0x64, 0x00, 0x1f]), Buffer.from([0x68, 0xee, 0x3c, 0x80])];
const frameMilliseconds = 66;

/** A publisher of WHIP on werift. Its pictures cannot be decoded, but forwarded they can be; a key frame only when it is asked. */
export class WhipPublisher implements AsyncDisposable {
  readonly connection: RTCPeerConnection;
  /** How often it was asked for a key frame. */
  asked = 0;
  readonly #tracks: Record<'video' | 'audio', MediaStreamTrack>;
  readonly #kinds: readonly ('video' | 'audio')[];
  readonly #numbers = { video: 0, audio: 0 };
  #timer: NodeJS.Timeout | undefined;
  #timestamp = 90_000;
  #isKeyDue = true;
  session: { readonly url: string; readonly token: string; readonly etag: string } | undefined;

  constructor({ sound = false } = {}) {
    this.connection = new RTCPeerConnection({
      codecs: {
        video: [h264()],
        audio: [new RTCRtpCodecParameters({ mimeType: 'audio/opus', clockRate: 48_000, channels: 2 })],
      },
      ...onLoopback(),
    });
    this.#kinds = sound ? ['video', 'audio'] : ['video'];
    this.#tracks = {
      video: new MediaStreamTrack({ kind: 'video' }),
      audio: new MediaStreamTrack({ kind: 'audio' }),
    };
    for (const kind of this.#kinds) {
      const transceiver = this.connection.addTransceiver(this.#tracks[kind], { direction: 'sendonly' });
      if (kind === 'audio') continue;
      transceiver.sender.onPictureLossIndication.subscribe(() => {
        this.asked++;
        this.#isKeyDue = true;
      });
    }
  }

  offer(): Promise<string> {
    return offerOf(this.connection);
  }

  /** Sends from now on. */
  async publish(endpoint: string, token: string): Promise<void> {
    const opened = await openWhep(endpoint, token, await this.offer());
    if (opened.status !== 201) throw new Error(`refused: ${opened.status} ${opened.body}`);
    await this.connection.setRemoteDescription({ type: 'answer', sdp: opened.body });
    const url = new URL(opened.headers.location ?? '', endpoint).href;
    this.session = { url, token, etag: opened.headers.etag ?? '' };
    this.#timer = setInterval(() => this.#send(), frameMilliseconds);
  }

  /** Sends nothing more, and says nothing. */
  fallSilent(): void {
    clearInterval(this.#timer);
  }

  /** @returns the status of the answer */
  async unpublish(): Promise<number> {
    this.fallSilent();
    const { url = '', token = '' } = this.session ?? {};
    return (await whepRequest('DELETE', url, { token })).status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.fallSilent();
    await closeConnection(this.connection);
  }

  #send(): void {
    const slice = Buffer.alloc(300, 0x55);
    slice[0] = this.#isKeyDue ? 0x65 : 0x41;
    slice[1] = 0x80;
    const payloads = this.#isKeyDue ? [...parameterSets, slice] : [slice];
    this.#isKeyDue = false;
    for (const [index, payload] of payloads.entries())
      this.#write('video', payload, index === payloads.length - 1);
    this.#timestamp += 90 * frameMilliseconds;
    if (this.#kinds.includes('audio')) this.#write('audio', Buffer.alloc(40, 0x55), true);
  }

  #write(kind: 'video' | 'audio', payload: Buffer, marker: boolean): void {
    const sequenceNumber = this.#numbers[kind]++;
    const timestamp = kind === 'video' ? this.#timestamp : sequenceNumber * 960;
    const header = new RtpHeader({ marker, sequenceNumber, timestamp, payloadOffset: 12 });
    this.#tracks[kind].writeRtp(new RtpPacket(header, payload));
  }
}
