import type { StreamAudio } from '../contract/camera.ts';
import type { Source } from './source.ts';

/** What there is to hear, as a status says it; null: nothing. */
export function audioStatus(audio: Source['audio']): StreamAudio | null {
  switch (audio.kind) {
    case 'playable':
      return { kind: 'playable', codec: audio.track.codec };
    case 'refused':
      return audio;
    case 'unsupported':
      return { kind: 'unsupported', codecs: [...audio.codecs] };
    case 'no-audio':
      return null;
    default:
      return audio satisfies never;
  }
}
