import { type PeerConfig, RTCRtpCodecParameters } from 'werift';

/*
 * What tracks of ours carry, whichever side offers them. New objects each time: werift writes into them.
 */

type Feedback = RTCRtpCodecParameters['rtcpFeedback'];

/** For a peer connection on sockets that are given to it. */
export const onOurSockets = {
  // It would ask a STUN server of its own choice from each socket that it has opened itself: it opens none.
  iceServers: [],
  iceUseIpv4: false,
  iceUseIpv6: false,
  bundlePolicy: 'max-bundle',
} as const satisfies Partial<PeerConfig>;

/**
 * One H.264 payload type and its RTX, no more: werift matches codecs by MIME type alone and would take the first one of a
 * browser's offer, so it is the one that offers. Chromium decodes Main and High under this profile as well.
 */
export function h264Codecs(rtcpFeedback: Feedback): RTCRtpCodecParameters[] {
  const parameters = 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f';
  return withRepair('video/H264', 96, rtcpFeedback, parameters);
}

/** Behind H.264, which werift takes as long as nobody says otherwise. */
export function h265Codecs(rtcpFeedback: Feedback, parameters?: string): RTCRtpCodecParameters[] {
  return withRepair('video/H265', 98, rtcpFeedback, parameters);
}

/** Under the payload types of RFC 3551 where there are some. */
export function audioCodecs(): RTCRtpCodecParameters[] {
  return [
    new RTCRtpCodecParameters({ mimeType: 'audio/opus', clockRate: 48_000, channels: 2, payloadType: 111 }),
    new RTCRtpCodecParameters({ mimeType: 'audio/G722', clockRate: 8_000, channels: 1, payloadType: 9 }),
    new RTCRtpCodecParameters({ mimeType: 'audio/PCMU', clockRate: 8_000, channels: 1, payloadType: 0 }),
    new RTCRtpCodecParameters({ mimeType: 'audio/PCMA', clockRate: 8_000, channels: 1, payloadType: 8 }),
  ];
}

/** The retransmissions (RFC 4588) have the next payload type. */
function withRepair(
  mimeType: string,
  payloadType: number,
  rtcpFeedback: Feedback,
  parameters?: string,
): RTCRtpCodecParameters[] {
  const clockRate = 90_000;
  return [
    new RTCRtpCodecParameters({
      ...{ mimeType, clockRate, payloadType, rtcpFeedback },
      ...(parameters === undefined ? {} : { parameters }),
    }),
    new RTCRtpCodecParameters({
      ...{ mimeType: 'video/rtx', clockRate, payloadType: payloadType + 1 },
      parameters: `apt=${payloadType}`,
    }),
  ];
}
