import { type RTCPeerConnection, RTCRtpCodecParameters } from 'werift';

/** H.264 as clients of WHEP and WHIP have it. */
export const h264 = () =>
  new RTCRtpCodecParameters({
    mimeType: 'video/H264',
    clockRate: 90_000,
    rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
    parameters: 'packetization-mode=1;profile-level-id=42e01f',
  });

/** Nothing leaves this computer. */
export const onLoopback = () => ({
  iceServers: [],
  iceUseIpv6: false,
  iceAdditionalHostAddresses: ['127.0.0.1'],
  bundlePolicy: 'max-bundle' as const,
});

/** With all candidates in it; werift would ask a server of its own. */
export async function offerOf(connection: RTCPeerConnection): Promise<string> {
  const offer = await connection.createOffer();
  for (const { connection: ice } of connection.iceTransports) delete ice.stunServer;
  await connection.setLocalDescription(offer);
  return connection.localDescription?.sdp ?? '';
}
