import {
  type Forwarder,
  type ForwarderSize,
  packetsPerAccessUnit,
  payloadBytes,
  ticksPerFrame,
} from './forwarder.ts';
import { RtspPull } from './rtsp-pull.ts';

const rtpHeaderBytes = 12;
const markerAndPayloadType = 1;
const payloadType = 96;

/** What the references on Node share: each RTP packet is forwarded as soon as it is there, to one viewer after the other. */
export abstract class PacketForwarder implements Forwarder {
  packets = 0;
  protected cameras = 0;
  protected readonly pulls: RtspPull[] = [];
  readonly #sequenceNumbers: number[] = [];
  readonly #timestamps: number[] = [];

  abstract offer(): Promise<string>;
  abstract answer(viewer: number, answer: string): Promise<void>;
  /** To every viewer; the packet may be changed. @returns how many datagrams that were */
  protected abstract forward(camera: number, packet: Buffer): number;

  async open({ cameras }: ForwarderSize): Promise<void> {
    this.cameras = cameras;
  }

  sendAccessUnit(camera: number): void {
    const timestamp = ((this.#timestamps[camera] ?? 0) + ticksPerFrame) % 2 ** 32;
    this.#timestamps[camera] = timestamp;
    for (let index = 0; index < packetsPerAccessUnit; index++) {
      const sequenceNumber = ((this.#sequenceNumbers[camera] ?? 0) + 1) & 0xffff;
      this.#sequenceNumbers[camera] = sequenceNumber;
      const packet = Buffer.allocUnsafe(rtpHeaderBytes + payloadBytes);
      packet[0] = 0x80;
      packet[markerAndPayloadType] = (index === packetsPerAccessUnit - 1 ? 0x80 : 0) | payloadType;
      packet.writeUInt16BE(sequenceNumber, 2);
      packet.writeUInt32BE(timestamp, 4);
      packet.writeUInt32BE(0, 8);
      this.packets += this.forward(camera, packet);
    }
  }

  async pull(urls: readonly string[]): Promise<void> {
    for (const [camera, url] of urls.entries()) {
      this.pulls.push(
        await RtspPull.play(url, (packet) => {
          this.packets += this.forward(camera, packet);
        }),
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pull of this.pulls) pull[Symbol.dispose]();
  }
}
