import type { AudioStream } from './audio-stream.ts';
import type { LiveStream } from './live-stream.ts';
import type { ReplayHistory } from './replay-history.ts';

/** The right to read a camera's stream; disposing it lets the upstream close once nobody else holds one. */
export interface StreamLease extends Disposable {
  readonly stream: LiveStream;
  /** The sound beside it. */
  readonly audio: AudioStream;
  /** What is kept of the camera's other stream: a large picture was not watched for long before it is looked back at. */
  readonly otherHistory?: () => ReplayHistory | undefined;
}
