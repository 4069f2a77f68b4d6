import { randomBytes, randomInt } from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { LiveFrame } from './live-source.ts';

const headerBytes = 12;
const payloadType = 96;
const reportMilliseconds = 5_000;
const ntpEpochSeconds = 2_208_988_800;
/** A client that does not read: frames are dropped up to the next key frame, as a camera with a full buffer does. */
const maximumUnsentBytes = 2 * 1024 * 1024;

/** One client that plays: numbers packets and stamps them its own way (RFC 3550: random starts). */
export abstract class PlaySession {
  readonly timestampBase: number = randomInt(2 ** 32);
  sequenceNumber: number = randomInt(2 ** 16);
  readonly #ssrc: number = randomBytes(4).readUInt32BE(0);
  #isWaitingForKeyFrame = false;
  #packets = 0;
  #octets = 0;
  #reportedAt = 0;

  /** Value of the `Transport` header in the answer to SETUP. */
  abstract readonly transport: string;
  abstract close(): void;
  protected abstract readonly unsentBytes: number;
  protected abstract write(packets: readonly Buffer[]): void;
  protected abstract writeReport(report: Buffer): void;

  /** @param damage changes payload bytes before they are sent */
  send(frame: LiveFrame, damage: (payload: Buffer) => Buffer): void {
    if (this.unsentBytes > maximumUnsentBytes) this.#isWaitingForKeyFrame = true;
    else if (frame.keyFrame) this.#isWaitingForKeyFrame = false;
    if (this.#isWaitingForKeyFrame) return;
    const timestamp = (this.timestampBase + frame.ticks) % 2 ** 32;
    const last = frame.payloads.length - 1;
    this.write(
      frame.payloads.map((original, index) => {
        const payload = damage(original);
        const packet = Buffer.allocUnsafe(headerBytes + payload.length);
        packet.writeUInt8(0x80, 0);
        packet.writeUInt8((index === last ? 0x80 : 0) | payloadType, 1);
        packet.writeUInt16BE(this.sequenceNumber, 2);
        packet.writeUInt32BE(timestamp, 4);
        packet.writeUInt32BE(this.#ssrc, 8);
        payload.copy(packet, headerBytes);
        this.sequenceNumber = (this.sequenceNumber + 1) & 0xffff;
        this.#packets++;
        this.#octets += payload.length;
        return packet;
      }),
    );
    this.#report(timestamp);
  }

  /** RTCP sender report (RFC 3550 section 6.4.1), every five seconds. */
  #report(timestamp: number): void {
    const now = Date.now();
    if (now - this.#reportedAt < reportMilliseconds) return;
    this.#reportedAt = now;
    const report = Buffer.alloc(28);
    report.writeUInt8(0x80, 0);
    report.writeUInt8(200, 1);
    report.writeUInt16BE(6, 2);
    report.writeUInt32BE(this.#ssrc, 4);
    report.writeUInt32BE((Math.floor(now / 1_000) + ntpEpochSeconds) % 2 ** 32, 8);
    report.writeUInt32BE(Math.floor(((now % 1_000) / 1_000) * 2 ** 32), 12);
    report.writeUInt32BE(timestamp, 16);
    report.writeUInt32BE(this.#packets % 2 ** 32, 20);
    report.writeUInt32BE(this.#octets % 2 ** 32, 24);
    this.writeReport(report);
  }
}

/** RTP interleaved with RTSP on the client's own connection (RFC 2326 section 10.12). */
export class TcpSession extends PlaySession {
  readonly transport: string;
  readonly #socket: Socket;
  readonly #channel: number;

  constructor(socket: Socket, channel: number) {
    super();
    this.#socket = socket;
    this.#channel = channel;
    this.transport = `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}`;
  }

  close(): void {
    // The connection is the client's.
  }

  protected get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  protected write(packets: readonly Buffer[]): void {
    this.#socket.cork();
    for (const packet of packets) this.#writeFrame(this.#channel, packet);
    this.#socket.uncork();
  }

  protected writeReport(report: Buffer): void {
    this.#writeFrame(this.#channel + 1, report);
  }

  #writeFrame(channel: number, data: Buffer): void {
    if (!this.#socket.writable) return;
    const header = Buffer.allocUnsafe(4);
    header.writeUInt8(0x24, 0);
    header.writeUInt8(channel, 1);
    header.writeUInt16BE(data.length, 2);
    this.#socket.write(header);
    this.#socket.write(data);
  }
}

/** RTP to the client's port, RTCP to the one after it. */
export class UdpSession extends PlaySession {
  readonly transport: string;
  readonly #rtp: dgram.Socket;
  readonly #rtcp: dgram.Socket;
  readonly #host: string;
  readonly #port: number;

  private constructor(rtp: dgram.Socket, rtcp: dgram.Socket, host: string, port: number) {
    super();
    this.#rtp = rtp;
    this.#rtcp = rtcp;
    this.#host = host;
    this.#port = port;
    for (const socket of [rtp, rtcp]) socket.on('error', () => {});
    this.transport = `RTP/AVP;unicast;client_port=${port}-${port + 1};server_port=${rtp.address().port}-${rtcp.address().port}`;
  }

  static async open(host: string, port: number): Promise<UdpSession> {
    const sockets = [dgram.createSocket('udp4'), dgram.createSocket('udp4')] as const;
    await Promise.all(
      sockets.map(async (socket) => {
        socket.bind(0, '127.0.0.1');
        await once(socket, 'listening');
      }),
    );
    return new UdpSession(...sockets, host.replace(/^::ffff:/, ''), port);
  }

  close(): void {
    this.#rtp.close();
    this.#rtcp.close();
  }

  protected get unsentBytes(): number {
    return this.#rtp.getSendQueueSize();
  }

  protected write(packets: readonly Buffer[]): void {
    for (const packet of packets) this.#rtp.send(packet, this.#port, this.#host);
  }

  protected writeReport(report: Buffer): void {
    this.#rtcp.send(report, this.#port + 1, this.#host);
  }
}
