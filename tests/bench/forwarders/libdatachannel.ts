import { cleanup, PeerConnection, type Track, Video } from 'node-datachannel';
import { PacketForwarder } from './packet-forwarder.ts';

const payloadType = 96;
/** The SSRC of a camera's track is this and its number, for every viewer, so that a packet is written once. */
const firstSsrc = 1_000;

interface Connected {
  readonly connection: PeerConnection;
  /** One for each camera. */
  readonly tracks: readonly Track[];
}

/** libdatachannel (C++) through node-datachannel: header in JavaScript, encryption and sending there, on threads of its own. */
export class LibdatachannelForwarder extends PacketForwarder {
  readonly #viewers: Connected[] = [];

  override async offer(): Promise<string> {
    const name = `viewer ${this.#viewers.length}`;
    const connection = new PeerConnection(name, { iceServers: [], bindAddress: '127.0.0.1' });
    const tracks = Array.from({ length: this.cameras }, (_, camera) => {
      const video = new Video(String(camera), 'SendOnly');
      video.addH264Codec(payloadType);
      video.addSSRC(firstSsrc + camera, `camera-${camera}`);
      return connection.addTrack(video);
    });
    const gathered = Promise.withResolvers<void>();
    connection.onGatheringStateChange((state) => {
      if (state === 'complete') gathered.resolve();
    });
    connection.setLocalDescription('offer');
    await gathered.promise;
    this.#viewers.push({ connection, tracks });
    return connection.localDescription()?.sdp ?? '';
  }

  override async answer(viewer: number, answer: string): Promise<void> {
    const connected = this.#viewers[viewer];
    if (connected === undefined) return;
    const open = Promise.all(
      connected.tracks.map((track) => new Promise<void>((resolve) => track.onOpen(() => resolve()))),
    );
    connected.connection.setRemoteDescription(answer, 'answer');
    await open;
  }

  protected override forward(camera: number, packet: Buffer): number {
    packet.writeUInt8((packet.readUInt8(1) & 0x80) | payloadType, 1);
    packet.writeUInt32BE(firstSsrc + camera, 8);
    for (const { tracks } of this.#viewers) tracks[camera]?.sendMessageBinary(packet);
    return this.#viewers.length;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    for (const { connection } of this.#viewers) connection.close();
    cleanup();
  }
}
