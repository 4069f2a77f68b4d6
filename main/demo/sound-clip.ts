import { readFileSync } from 'node:fs';
import path from 'node:path';
import { clipFolder } from './clip.ts';
import { type FrameTemplate, toFrameTemplate } from './frame-template.ts';

/** In which a virtual camera can send its sound. */
export type SoundCodec = 'PCMU' | 'PCMA' | 'G722' | 'MPEG4-GENERIC';

/** What is wrong with the sound of a virtual camera. */
export type SoundFault = 'refused' | 'hangs-up' | 'silent' | 'adts';

/** Sound in a loop, cut into what goes into one packet. */
export interface SoundClip {
  readonly templates: readonly FrameTemplate[];
  readonly ticksPerFrame: number;
  /** Hz. */
  readonly clockRate: number;
  readonly payloadType: number;
  /** Lines of the SDP that say what it is, without the media line. */
  readonly description: readonly string[];
}

const telephoneHertz = 8_000;
const frameMilliseconds = 40;
const loopSeconds = 2;
const aacPayloadType = 97;
const adtsHeaderBytes = 7;
const aacHertz = 16_000;
/** AAC-LC, 16 kHz, one channel (ISO 14496-3 section 1.6.2.1). */
const aacConfig = '1408';

/** A chime every second, on another note for each camera: A major pentatonic, as semitones above 440 Hz. */
const notes = [0, 2, 4, 7, 9, 12, 14, 16, 19];

const made = new Map<string, SoundClip>();

/** @param index of the camera  @param hasAdts with a header in front of each access unit, as some cameras send AAC */
export function soundClip(codec: SoundCodec, index: number, hasAdts: boolean): SoundClip {
  const key = `${codec} ${index % notes.length} ${hasAdts}`;
  const clip = made.get(key) ?? makeClip(codec, index, hasAdts);
  made.set(key, clip);
  return clip;
}

function makeClip(codec: SoundCodec, index: number, hasAdts: boolean): SoundClip {
  switch (codec) {
    case 'PCMU':
      return telephoneClip(codec, 0, tone(index, toMuLaw));
    case 'PCMA':
      return telephoneClip(codec, 8, tone(index, toALaw));
    case 'G722':
      return telephoneClip(codec, 9, readFileSync(path.join(clipFolder(), 'chime.g722')));
    case 'MPEG4-GENERIC':
      return aacClip(hasAdts);
    default:
      return codec satisfies never;
  }
}

/** One byte a tick of 8 kHz, in G.722, too (RFC 3551 section 4.5.2). */
function telephoneClip(name: string, payloadType: number, data: Buffer): SoundClip {
  const ticksPerFrame = (telephoneHertz * frameMilliseconds) / 1_000;
  const templates = Array.from({ length: Math.floor(data.length / ticksPerFrame) }, (_, frame) =>
    toFrameTemplate([data.subarray(frame * ticksPerFrame, (frame + 1) * ticksPerFrame)], payloadType),
  );
  const description = [`a=rtpmap:${payloadType} ${name}/${telephoneHertz}`];
  return { templates, ticksPerFrame, clockRate: telephoneHertz, payloadType, description };
}

function tone(index: number, encode: (sample: number) => number): Buffer {
  const frequency = 440 * 2 ** ((notes[index % notes.length] ?? 0) / 12);
  const samples = Array.from({ length: loopSeconds * telephoneHertz }, (_, sample) =>
    encode(chime(sample, frequency)),
  );
  return Buffer.from(samples);
}

/** 16 bits, signed: it begins soft and fades away. */
function chime(sample: number, frequency: number): number {
  const seconds = (sample / telephoneHertz) % 1;
  const loudness = 0.25 * Math.min(1, seconds * 100) * Math.exp(-4 * seconds);
  return Math.round(32_767 * loudness * Math.sin(2 * Math.PI * frequency * seconds));
}

/** The file has ADTS headers without checksums; each of its frames is an access unit (RFC 3640 section 3.3.6). */
function aacClip(keepsHeaders: boolean): SoundClip {
  const file = readFileSync(path.join(clipFolder(), 'chime.aac'));
  const templates: FrameTemplate[] = [];
  for (let start = 0; start < file.length; ) {
    const end = start + ((file.readUIntBE(start + 3, 3) >> 5) & 0x1fff);
    const unit = file.subarray(keepsHeaders ? start : start + adtsHeaderBytes, end);
    const header = Buffer.from([0, 16, 0, 0]);
    header.writeUInt16BE(unit.length << 3, 2);
    templates.push(toFrameTemplate([Buffer.concat([header, unit])], aacPayloadType));
    start = end;
  }
  const description = [
    `a=rtpmap:${aacPayloadType} MPEG4-GENERIC/${aacHertz}`,
    `a=fmtp:${aacPayloadType} streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=${aacConfig}`,
  ];
  return { templates, ticksPerFrame: 1_024, clockRate: aacHertz, payloadType: aacPayloadType, description };
}

/** 16 bits to 8 by the µ-law (ITU-T G.711). */
function toMuLaw(sample: number): number {
  const magnitude = Math.min(Math.abs(sample), 32_635) + 132;
  const exponent = Math.floor(Math.log2(magnitude)) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
}

/** 16 bits to 8 by the A-law (ITU-T G.711). */
function toALaw(sample: number): number {
  const magnitude = Math.min(Math.abs(sample), 32_767);
  const exponent = Math.max(0, Math.floor(Math.log2(magnitude || 1)) - 7);
  const mantissa = (magnitude >> (exponent === 0 ? 4 : exponent + 3)) & 0x0f;
  return ((sample < 0 ? 0 : 0x80) | (exponent << 4) | mantissa) ^ 0x55;
}
