/*
 * Names of formats as RTP and SDP spell them (RFC 6184, 7798, 2435, 3551, 7587, 3640). Plain values, for both sides.
 */

export const videoCodecs = ['H264', 'H265', 'JPEG'] as const;
export type VideoCodec = (typeof videoCodecs)[number];

/** As people write them. */
export const codecWords: Readonly<Record<VideoCodec, string>> = {
  H264: 'H.264',
  H265: 'H.265',
  JPEG: 'MJPEG',
};

/** AAC is MPEG4-GENERIC. */
export const audioCodecs = ['PCMU', 'PCMA', 'G722', 'OPUS', 'MPEG4-GENERIC'] as const;
export type AudioCodec = (typeof audioCodecs)[number];
