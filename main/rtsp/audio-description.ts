import type { AudioCodec } from '../contract/codecs.ts';
import {
  formatNames,
  formatParameter,
  formatsOf,
  parseSdpMedia,
  type SdpFormat,
  type SdpMedia,
  sdpText,
} from './sdp-media.ts';

/** How AAC lies in its packets (RFC 3640) and what a decoder must know (ISO 14496-3 section 1.6.2.1). */
export interface AacFormat {
  /** AudioSpecificConfig, 2 … 64 bytes. */
  readonly config: Buffer;
  readonly channels: number;
  /** From one access unit to the next one. */
  readonly ticksPerUnit: number;
  /** Bits of an AU header's fields; 0: the field is not there. */
  readonly sizeLength: number;
  readonly indexLength: number;
  readonly indexDeltaLength: number;
}

/** The sound of a camera as its SDP describes it. */
export interface AudioTrack {
  readonly payloadType: number;
  readonly codec: AudioCodec;
  /** Of the RTP timestamps, in Hz; 8,000 for G.722, too, whatever it samples at (RFC 3551 section 4.5.2). */
  readonly clockRate: number;
  /** With MPEG4-GENERIC only. */
  readonly aac?: AacFormat;
}

export type DescribedAudio =
  | { readonly kind: 'playable'; readonly track: AudioTrack; readonly control: string | undefined }
  /** Sound, but in none of the formats that are understood; names of the field such as MP4A-LATM. */
  | { readonly kind: 'unsupported'; readonly codecs: readonly string[] }
  | { readonly kind: 'no-audio' };

const telephoneHertz = 8_000;
const opusHertz = 48_000;
const maximumCodecs = 4;
const maximumConfigBytes = 64;
const maximumChannels = 8;
/** Of AAC-hbr (RFC 3640 section 3.3.6), where a camera leaves them out. */
const hbr = { sizelength: 13, indexlength: 3, indexdeltalength: 3 } as const;
/** Fields of AU headers that no camera is known to send, and that nobody reads here. */
const unreadFields = ['ctsdeltalength', 'dtsdeltalength', 'randomaccessindication', 'streamstateindication'];
/** Sampling frequencies by index (ISO 14496-3 table 1.18). */
const samplingHertz = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
];
/** AAC-LC, and with SBR and PS (table 1.17). */
const objectTypes: ReadonlySet<number> = new Set([2, 5, 29]);

/**
 * Finds the first sound that can be played: G.711, G.722, Opus or AAC. A loudspeaker (ONVIF's back channel) is none. Never
 * throws, so that what a camera says of its sound cannot spoil its picture.
 */
export function findAudio(sdp: string): DescribedAudio {
  const { media } = parseSdpMedia(sdp);
  const video = media.find(({ type }) => type === 'video');
  const audios = media.filter((entry) => entry.type === 'audio' && !isBackChannel(entry, video));
  for (const audio of audios) {
    for (const format of formatsOf(audio)) {
      const track = trackOf(format, audio);
      if (track !== undefined) return { kind: 'playable', track, control: sdpText(audio.control) };
    }
  }
  if (audios.length === 0) return { kind: 'no-audio' };
  return { kind: 'unsupported', codecs: [...new Set(audios.flatMap(formatNames))].slice(0, maximumCodecs) };
}

/**
 * ONVIF (Streaming Specification section 5.3) says directions as the client sees them: what it receives is `recvonly`, the
 * loudspeaker `sendonly`. Some cameras say them as they see them, of the video, too: then it is the other way round.
 */
function isBackChannel({ direction }: SdpMedia, video: SdpMedia | undefined): boolean {
  if (direction === 'inactive') return true;
  return direction === (video?.direction === 'sendonly' ? 'recvonly' : 'sendonly');
}

function trackOf(format: SdpFormat, audio: SdpMedia): AudioTrack | undefined {
  const { payloadType, name, clockRate, channels } = format;
  switch (name) {
    case 'PCMU':
    case 'PCMA':
      // Browsers know G.711 as RFC 3551 has it; cameras exist that send it at 16 kHz.
      if ((clockRate ?? telephoneHertz) !== telephoneHertz || channels !== 1) return undefined;
      return { payloadType, codec: name, clockRate: telephoneHertz };
    case 'G722':
      if (channels !== 1) return undefined;
      return { payloadType, codec: name, clockRate: clockRate ?? telephoneHertz };
    case 'OPUS':
      return { payloadType, codec: name, clockRate: opusHertz };
    case 'MPEG4-GENERIC': {
      const own = audio.fmtp.find(({ payload }) => payload === payloadType);
      const aac = aacFormat(format, String(own?.config ?? ''));
      return aac === undefined ? undefined : { payloadType, codec: name, ...aac };
    }
    default:
      return undefined;
  }
}

/** Undefined for what is no AAC, or AAC that lies in its packets in another way. */
function aacFormat(
  { clockRate, channels }: SdpFormat,
  parameters: string,
): { clockRate: number; aac: AacFormat } | undefined {
  const number = (name: string) => {
    const value = formatParameter(parameters, name);
    return value === undefined || !/^\d{1,2}$/.test(value) ? undefined : Number(value);
  };
  if (unreadFields.some((name) => (number(name) ?? 0) !== 0)) return undefined;
  const config = configOf(formatParameter(parameters, 'config') ?? '', clockRate, channels);
  const [sizeLength, indexLength, indexDeltaLength] = (
    ['sizelength', 'indexlength', 'indexdeltalength'] as const
  ).map((name) => number(name) ?? hbr[name]) as [number, number, number];
  // More than RFC 3640's own modes have would be no size.
  if (config === undefined || sizeLength > 16 || indexLength > 16 || indexDeltaLength > 16) return undefined;
  if (sizeLength === 0) return undefined;
  const { bytes, hertz, samples } = config;
  const ticks = clockRate ?? hertz;
  // With SBR the clock often is that of the output, twice that of the core.
  const ticksPerUnit = Math.round((samples * ticks) / hertz);
  return {
    clockRate: ticks,
    aac: {
      config: bytes,
      channels: config.channels,
      ticksPerUnit,
      sizeLength,
      indexLength,
      indexDeltaLength,
    },
  };
}

/** What the camera says, else what follows from clock rate and channels for AAC-LC. */
function configOf(
  hexadecimal: string,
  clockRate: number | undefined,
  channels: number,
): { bytes: Buffer; hertz: number; channels: number; samples: number } | undefined {
  const given = Buffer.from(hexadecimal, 'hex');
  const index = samplingHertz.indexOf(clockRate ?? 0);
  const bytes =
    given.length >= 2 || index === -1
      ? given
      : Buffer.from([0x10 | (index >> 1), ((index & 1) << 7) | (channels << 3)]);
  if (bytes.length < 2 || bytes.length > maximumConfigBytes) return undefined;
  const bits = bytes.readUInt16BE(0);
  const hertz = samplingHertz[(bits >> 7) & 0x0f];
  const configured = (bits >> 3) & 0x0f;
  if (!objectTypes.has(bits >> 11) || hertz === undefined || configured > maximumChannels) return undefined;
  // The frame length flag, where the config is that of AAC-LC (table 4.1).
  const samples = bits >> 11 === 2 && (bits & 0x04) !== 0 ? 960 : 1_024;
  // 0: said farther back, in a way that nobody needs for one or two.
  return { bytes, hertz, channels: configured === 0 ? channels : configured, samples };
}
