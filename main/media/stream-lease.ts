import type { AudioStream } from './audio-stream.ts';
import type { LiveStream } from './live-stream.ts';

/** The right to read a camera's stream; disposing it lets the upstream close once nobody else holds one. */
export interface StreamLease extends Disposable {
  readonly stream: LiveStream;
  /** The sound beside it. */
  readonly audio: AudioStream;
}
