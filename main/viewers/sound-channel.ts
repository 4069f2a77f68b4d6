import { formatSoundMessage } from '../contract/sound-message.ts';
import type { AudioFrame } from '../media/audio-stream.ts';
import type { SoundWay } from './audio-slot.ts';
import type { MessageChannel } from './picture-channel.ts';

/** So much may lie in werift's queue: what waits there is sound of yesterday. */
const maximumBufferedBytes = 8 * 1024;
/** Access units that wait: a third of a second at 48 kHz. The newest are kept. */
const maximumWaiting = 16;

interface Waiting {
  readonly assignment: number;
  readonly frame: AudioFrame;
}

/** AAC of one window over its data channel. A slow window hears gaps, and never what is old. */
export class SoundChannel implements SoundWay {
  readonly #channel: MessageChannel;
  readonly #waiting: Waiting[] = [];
  #dropped = 0;

  constructor(channel: MessageChannel) {
    this.#channel = channel;
  }

  /** Access units that were not sent because the window did not take them in time. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @param frame AAC */
  offer(assignment: number, frame: AudioFrame): void {
    this.#waiting.push({ assignment, frame });
    this.pump();
    if (this.#waiting.length <= maximumWaiting) return;
    this.#waiting.shift();
    this.#dropped++;
  }

  /** Nothing more of what was heard until now. */
  clear(): void {
    this.#waiting.length = 0;
  }

  /** Sends what there is room for; to be called when the channel has opened or has room again. */
  pump(): void {
    while (this.#channel.isOpen && this.#channel.bufferedBytes < maximumBufferedBytes) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      const { timestamp, clockRate, payload, aac } = next.frame;
      if (aac === undefined) continue;
      const { config, channels } = aac;
      const { assignment } = next;
      const message = { assignment, timestamp, clockRate, channels, config, data: payload };
      this.#channel.send(formatSoundMessage(message));
    }
  }
}
