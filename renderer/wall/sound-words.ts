import type { StreamAudio, StreamStatus } from '../../main/contract/camera.ts';
import type { AudioCodec } from '../../main/contract/codecs.ts';
import { joined } from '../language/formats.ts';
import { m } from '../language/messages.ts';

/** What a tile says of the sound of its camera, which somebody wants to hear. */
export interface SoundState {
  readonly name: 'heard' | 'starting' | 'missing';
  /** In a word or two. */
  readonly words: string;
  /** Why nothing is heard; null when the words say it all. */
  readonly reason: string | null;
}

export interface SoundFacts {
  /** Of the camera. */
  readonly number: number;
  /** Of the stream that the tile shows; undefined while the engine has said nothing of it. */
  readonly status: StreamStatus | undefined;
  readonly isArriving: boolean;
  /** The browser plays nothing before somebody has clicked into the page. */
  readonly isBlocked: boolean;
  /** Whether this browser decodes AAC; null while that is not known. */
  readonly playsAac: boolean | null;
  /** Milliseconds since somebody wanted to hear it. */
  readonly wantedFor: number;
}

/** Sound that is on its way is here by then. */
const patienceMilliseconds = 3_000;

/** As people write them. */
const codecWords: Readonly<Record<AudioCodec, string>> = {
  PCMU: 'G.711',
  PCMA: 'G.711',
  G722: 'G.722',
  OPUS: 'Opus',
  'MPEG4-GENERIC': 'AAC',
};

/** `heard` only while sound comes in. */
export function soundState(facts: SoundFacts): SoundState {
  const { number, status, isArriving, isBlocked, wantedFor } = facts;
  if (status?.state !== 'playing') return { name: 'starting', words: m.tile_sound_starting(), reason: null };
  const reason = missing(number, status.audio, facts.playsAac);
  if (reason !== null) return { name: 'missing', words: m.tile_sound_missing(), reason };
  if (isBlocked) {
    return {
      name: 'missing',
      words: m.tile_sound_missing(),
      reason: m.tile_sound_blocked(),
    };
  }
  if (isArriving) return { name: 'heard', words: m.tile_sound(), reason: null };
  if (wantedFor < patienceMilliseconds)
    return { name: 'starting', words: m.tile_sound_starting(), reason: null };
  return { name: 'missing', words: m.tile_sound_missing(), reason: m.tile_sound_not_arriving({ number }) };
}

/** Why a stream that plays cannot be heard here, or null. */
function missing(number: number, audio: StreamAudio | undefined, playsAac: boolean | null): string | null {
  switch (audio?.kind) {
    case undefined:
      return m.tile_sound_none({ number });
    case 'refused':
      return m.tile_sound_refused({ number, codec: codecWords[audio.codec] });
    case 'unsupported':
      return audio.codecs.length === 0
        ? m.tile_sound_unknown({ number })
        : m.tile_sound_unsupported({ number, codecs: joined(audio.codecs) });
    case 'playable':
      return audio.codec === 'MPEG4-GENERIC' && playsAac === false ? m.tile_sound_no_aac() : null;
    default:
      return audio satisfies never;
  }
}
