import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type FrameTemplate, toFrameTemplate } from './frame-template.ts';

export const framesPerSecond = 15;
/** 90 kHz ticks from one frame to the next. */
export const ticksPerFrame = 90_000 / framesPerSecond;

const sps = 7;
const pps = 8;
const idrSlice = 5;
const accessUnitDelimiter = 9;

/** One picture of a clip. */
export class ClipFrame {
  /** Without start codes and without the access unit delimiter. */
  readonly nalUnits: readonly Buffer[];
  readonly keyFrame: boolean;
  #template: FrameTemplate | undefined;

  constructor(nalUnits: readonly Buffer[]) {
    this.nalUnits = nalUnits;
    this.keyFrame = nalUnits.some((nalUnit) => typeOf(nalUnit) === idrSlice);
  }

  /** Its packets: made when they are first sent, shared by all cameras that show the scene. */
  get template(): FrameTemplate {
    this.#template ??= toFrameTemplate(this.nalUnits);
    return this.#template;
  }
}

/** A loop of pictures that begins with a key frame. */
export interface Clip {
  readonly frames: readonly ClipFrame[];
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

const loaded = new Map<string, Clip>();

/**
 * Reads a clip of `build/clips`; each is read once.
 * @param scene index into `scenes`
 * @param gopSeconds seconds from key frame to key frame
 */
export function loadClip(scene: number, profile: 'main' | 'sub', gopSeconds: 2 | 10): Clip {
  const name = clipFile(scene, profile, gopSeconds);
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const clip = parseClip(readFileSync(path.join(clipFolder(), name)));
  loaded.set(name, clip);
  return clip;
}

/** A clip with a fault, of `build/clips/quirks`; read once. */
export function loadQuirkClip(name: string): Clip {
  const file = path.join('quirks', `${name}.h264`);
  const clip = loaded.get(file) ?? parseClip(readFileSync(path.join(clipFolder(), file)));
  loaded.set(file, clip);
  return clip;
}

/** `01-car-park-sub.h264`; only the first scene exists with long GOPs. */
export function clipFile(scene: number, profile: 'main' | 'sub', gopSeconds: 2 | 10): string {
  const index = gopSeconds === 2 ? scene % scenes.length : 0;
  const slug = (scenes[index] ?? '').toLowerCase().replaceAll(' ', '-');
  const suffix = gopSeconds === 2 ? '' : '-gop10';
  return `${String(index + 1).padStart(2, '0')}-${slug}-${profile}${suffix}.h264`;
}

/** Clips lie beside the sources and beside the build: the first `build/clips` upwards from here. */
function clipFolder(): string {
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
export function parseClip(data: Buffer): Clip {
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
  return { frames, sps: spsUnit, pps: ppsUnit };
}

function typeOf(nalUnit: Buffer): number {
  return (nalUnit[0] ?? 0) & 0x1f;
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
