import type { AudioFrame } from '../media/audio-stream.ts';
import type { KeptSound } from '../media/replay-history.ts';
import { flacDescription, flacFrame, maximumFlacSamples } from './flac.ts';
import { decodeG711 } from './g711.ts';
import { G722Decoder } from './g722.ts';

/** What MP4 must know of the sound in a clip. */
export interface ClipSound {
  readonly codec: 'aac' | 'opus' | 'flac';
  readonly decoderConfig: {
    readonly codec: string;
    readonly sampleRate: number;
    readonly numberOfChannels: number;
    readonly description: Buffer;
  };
}

/** A piece of sound as it is in a file. */
export interface SoundPacket {
  readonly data: Buffer;
  /** After the first picture. */
  readonly seconds: number;
  readonly duration: number;
}

/** What a camera says of its sound; a frame of it says as much. */
interface Described extends Pick<AudioFrame, 'codec' | 'clockRate'> {
  readonly aac?: AudioFrame['aac'];
}

/** Of Opus on RTP, whatever it was sampled at (RFC 7587 section 4.1). */
const opusHertz = 48_000;
const opusChannels = 2;
/** G.711, of which cameras have no other, and G.722 (RFC 3551 sections 4.5.14 and 4.5.2), whose clock counts half as many. */
const telephoneHertz = 8_000;
const wideHertz = 16_000;
/** Milliseconds of an Opus frame by its configuration (RFC 6716 section 3.1, table 2). */
const silkMilliseconds = [10, 20, 40, 60];
const hybridMilliseconds = [10, 20];
const celtMilliseconds = [2.5, 5, 10, 20];
/** Of G.711 and G.722, where packets are missing: 40 ms. What is less is a clock that is not even, and is made up for with the next gap. */
const silenceTicks = 320;
const silence = new Int16Array(maximumFlacSamples);

/**
 * AAC and Opus are put into a clip as they are. For G.711 and G.722 MP4 has no place: their samples are kept without loss, as FLAC.
 * Undefined: what it is nobody knows.
 */
export function clipSound({ codec, aac, clockRate }: Described): ClipSound | undefined {
  switch (codec) {
    case 'OPUS':
      return { codec: 'opus', decoderConfig: opusConfig };
    case 'PCMU':
    case 'PCMA':
      return { codec: 'flac', decoderConfig: flacConfig(telephoneHertz) };
    case 'G722':
      return { codec: 'flac', decoderConfig: flacConfig(wideHertz) };
    case 'MPEG4-GENERIC': {
      if (aac === undefined) return undefined;
      // The object type is in the first five bits (ISO 14496-3 section 1.6.2.1).
      const type = (aac.config[0] ?? 0) >> 3;
      const { config: description, channels: numberOfChannels } = aac;
      const config = { codec: `mp4a.40.${type}`, sampleRate: clockRate, numberOfChannels, description };
      return { codec: 'aac', decoderConfig: config };
    }
    default:
      return codec satisfies never;
  }
}

/** Whether one decoder plays both without being set up anew. */
export function isSameSound(one: ClipSound, other: ClipSound | undefined): boolean {
  return one.codec === other?.codec && one.decoderConfig.description.equals(other.decoderConfig.description);
}

/** What one decoder plays without being set up anew: where a camera was set to another format meanwhile, what came since then. */
export interface PlayableSound {
  readonly sound: ClipSound;
  readonly pieces: readonly KeptSound[];
}

/** Null: there is none that fits into a clip. */
export function playableSound(pieces: readonly KeptSound[]): PlayableSound | null {
  const last = pieces.at(-1)?.frame;
  const sound = last && clipSound(last);
  if (sound === undefined) return null;
  const other = pieces.findLastIndex(({ frame }) => !isSameSound(sound, clipSound(frame)));
  return { sound, pieces: pieces.slice(other + 1) };
}

const names = { aac: 'AAC', opus: 'OPUS', flac: 'FLAC' } as const;

/** As a clip names it. */
export function soundName(codec: ClipSound['codec']): (typeof names)[ClipSound['codec']] {
  return names[codec];
}

/**
 * Makes what is put into a file of what was received. Sound and pictures have clocks of their own: they meet at the moment in which the
 * first sound came.
 */
export class SoundPackets {
  readonly #picturesBeganAt: number;
  #began: { readonly seconds: number; readonly timestamp: number } | undefined;
  /** What was decoded, silence and all: it has no gaps, which players treat each in its own way. */
  #ticks = 0;
  readonly #wide = new G722Decoder();

  /** @param picturesBeganAt when the first picture came: `performance.now()` */
  constructor(picturesBeganAt: number) {
    this.#picturesBeganAt = picturesBeganAt;
  }

  of({ frame, receivedAt }: KeptSound): SoundPacket[] {
    const { codec, payload, timestamp, clockRate } = frame;
    const seconds = Math.max(0, (receivedAt - this.#picturesBeganAt) / 1_000);
    this.#began ??= { seconds, timestamp };
    const ticks = timestamp - this.#began.timestamp;
    if (codec !== 'PCMU' && codec !== 'PCMA' && codec !== 'G722') {
      const at = this.#began.seconds + ticks / clockRate;
      return [{ data: payload, seconds: at, duration: secondsOf(frame) }];
    }
    const samplesPerTick = codec === 'G722' ? wideHertz / telephoneHertz : 1;
    const packets: SoundPacket[] = [];
    if (ticks - this.#ticks >= silenceTicks)
      for (let missing = (ticks - this.#ticks) * samplesPerTick; missing > 0; missing -= maximumFlacSamples)
        packets.push(this.#lossless(silence.subarray(0, missing), samplesPerTick));
    const samples = codec === 'G722' ? this.#wide.decode(payload) : decodeG711(codec, payload);
    return [...packets, this.#lossless(samples, samplesPerTick)];
  }

  #lossless(samples: Int16Array, samplesPerTick: number): SoundPacket {
    const ticks = samples.length / samplesPerTick;
    const began = this.#ticks;
    this.#ticks += ticks;
    return {
      data: flacFrame(samples, began * samplesPerTick),
      seconds: (this.#began?.seconds ?? 0) + began / telephoneHertz,
      duration: ticks / telephoneHertz,
    };
  }
}

/** How long a piece of AAC or Opus lasts. */
function secondsOf({ codec, aac, clockRate, payload }: AudioFrame): number {
  if (codec !== 'OPUS') return (aac?.ticksPerUnit ?? 0) / clockRate;
  const first = payload[0] ?? 0;
  const configuration = first >> 3;
  const lengths =
    configuration < 12 ? silkMilliseconds : configuration < 16 ? hybridMilliseconds : celtMilliseconds;
  const milliseconds = lengths[configuration % lengths.length] ?? 20;
  const frames = [1, 2, 2, (payload[1] ?? 0) & 0x3f][first & 3] ?? 1;
  return (frames * milliseconds) / 1_000;
}

/** RFC 7845 section 5.1: what begins in the middle of a stream has nothing to be skipped. */
const opusConfig = (() => {
  const description = Buffer.alloc(19);
  description.write('OpusHead', 'latin1');
  description.writeUInt8(1, 8);
  description.writeUInt8(opusChannels, 9);
  description.writeUInt32LE(opusHertz, 12);
  return { codec: 'opus', sampleRate: opusHertz, numberOfChannels: opusChannels, description };
})();

function flacConfig(sampleRate: number) {
  return { codec: 'flac', sampleRate, numberOfChannels: 1, description: flacDescription(sampleRate) };
}
