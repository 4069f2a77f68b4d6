import { RTCPeerConnection, RTCRtpCodecParameters, type RTCRtpSender, RtpHeader, RtpPacket } from 'werift';
import { PacketForwarder } from './packet-forwarder.ts';

const rtpHeaderBytes = 12;

interface Connected {
  readonly connection: RTCPeerConnection;
  /** One for each camera. */
  readonly senders: readonly RTCRtpSender[];
}

/** werift with its own sender, as it comes: each viewer's sender gets a packet of its own, since it writes into it. */
export class WeriftForwarder extends PacketForwarder {
  readonly #viewers: Connected[] = [];

  override async offer(): Promise<string> {
    const connection = new RTCPeerConnection({
      codecs: { video: [h264()], audio: [] },
      iceServers: [],
      iceUseIpv6: false,
      iceAdditionalHostAddresses: ['127.0.0.1'],
      bundlePolicy: 'max-bundle',
    });
    const senders = Array.from(
      { length: this.cameras },
      () => connection.addTransceiver('video', { direction: 'sendonly' }).sender,
    );
    for (const transport of connection.iceTransports) delete transport.connection.stunServer;
    await connection.setLocalDescription(await connection.createOffer());
    this.#viewers.push({ connection, senders });
    return connection.localDescription?.sdp ?? '';
  }

  override async answer(viewer: number, answer: string): Promise<void> {
    const connection = this.#viewers[viewer]?.connection;
    if (connection === undefined) return;
    await connection.setRemoteDescription({ type: 'answer', sdp: answer });
    while (connection.connectionState !== 'connected') await connection.connectionStateChange.asPromise();
  }

  protected override forward(camera: number, packet: Buffer): number {
    const marker = packet.readUInt8(1) >= 0x80;
    const [sequenceNumber, timestamp] = [packet.readUInt16BE(2), packet.readUInt32BE(4)];
    const payload = packet.subarray(rtpHeaderBytes);
    for (const { senders } of this.#viewers) {
      const header = new RtpHeader({ payloadType: 96, marker, sequenceNumber, timestamp });
      void senders[camera]?.sendRtp(new RtpPacket(header, payload));
    }
    return this.#viewers.length;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    await Promise.all(this.#viewers.map(({ connection }) => connection.close()));
  }
}

const h264 = () =>
  new RTCRtpCodecParameters({
    mimeType: 'video/H264',
    clockRate: 90_000,
    payloadType: 96,
    rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
    parameters: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  });
