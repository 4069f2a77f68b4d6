import { randomBytes, randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import type { UdpPortPair } from '../base/udp-port-pair.ts';
import type { Corruption } from './corruption.ts';
import { headerBytes, stampFrame } from './frame-template.ts';
import type { LiveFrame } from './live-source.ts';
import type { Quirk } from './quirks.ts';
import { senderReport } from './sender-report.ts';

const reportMilliseconds = 5_000;
const interleavedBytes = 4;
/** A client that does not read: frames are dropped up to the next key frame, as a camera with a full buffer does. */
const maximumUnsentBytes = 2 * 1024 * 1024;

/** One client that plays: numbers packets and stamps them its own way (RFC 3550: random starts). */
export abstract class PlaySession {
  readonly ssrc: number = randomBytes(4).readUInt32BE(0);
  readonly #timestampBase: number = randomInt(2 ** 32);
  #sequenceNumber: number = randomInt(2 ** 16);
  #isWaitingForKeyFrame = false;
  #packets = 0;
  #octets = 0;
  #reportedAt = 0;
  #pictures = 0;
  readonly #quirk: Quirk | undefined;

  constructor(quirk?: Quirk) {
    this.#quirk = quirk;
  }

  /** Value of the `Transport` header in the answer to SETUP. */
  abstract readonly transport: string;
  abstract close(): void;
  /** Of the interleaved frames; nothing over UDP. */
  protected readonly channel: number = 0;
  protected abstract readonly unsentBytes: number;
  /** @param bytes all packets of a picture as in a `FrameTemplate`  @param starts where each begins */
  protected abstract write(bytes: Buffer, starts: readonly number[]): void;
  protected abstract writeReport(report: Buffer): void;

  /** Of the next packet. */
  get sequenceNumber(): number {
    return this.#sequenceNumber;
  }

  /** @param ticks of a picture; gives its RTP timestamp */
  timestampOf(ticks: number): number {
    return (this.#timestampBase + ticks) % 2 ** 32;
  }

  send({ picture, ticks }: LiveFrame, corruption: Corruption | undefined): void {
    if (this.unsentBytes > maximumUnsentBytes) this.#isWaitingForKeyFrame = true;
    else if (picture.keyFrame) this.#isWaitingForKeyFrame = false;
    if (this.#isWaitingForKeyFrame) return;
    const timestamp = this.timestampOf(ticks);
    if (this.#quirk?.packets !== undefined) {
      this.#sendWrong(this.#quirk.packets, picture, timestamp);
      return;
    }
    const { template } = picture;
    const { starts } = template;
    const bytes = stampFrame(template, {
      channel: this.channel,
      sequenceNumber: this.#sequenceNumber,
      timestamp,
      ssrc: this.ssrc,
    });
    if (corruption !== undefined) {
      for (const [index, start] of starts.entries())
        corruption.apply(bytes.subarray(start + headerBytes, starts[index + 1]));
    }
    this.#sequenceNumber = (this.#sequenceNumber + starts.length) & 0xffff;
    this.#packets += starts.length;
    this.#octets += bytes.length - starts.length * headerBytes;
    this.write(bytes, starts);
    this.#report(timestamp);
  }

  #sendWrong(
    toPackets: NonNullable<Quirk['packets']>,
    picture: LiveFrame['picture'],
    timestamp: number,
  ): void {
    const { nalUnits, keyFrame } = picture;
    const takeNumber = () => {
      const number = this.#sequenceNumber;
      this.#sequenceNumber = (number + 1) & 0xffff;
      return number;
    };
    const index = this.#pictures++;
    const packets = toPackets({ nalUnits, keyFrame, index, timestamp, ssrc: this.ssrc, takeNumber });
    const starts: number[] = [];
    let start = 0;
    const framed = packets.flatMap((packet) => {
      starts.push(start);
      start += interleavedBytes + packet.length;
      const header = Buffer.from([0x24, this.channel, 0, 0]);
      header.writeUInt16BE(packet.length, 2);
      return [header, packet];
    });
    this.write(Buffer.concat(framed), starts);
  }

  /** A sender report with the first picture, then every five seconds. */
  #report(timestamp: number): void {
    const now = Date.now();
    if (now - this.#reportedAt < reportMilliseconds) return;
    this.#reportedAt = now;
    const { ssrc } = this;
    this.writeReport(senderReport(now, { ssrc, timestamp, packets: this.#packets, octets: this.#octets }));
  }
}

/** RTP interleaved with RTSP on the client's own connection (RFC 2326 section 10.12). */
export class TcpSession extends PlaySession {
  readonly transport: string;
  protected override readonly channel: number;
  readonly #socket: Socket;
  readonly #between: Buffer | undefined;

  /** @param channel for RTP, 0 … 254; RTCP takes the one after it */
  constructor(socket: Socket, channel: number, quirk?: Quirk) {
    super(quirk);
    this.#socket = socket;
    this.#between = quirk?.between;
    this.channel = channel;
    const channels = quirk?.channel === undefined ? `${channel}-${channel + 1}` : channel;
    this.transport = `RTP/AVP/TCP;unicast;interleaved=${channels};ssrc=${hex(this.ssrc)}`;
  }

  close(): void {
    // The connection is the client's.
  }

  protected get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  protected write(bytes: Buffer): void {
    if (!this.#socket.writable) return;
    if (this.#between !== undefined) this.#socket.write(this.#between);
    this.#socket.write(bytes);
  }

  protected writeReport(report: Buffer): void {
    const header = Buffer.from([0x24, this.channel + 1, 0, 0]);
    header.writeUInt16BE(report.length, 2);
    this.write(Buffer.concat([header, report]));
  }
}

/** RTP to the client's port, RTCP to the one after it. */
export class UdpSession extends PlaySession {
  readonly transport: string;
  readonly #ports: UdpPortPair;
  readonly #host: string;
  readonly #port: number;
  readonly #isSwallowed: boolean;

  /**
   * @param ports closed with the session
   * @param port of the client for RTP, 1 … 65,534
   * @param onReport the client sent RTCP: it is alive
   */
  constructor(ports: UdpPortPair, host: string, port: number, onReport: () => void, quirk?: Quirk) {
    super(quirk);
    this.#isSwallowed = quirk?.swallowsDatagrams === true;
    this.#ports = ports;
    this.#host = host;
    this.#port = port;
    ports.rtcp.on('message', onReport);
    const own = ports.rtp.address().port;
    this.transport = `RTP/AVP;unicast;client_port=${port}-${port + 1};server_port=${own}-${own + 1};ssrc=${hex(this.ssrc)}`;
  }

  close(): void {
    this.#ports[Symbol.dispose]();
  }

  protected get unsentBytes(): number {
    return this.#ports.rtp.getSendQueueSize();
  }

  protected write(bytes: Buffer, starts: readonly number[]): void {
    if (this.#isSwallowed) return;
    for (const [index, start] of starts.entries()) {
      const packet = bytes.subarray(start + interleavedBytes, starts[index + 1]);
      this.#ports.rtp.send(packet, this.#port, this.#host);
    }
  }

  protected writeReport(report: Buffer): void {
    this.#ports.rtcp.send(report, this.#port + 1, this.#host);
  }
}

/** As in `ssrc=` (RFC 2326 section 12.39). */
function hex(ssrc: number): string {
  return ssrc.toString(16).toUpperCase().padStart(8, '0');
}
