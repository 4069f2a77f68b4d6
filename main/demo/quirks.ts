import { toRtpPayloads } from './rtp-payloads.ts';
import type { SoundCodec, SoundFault } from './sound-clip.ts';

/** One picture that is about to be sent to one client. */
export interface SentPicture {
  /** Without start codes. */
  readonly nalUnits: readonly Buffer[];
  readonly keyFrame: boolean;
  /** Pictures that this client got before. */
  readonly index: number;
  /** RTP timestamp as it should be. */
  readonly timestamp: number;
  readonly ssrc: number;
  /** Takes the next sequence number. */
  readonly takeNumber: () => number;
}

/** What a virtual camera does differently from one without faults. What is left out it does right. */
export interface Quirk {
  /** The fault, and a camera that has it. */
  readonly summary: string;
  /** The SDP, as it would be. */
  readonly description?: (sdp: string) => string;
  /** An answer as it would be; undefined: none is given. */
  readonly answer?: (method: string, text: string) => string | undefined;
  /** RTP packets of a picture. */
  readonly packets?: (picture: SentPicture) => Buffer[];
  /** Bytes between two pictures on a TCP connection. */
  readonly between?: Buffer;
  /** Interleaved channel, whatever was asked for. */
  readonly channel?: number;
  readonly refuses?: 'tcp' | 'udp';
  /** UDP is agreed, and nothing is sent. */
  readonly swallowsDatagrams?: true;
  /** What is wrong with its sound; it has some then, in this format. */
  readonly sound?: { readonly codec: SoundCodec; readonly fault: SoundFault };
  /** A clip of `build/clips/quirks` instead of the scene. */
  readonly clip?: 'b-frames' | 'anamorphic';
}

/** Of a picture, at 15 in a second and 2 Mbit/s. */
const constantFrameBytes = 16_667;
const fuA = 28;
const startCode = Buffer.from([0, 0, 0, 1]);
const [sps, pps] = [7, 8];
const typeOf = (nalUnit: Buffer) => (nalUnit[0] ?? 0) & 0x1f;
const isParameterSet = (nalUnit: Buffer) => [sps, pps].includes(typeOf(nalUnit));

interface Header {
  readonly marker?: boolean;
  readonly payloadType?: number;
  readonly timestamp?: number;
  readonly ssrc?: number;
}

/** An RTP packet of a picture. */
function packet(picture: SentPicture, payload: Buffer, header: Header = {}): Buffer {
  const { marker = false, payloadType = 96, timestamp = picture.timestamp, ssrc = picture.ssrc } = header;
  const bytes = Buffer.alloc(12 + payload.length);
  bytes.writeUInt8(0x80, 0);
  bytes.writeUInt8((marker ? 0x80 : 0) | payloadType, 1);
  bytes.writeUInt16BE(picture.takeNumber(), 2);
  bytes.writeUInt32BE(timestamp >>> 0, 4);
  bytes.writeUInt32BE(ssrc, 8);
  payload.copy(bytes, 12);
  return bytes;
}

/** Payloads in packets, the marker on the last one; what `header` gives counts more. */
function packets(picture: SentPicture, payloads: readonly Buffer[], header: Header = {}): Buffer[] {
  return payloads.map((payload, index) =>
    packet(picture, payload, { marker: index === payloads.length - 1, ...header }),
  );
}

/** Each NAL unit as fragments of FU-A, however small. @param ends the bits of start and end for a fragment */
function fragments(nalUnit: Buffer, bytes: number): Buffer[] {
  const header = nalUnit.readUInt8(0);
  const parts: Buffer[] = [];
  for (let start = 1; start < nalUnit.length; start += bytes) {
    const part = nalUnit.subarray(start, start + bytes);
    const bits = (start === 1 ? 0x80 : 0) | (start + part.length === nalUnit.length ? 0x40 : 0);
    parts.push(Buffer.concat([Buffer.from([(header & 0xe0) | fuA, bits | (header & 0x1f)]), part]));
  }
  return parts;
}

function replaced(pattern: RegExp, by: string): (text: string) => string {
  return (text) => text.replace(pattern, by);
}

/** Faults of shipped cameras, by the names that `npm run cameras -- --quirk NAME` takes. */
export const quirks = {
  'broken-base': {
    summary: 'Content-Base with the scheme twice',
    answer: (_method, text) => text.replace(/Content-Base: rtsp/, 'Content-Base: rtsp://rtsp'),
  },
  'other-channel': { summary: 'SETUP answered with another channel, alone (Escam Q6)', channel: 4 },
  'padded-ssrc': {
    summary: 'SSRC padded with blanks (Hikvision, Dahua)',
    answer: (_method, text) => text.replace(/;ssrc=/, ';ssrc=   '),
  },
  'no-answer-to-keep-alive': {
    summary: 'keep-alives are never answered',
    answer: (method, text) => (method === 'GET_PARAMETER' ? undefined : text),
  },
  'short-timeout': {
    summary: 'a session that wants to be kept alive every two seconds',
    answer: (_method, text) => text.replace(/;timeout=\d+/, ';timeout=2'),
  },
  'refuses-tcp': { summary: '461 to RTP over TCP', refuses: 'tcp' },
  'refuses-udp': { summary: '461 to RTP over UDP', refuses: 'udp' },
  'swallowed-udp': { summary: 'UDP is agreed, and nothing arrives', swallowsDatagrams: true },
  'no-server-port': {
    summary: 'UDP without server_port (OpenIPC)',
    refuses: 'tcp',
    answer: (_method, text) => text.replace(/;server_port=[\d-]+/, ''),
  },
  garbage: {
    summary: 'bytes that belong to nothing between frames',
    between: Buffer.from([0, 0xff, 0x24, 0x52, 0x54, 0x53, 0x50, 0, 7]),
  },
  busy: {
    summary: 'all sessions are taken: 453',
    answer: (method, text) =>
      method === 'SETUP' ? text.replace('200 OK', '453 Not Enough Bandwidth') : text,
  },
  'spoilt-description': {
    summary: 'SDP without v=, with s= twice, a broken o= and unknown media (TP-Link)',
    description: (sdp) =>
      sdp
        .replace(/^v=0\r\no=.*\r\n/, 'o=\r\ns=a\r\n')
        .concat('m=application/TP-LINK 0 RTP/AVP smart/1/90000\r\na=control:track9\r\n'),
  },
  'empty-fmtp': {
    summary: 'an fmtp without anything (Ubiquiti)',
    description: replaced(/(a=fmtp:96 ).*/, '$1'),
  },
  'false-profile': {
    summary: 'a false profile-level-id (Eufy)',
    description: replaced(/profile-level-id=\w+/, 'profile-level-id=ffffff'),
  },
  'payload-type-35': {
    summary: 'H.264 on payload type 35 (Bosch)',
    description: replaced(/\b96\b/g, '35'),
    packets: (picture) => packets(picture, toRtpPayloads(picture.nalUnits), { payloadType: 35 }),
  },
  'start-codes-in-description': {
    summary: 'start codes in sprop-parameter-sets',
    description: (sdp) =>
      sdp.replace(/sprop-parameter-sets=(.*)/, (_all, sets: string) => {
        const withCodes = sets
          .split(',')
          .map((set) => Buffer.concat([startCode, Buffer.from(set, 'base64')]));
        return `sprop-parameter-sets=${withCodes.map((set) => set.toString('base64')).join(',')}`;
      }),
  },
  'marker-everywhere': {
    summary: 'the marker on every packet of parameter sets and SEI (Tapo TC70, Reolink Duo 2)',
    packets: (picture) => {
      const payloads = toRtpPayloads(picture.nalUnits);
      return payloads.map((payload, index) =>
        packet(picture, payload, {
          marker: index === payloads.length - 1 || [6, sps, pps].includes(typeOf(payload)),
        }),
      );
    },
  },
  'no-marker': {
    summary: 'no marker at all (FLIR M400)',
    packets: (picture) => packets(picture, toRtpPayloads(picture.nalUnits), { marker: false }),
  },
  'start-and-end': {
    summary: 'FU-A with start and end both set (CostarHD)',
    packets: (picture) =>
      packets(
        picture,
        picture.nalUnits.flatMap((nalUnit) =>
          fragments(nalUnit, nalUnit.length > 1_400 ? 1_398 : nalUnit.length),
        ),
      ),
  },
  'changing-fragments': {
    summary: 'empty fragments, and a type that changes inside one FU (Tiandy)',
    packets: (picture) =>
      packets(
        picture,
        picture.nalUnits.flatMap((nalUnit) =>
          fragments(nalUnit, 1_200).flatMap((fragment, index) => {
            if (index === 0) return [fragment];
            const changed = Buffer.from(fragment);
            changed.writeUInt8((fragment.readUInt8(1) & 0xe0) | 1, 1);
            return [changed.subarray(0, 2).map((byte, at) => (at === 1 ? byte & 0x1f : byte)), changed].map(
              (part) => Buffer.from(part),
            );
          }),
        ),
      ),
  },
  'start-codes-in-packets': {
    summary: 'all NAL units of a picture in one, with start codes between them (V380, Amatek)',
    packets: (picture) => {
      const [first = Buffer.alloc(0), ...others] = picture.nalUnits;
      const joined = Buffer.concat([first, ...others.flatMap((nalUnit) => [startCode, nalUnit])]);
      return packets(picture, toRtpPayloads([joined]));
    },
  },
  'no-parameter-sets': {
    summary: 'SPS and PPS in the SDP only',
    packets: (picture) =>
      packets(picture, toRtpPayloads(picture.nalUnits.filter((nalUnit) => !isParameterSet(nalUnit)))),
  },
  'bytes-behind-sps': {
    summary: 'bytes behind the SPS (Reolink)',
    packets: (picture) =>
      packets(
        picture,
        toRtpPayloads(
          picture.nalUnits.map((nalUnit) =>
            typeOf(nalUnit) === sps ? Buffer.concat([nalUnit, Buffer.from([0xff, 0x52, 0x80])]) : nalUnit,
          ),
        ),
      ),
  },
  'endless-picture': {
    summary: 'every second key frame never ends: one timestamp, no marker (go2rtc#675)',
    packets: (picture) => {
      const isEndless = picture.index % 60 >= 30;
      const payloads = toRtpPayloads(picture.nalUnits);
      return packets(picture, payloads, isEndless ? { marker: false, timestamp: 77 } : {});
    },
  },
  'b-frames': { summary: 'B-frames, which WebRTC cannot reorder', clip: 'b-frames' },
  anamorphic: { summary: 'pixels that are not square: 352x288 for 16:9', clip: 'anamorphic' },
  'stray-packets': {
    summary: 'payload type 50 (Geovision) and packets of the session before (Reolink) in between',
    packets: (picture) => {
      const own = packets(picture, toRtpPayloads(picture.nalUnits));
      const apart = { ...picture, takeNumber: () => 4_711 };
      const stray = packet(apart, Buffer.from([0x65, 0x88]), { payloadType: 50 });
      const old = packet(apart, Buffer.from([0x41, 0x9a]), { ssrc: (picture.ssrc ^ 1) >>> 0, timestamp: 5 });
      return [...own.slice(0, 1), stray, old, ...own.slice(1)];
    },
  },
  'huge-packets': {
    summary: 'a whole NAL unit in each packet, up to 64 kB',
    packets: (picture) =>
      packets(
        picture,
        picture.nalUnits.flatMap((nalUnit) =>
          nalUnit.length < 60_000 ? [nalUnit] : fragments(nalUnit, 60_000),
        ),
      ),
  },
  'constant-bit-rate': {
    summary: 'pictures filled up to 2 Mbit/s with zeros (H.264 section 7.3.1: cabac_zero_words)',
    packets: (picture) => {
      const missing = Math.max(0, constantFrameBytes - Buffer.concat([...picture.nalUnits]).length);
      const zeros = Buffer.alloc(Math.floor(missing / 3) * 3, Buffer.from([0, 0, 3]));
      const last = picture.nalUnits.length - 1;
      const filled = picture.nalUnits.map((nalUnit, index) =>
        index === last ? Buffer.concat([nalUnit, zeros]) : nalUnit,
      );
      return packets(picture, toRtpPayloads(filled));
    },
  },
  'jumping-timestamps': {
    summary: 'timestamps that jump by hours',
    packets: (picture) =>
      packets(picture, toRtpPayloads(picture.nalUnits), {
        timestamp: picture.timestamp + Math.floor(picture.index / 20) * 1_000_000_007,
      }),
  },
  'backward-timestamps': {
    summary: 'timestamps that run backwards',
    packets: (picture) =>
      packets(picture, toRtpPayloads(picture.nalUnits), { timestamp: 2 ** 32 - picture.timestamp }),
  },
  'wrong-clock': {
    summary: 'timestamps in milliseconds, called 90 kHz',
    packets: (picture) =>
      packets(picture, toRtpPayloads(picture.nalUnits), { timestamp: Math.floor(picture.timestamp / 90) }),
  },
  'refused-sound': {
    summary: 'sound that is described, and refused at SETUP: 461',
    sound: { codec: 'PCMU', fault: 'refused' },
  },
  'deadly-sound': {
    summary: 'the connection ends at SETUP of the sound (Dahua, Amcrest)',
    sound: { codec: 'PCMU', fault: 'hangs-up' },
  },
  'silent-sound': {
    summary: 'sound that is agreed, and never sent',
    sound: { codec: 'PCMU', fault: 'silent' },
  },
  'adts-in-packets': {
    summary: 'AAC with ADTS headers inside RTP (go2rtc#1328)',
    sound: { codec: 'MPEG4-GENERIC', fault: 'adts' },
  },
} as const satisfies Readonly<Record<string, Quirk>>;

export type QuirkName = keyof typeof quirks;

export const quirkNames = Object.keys(quirks) as readonly QuirkName[];

export function quirkOf(name: QuirkName | undefined): Quirk {
  return name === undefined ? { summary: 'none' } : quirks[name];
}

export function isQuirkName(name: string): name is QuirkName {
  return Object.hasOwn(quirks, name);
}
