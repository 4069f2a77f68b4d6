import { randomBytes } from 'node:crypto';
import type { RemoteInfo } from 'node:dgram';
import { UdpPortPair } from '../base/udp-port-pair.ts';
import { ReceiverReporter } from './receiver-report.ts';
import { ReorderBuffer } from './reorder-buffer.ts';
import { parseRtpPacket, type RtpPacket } from './rtp-packet.ts';
import type { ConnectionWitness } from './rtsp-witness.ts';

/** A key frame of a 4K camera at once; the system may grant less. What does not fit is lost, as on the network. */
const receiveBufferBytes = 1024 * 1024;
const reportMilliseconds = 5_000;
const releaseMilliseconds = 10;
/** RTP version 2, payload type 0, all else zero: an empty packet that opens the way through a router or a firewall. */
const emptyPacket = Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

export interface UdpSource {
  /** Of the camera: packets from elsewhere are not its own. */
  readonly host: string;
  /** Undefined: the camera does not say where it sends from (OpenIPC). */
  readonly port: number | undefined;
  readonly clockRate: number;
  readonly witness?: ConnectionWitness | undefined;
}

/**
 * RTP and RTCP of one track over UDP: takes packets from the camera's own address only, in their order, whatever their size
 * (Tapo sends 10 kB), and tells the camera every five seconds how they arrive.
 */
export class UdpReceiver implements Disposable {
  readonly #ports: UdpPortPair;
  readonly #reorder = new ReorderBuffer();
  #report: NodeJS.Timeout | undefined;
  #release: NodeJS.Timeout | undefined;
  #receiving = false;
  #disposed = false;
  /** Called for every packet, in order; the data stays valid. Null: packets are dropped unread. */
  onPacket: ((packet: RtpPacket) => void) | null = null;

  private constructor(ports: UdpPortPair) {
    this.#ports = ports;
    ports.receiveBufferBytes = receiveBufferBytes;
  }

  /** @param host own address that the camera is spoken to from  @throws Error when no ports are free */
  static async open(host: string): Promise<UdpReceiver> {
    return new UdpReceiver(await UdpPortPair.open(host));
  }

  /** Even, for RTP; RTCP is the one after it. */
  get port(): number {
    return this.#ports.rtp.address().port;
  }

  /** Opens the way for the packets, and tells the camera from now on how they arrive. Once; later calls do nothing. */
  receive(source: UdpSource): void {
    if (this.#receiving || this.#disposed) return;
    this.#receiving = true;
    const { rtp, rtcp } = this.#ports;
    const reporter = new ReceiverReporter(randomBytes(4).readUInt32BE(0), source.clockRate);
    const isCamera = ({ address }: RemoteInfo) => address === source.host;
    rtp.on('message', (data, sender) => {
      if (this.onPacket === null) return;
      const packet = isCamera(sender) ? parseRtpPacket(data) : undefined;
      if (packet === undefined) return;
      source.witness?.datagram('rtp', data);
      const now = performance.now();
      reporter.count(packet, now);
      this.#hand(this.#reorder.push(packet, now));
    });
    rtcp.on('message', (data, sender) => {
      if (!isCamera(sender)) return;
      source.witness?.datagram('rtcp', data);
      reporter.onRtcp(data, performance.now());
    });
    const { port } = source;
    if (port === undefined) return;
    const report = () => rtcp.send(reporter.next(performance.now()), port + 1, source.host);
    rtp.send(emptyPacket, port, source.host);
    report();
    this.#report = setInterval(report, reportMilliseconds);
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.onPacket = null;
    clearInterval(this.#report);
    clearTimeout(this.#release);
    this.#ports[Symbol.dispose]();
  }

  #hand(packets: readonly RtpPacket[]): void {
    for (const packet of packets) this.onPacket?.(packet);
    if (!this.#reorder.isHolding || this.#release !== undefined) return;
    this.#release = setTimeout(() => {
      this.#release = undefined;
      this.#hand(this.#reorder.release(performance.now()));
    }, releaseMilliseconds);
  }
}
