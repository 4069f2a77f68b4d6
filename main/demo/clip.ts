import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { VideoCodec } from '../contract/codecs.ts';
import { type FrameTemplate, toFrameTemplate } from './frame-template.ts';
import { splitJpegs, toJpegPayloads } from './jpeg-payloads.ts';
import { toH265Payloads, toRtpPayloads } from './rtp-payloads.ts';

export const framesPerSecond = 15;
/** 90 kHz ticks from one frame to the next. */
export const ticksPerFrame = 90_000 / framesPerSecond;

const sps = 7;
const pps = 8;
const idrSlice = 5;
const accessUnitDelimiter = 9;
const h265Idr: ReadonlySet<number> = new Set([19, 20]);

/** One picture of a clip. */
export class ClipFrame {
  /** Without start codes and without the access unit delimiter; one file when it is a JPEG. */
  readonly nalUnits: readonly Buffer[];
  readonly keyFrame: boolean;
  readonly #codec: VideoCodec;
  #template: FrameTemplate | undefined;

  constructor(nalUnits: readonly Buffer[], codec: VideoCodec = 'H264') {
    this.nalUnits = nalUnits;
    this.#codec = codec;
    this.keyFrame =
      codec === 'JPEG' ||
      nalUnits.some((nalUnit) =>
        codec === 'H264' ? typeOf(nalUnit) === idrSlice : h265Idr.has(h265TypeOf(nalUnit)),
      );
  }

  /** Its packets: made when they are first sent, shared by all cameras that show the scene. */
  get template(): FrameTemplate {
    this.#template ??= toFrameTemplate(packetizers[this.#codec](this.nalUnits));
    return this.#template;
  }
}

const packetizers: Readonly<Record<VideoCodec, (nalUnits: readonly Buffer[]) => Buffer[]>> = {
  H264: toRtpPayloads,
  H265: toH265Payloads,
  JPEG: (files) => files.flatMap(toJpegPayloads),
};

/** A loop of pictures that begins with a key frame. */
export interface Clip {
  readonly frames: readonly ClipFrame[];
  /** What an SDP says of it: encoding name and format parameters, the latter empty for JPEG. */
  readonly format: { readonly name: VideoCodec; readonly parameters: string };
}

interface H264Clip extends Clip {
  readonly sps: Buffer;
  readonly pps: Buffer;
}

/** Names of the scenes, as they are drawn into the pictures and used for files. */
export const scenes = [
  'Car park',
  'Harbour',
  'Corridor',
  'Crossroads',
  'Garden',
  'Server room',
  'Loading dock',
  'Reception',
  'Rooftop',
] as const;

/** Pictures a second in the MJPEG clip: each is sent so many times as makes up for it. */
const jpegsPerSecond = 5;

const loaded = new Map<string, H264Clip>();

/**
 * Reads a clip of `build/clips`; each is read once.
 * @param scene index into `scenes`
 * @param gopSeconds seconds from key frame to key frame
 */
export function loadClip(scene: number, profile: 'main' | 'sub', gopSeconds: 2 | 10): H264Clip {
  const name = clipFile(scene, profile, gopSeconds);
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const clip = parseClip(readFileSync(path.join(clipFolder(), name)));
  loaded.set(name, clip);
  return clip;
}

/** A clip with a fault, of `build/clips/quirks`; read once. */
export function loadQuirkClip(name: string): H264Clip {
  const file = path.join('quirks', `${name}.h264`);
  const clip = loaded.get(file) ?? parseClip(readFileSync(path.join(clipFolder(), file)));
  loaded.set(file, clip);
  return clip;
}

/** The one clip that there is in H.265 (1280x720) or MJPEG (640x360), whichever stream is asked for. */
export function loadClipIn(codec: Exclude<VideoCodec, 'H264'>): Clip {
  return codec === 'H265'
    ? parseH265Clip(readFileSync(path.join(clipFolder(), '04-crossroads-main.h265')))
    : jpegClip(readFileSync(path.join(clipFolder(), '03-corridor-sub.mjpeg')));
}

function jpegClip(data: Buffer): Clip {
  const repeated = framesPerSecond / jpegsPerSecond;
  const frames = splitJpegs(data).flatMap((file) =>
    Array<ClipFrame>(repeated).fill(new ClipFrame([file], 'JPEG')),
  );
  return { frames, format: { name: 'JPEG', parameters: '' } };
}

function parseH265Clip(data: Buffer): Clip {
  const pictures: Buffer[][] = [];
  for (const nalUnit of annexB(data)) {
    if (h265TypeOf(nalUnit) === 35) pictures.push([]);
    else pictures.at(-1)?.push(nalUnit);
  }
  const frames = pictures.map((nalUnits) => new ClipFrame(nalUnits, 'H265'));
  const parameters = ['vps', 'sps', 'pps'].map((name, index) => {
    const set = frames[0]?.nalUnits.find((nalUnit) => h265TypeOf(nalUnit) === 32 + index);
    return `sprop-${name}=${set?.toString('base64') ?? ''}`;
  });
  return { frames, format: { name: 'H265', parameters: parameters.join(';') } };
}

/** `01-car-park-sub.h264`; only the first scene exists with long GOPs. */
export function clipFile(scene: number, profile: 'main' | 'sub', gopSeconds: 2 | 10): string {
  const index = gopSeconds === 2 ? scene % scenes.length : 0;
  const slug = (scenes[index] ?? '').toLowerCase().replaceAll(' ', '-');
  const suffix = gopSeconds === 2 ? '' : '-gop10';
  return `${String(index + 1).padStart(2, '0')}-${slug}-${profile}${suffix}.h264`;
}

/** Clips lie beside the sources and beside the build: the first `build/clips` upwards from here. */
export function clipFolder(): string {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'build', 'clips');
    if (existsSync(candidate)) return candidate;
    if (folder === path.dirname(folder))
      throw new Error('the clips of the virtual cameras (build/clips) are missing');
  }
}

/**
 * Takes an Annex B stream (H.264 annex B) apart in which every picture begins with an access unit delimiter. What comes
 * before the first delimiter belongs to no picture.
 * @throws Error when it does not begin with a key frame and its parameter sets
 */
export function parseClip(data: Buffer): H264Clip {
  const pictures: Buffer[][] = [];
  for (const nalUnit of annexB(data)) {
    if (typeOf(nalUnit) === accessUnitDelimiter) pictures.push([]);
    else pictures.at(-1)?.push(nalUnit);
  }
  const frames = pictures.filter((nalUnits) => nalUnits.length > 0).map((units) => new ClipFrame(units));
  const [first] = frames;
  const spsUnit = first?.nalUnits.find((nalUnit) => typeOf(nalUnit) === sps);
  const ppsUnit = first?.nalUnits.find((nalUnit) => typeOf(nalUnit) === pps);
  if (first?.keyFrame !== true || spsUnit === undefined || ppsUnit === undefined) {
    throw new Error('a clip must begin with a key frame and its parameter sets');
  }
  const parameters = `packetization-mode=1;profile-level-id=${spsUnit.toString('hex', 1, 4)};sprop-parameter-sets=${spsUnit.toString('base64')},${ppsUnit.toString('base64')}`;
  return { frames, sps: spsUnit, pps: ppsUnit, format: { name: 'H264', parameters } };
}

function typeOf(nalUnit: Buffer): number {
  return (nalUnit[0] ?? 0) & 0x1f;
}

function h265TypeOf(nalUnit: Buffer): number {
  return ((nalUnit[0] ?? 0) >> 1) & 0x3f;
}

/** NAL units between start codes of three bytes or more; zeros in front of a start code belong to it. */
function* annexB(data: Buffer): Generator<Buffer> {
  const startCode = Buffer.from([0, 0, 1]);
  let start = data.indexOf(startCode);
  while (start !== -1) {
    const from = start + startCode.length;
    const next = data.indexOf(startCode, from);
    let end = next === -1 ? data.length : next;
    while (end > from && data[end - 1] === 0) end--;
    if (end > from) yield data.subarray(from, end);
    start = next;
  }
}
