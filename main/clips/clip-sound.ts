import type { AudioFrame } from '../media/audio-stream.ts';
import type { KeptSound } from '../media/replay-history.ts';

/** What MP4 must know of the sound in a clip. */
export interface ClipSound {
  readonly codec: 'aac' | 'opus';
  readonly decoderConfig: {
    readonly codec: string;
    readonly sampleRate: number;
    readonly numberOfChannels: number;
    readonly description: Buffer;
  };
}

/** What a camera says of its sound; a frame of it says as much. */
interface Described extends Pick<AudioFrame, 'codec' | 'clockRate'> {
  readonly aac?: AudioFrame['aac'];
}

/** Of Opus on RTP, whatever it was sampled at (RFC 7587 section 4.1). */
const opusHertz = 48_000;
const opusChannels = 2;
/** Milliseconds of an Opus frame by its configuration (RFC 6716 section 3.1, table 2). */
const silkMilliseconds = [10, 20, 40, 60];
const hybridMilliseconds = [10, 20];
const celtMilliseconds = [2.5, 5, 10, 20];

/** Undefined: MP4 has no place for it as it is (G.711 and G.722 are for telephones), and nothing is encoded anew. */
export function clipSound({ codec, aac, clockRate }: Described): ClipSound | undefined {
  if (codec === 'OPUS') return { codec: 'opus', decoderConfig: opusConfig };
  if (codec !== 'MPEG4-GENERIC' || aac === undefined) return undefined;
  // The object type is in the first five bits (ISO 14496-3 section 1.6.2.1).
  const type = (aac.config[0] ?? 0) >> 3;
  const { config: description, channels: numberOfChannels } = aac;
  const config = { codec: `mp4a.40.${type}`, sampleRate: clockRate, numberOfChannels, description };
  return { codec: 'aac', decoderConfig: config };
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
  const { description } = sound.decoderConfig;
  const other = pieces.findLastIndex(
    ({ frame }) =>
      frame.codec !== last?.codec ||
      !(clipSound(frame)?.decoderConfig.description.equals(description) ?? false),
  );
  return { sound, pieces: pieces.slice(other + 1) };
}

/** As a clip names it. */
export function soundName({ codec }: ClipSound): 'AAC' | 'OPUS' {
  return codec === 'aac' ? 'AAC' : 'OPUS';
}

/** How long a piece of sound lasts, in seconds. */
export function soundSeconds({ codec, aac, clockRate, payload }: AudioFrame): number {
  if (codec !== 'OPUS') return (aac?.ticksPerUnit ?? 0) / clockRate;
  const first = payload[0] ?? 0;
  const configuration = first >> 3;
  const lengths =
    configuration < 12 ? silkMilliseconds : configuration < 16 ? hybridMilliseconds : celtMilliseconds;
  const milliseconds = lengths[configuration % lengths.length] ?? 20;
  const frames = [1, 2, 2, (payload[1] ?? 0) & 0x3f][first & 3] ?? 1;
  return (frames * milliseconds) / 1_000;
}

/** Sound and pictures have clocks of their own: they meet at the moment in which the first sound came. */
export class SoundClock {
  readonly #picturesBeganAt: number;
  #began: { readonly seconds: number; readonly timestamp: number } | undefined;

  /** @param picturesBeganAt when the first picture came: `performance.now()` */
  constructor(picturesBeganAt: number) {
    this.#picturesBeganAt = picturesBeganAt;
  }

  /** Seconds after the first picture. */
  at({ frame: { timestamp, clockRate }, receivedAt }: KeptSound): number {
    this.#began ??= { seconds: Math.max(0, (receivedAt - this.#picturesBeganAt) / 1_000), timestamp };
    return this.#began.seconds + (timestamp - this.#began.timestamp) / clockRate;
  }
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
