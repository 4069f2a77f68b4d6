import sdpTransform from 'sdp-transform';

/*
 * What both the video and the sound of a camera are looked for in: its SDP (RFC 8866), cleaned of what cameras spoil. Pure.
 */

export type SdpMedia = ReturnType<typeof sdpTransform.parse>['media'][number];

const maximumCharacters = 256 * 1024;
const maximumLineCharacters = 16 * 1024;
const maximumCodecCharacters = 32;
/** Static payload types need no rtpmap (RFC 3551 section 6). */
const staticCodecs: ReadonlyMap<number, string> = new Map([
  [0, 'PCMU'],
  [3, 'GSM'],
  [4, 'G723'],
  [5, 'DVI4'],
  [8, 'PCMA'],
  [9, 'G722'],
  [10, 'L16'],
  [11, 'L16'],
  [14, 'MPA'],
  [15, 'G728'],
  [18, 'G729'],
  [26, 'JPEG'],
  [31, 'H261'],
  [32, 'MPEG'],
  [33, 'MPEG-TS'],
  [34, 'H263'],
]);

/** One payload type of a media section. */
export interface SdpFormat {
  readonly payloadType: number;
  /** Upper case, as in RFC 3551; empty when the SDP does not say. */
  readonly name: string;
  /** Hz; undefined when the SDP does not say or says nonsense. */
  readonly clockRate: number | undefined;
  /** 1 when the SDP does not say. */
  readonly channels: number;
}

/** The media sections of a description and the `control` of all of it. Never throws. */
export function parseSdpMedia(sdp: string): {
  readonly media: readonly SdpMedia[];
  readonly control?: string;
} {
  const { media, control } = sdpTransform.parse(relevantLines(sdp));
  const text = sdpText(control);
  return { media, ...(text === undefined ? {} : { control: text }) };
}

/** sdp-transform makes a number of what looks like one: "a=control:1". */
export function sdpText(value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** The formats of a media section: those with an rtpmap, then static ones that need none. */
export function formatsOf(media: SdpMedia): SdpFormat[] {
  const mapped = media.rtp
    .filter(({ payload }) => Number.isInteger(payload))
    .map(({ payload, codec, rate = 0, encoding }): SdpFormat => {
      const channels = Number(encoding ?? 1);
      return {
        payloadType: payload,
        name: String(codec),
        clockRate: Number.isInteger(rate) && rate > 0 ? rate : undefined,
        channels: Number.isInteger(channels) && channels > 0 ? channels : 1,
      };
    });
  const isMapped = (payloadType: number) => mapped.some((format) => format.payloadType === payloadType);
  const unmapped = String(media.payloads ?? '')
    .split(' ')
    .map(Number)
    .filter((payloadType) => Number.isInteger(payloadType) && !isMapped(payloadType))
    .map((payloadType): SdpFormat => {
      const name = staticCodecs.get(payloadType) ?? '';
      return { payloadType, name, clockRate: undefined, channels: 1 };
    });
  return [...mapped, ...unmapped];
}

/** Names of formats, for words about what is not supported. */
export function formatNames(media: SdpMedia): string[] {
  return formatsOf(media)
    .map(({ name }) => name.slice(0, maximumCodecCharacters))
    .filter(Boolean);
}

/** A parameter out of the value of an `fmtp`; undefined when it is not there. */
export function formatParameter(config: string, name: string): string | undefined {
  return new RegExp(`(?:^|[; ])${name} ?= ?"?([^;" ]*)`, 'i').exec(config)?.[1];
}

/**
 * The lines that are read at all, in the shape that sdp-transform knows. What cameras spoil elsewhere (no `v=0`, repeated
 * `s=`, broken `o=` and `c=`) never gets there.
 */
function relevantLines(sdp: string): string {
  const lines = sdp
    .slice(0, maximumCharacters)
    .split(/\r\n|\r|\n/)
    .filter((line) => line.length <= maximumLineCharacters)
    .map((line) => line.replace(/[\s\0]+/g, ' ').trim());
  return lines.flatMap(readableLine).join('\n');
}

function readableLine(line: string): string[] {
  // TP-Link's "m=application/TP-LINK" is a media too, or its attributes would be taken for those of the video before it.
  const [, media] = /^m ?= ?(.*)$/i.exec(line) ?? [];
  if (media !== undefined) return [`m=${media.replace(/^(?:video|audio)\b/i, (type) => type.toLowerCase())}`];
  const [, direction] = /^a ?= ?(sendonly|recvonly|sendrecv|inactive)$/i.exec(line) ?? [];
  if (direction !== undefined) return [`a=${direction.toLowerCase()}`];
  const [, name = '', value = ''] = /^a ?= ?(rtpmap|fmtp|control) ?: ?(.*)$/i.exec(line) ?? [];
  switch (name.toLowerCase()) {
    case 'rtpmap':
      // One spelling for "h264" and "H.264".
      return [`a=rtpmap:${value.toUpperCase().replace(/^(\d+ H)\.(?=26[0-9]\b)/, '$1')}`];
    case 'fmtp':
      return [`a=fmtp:${value}`];
    case 'control':
      return [`a=control:${value}`];
    default:
      return [];
  }
}
