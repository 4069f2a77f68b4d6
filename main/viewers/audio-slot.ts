import type { AudioFrame } from '../media/audio-stream.ts';
import type { StreamLease } from '../media/stream-lease.ts';
import type { SlotSender } from './slot-sender.ts';

/** Where sound goes that no track of a browser carries. */
export interface SoundWay {
  /** @param assignment what the window calls the binding that it belongs to */
  offer(assignment: number, frame: AudioFrame): void;
  /** What was offered and has not been sent is of no use any more. */
  clear(): void;
}

/**
 * The sound of one window: of one camera, or of none. Its RTP goes on over every change of camera and format: sequence
 * numbers without a gap (the sender's), timestamps that only rise.
 */
export class AudioSlot {
  readonly #sender: SlotSender;
  readonly #channel: SoundWay;
  #lease: StreamLease | undefined;
  #reading: Disposable | undefined;
  #connected = false;
  #assignment = 0;
  #lastTimestamp = Math.floor(Math.random() * 2 ** 31);
  #lastSentAt = performance.now();
  /** What the slot's timestamps add to the stream's; undefined until the first frame of a binding or a format. */
  #offset: number | undefined;
  #codec: AudioFrame['codec'] | undefined;

  constructor(sender: SlotSender, channel: SoundWay) {
    this.#sender = sender;
    this.#channel = channel;
  }

  /** Lets another camera be heard, or none. The slot owns the lease from now on. @param assignment what the window calls this */
  bind(lease: StreamLease | null, assignment = 0): void {
    const previous = this.#lease;
    this.#reading?.[Symbol.dispose]();
    this.#channel.clear();
    this.#lease = lease ?? undefined;
    this.#assignment = assignment;
    this.#codec = undefined;
    this.#reading = lease?.audio.read((frame) => this.#onFrame(frame));
    previous?.[Symbol.dispose]();
  }

  /** The way to the browser is open. */
  connect(): void {
    this.#connected = true;
  }

  report(): void {
    this.#sender.report();
  }

  #onFrame(frame: AudioFrame): void {
    if (!this.#connected) return;
    const { codec, payload, timestamp, clockRate } = frame;
    if (codec === 'MPEG4-GENERIC') {
      this.#channel.offer(this.#assignment, frame);
      return;
    }
    const isFirst = codec !== this.#codec;
    if (isFirst) {
      // A payload type that was not agreed on would be noise.
      if (!this.#sender.use(codec)) return;
      this.#codec = codec;
      const silence = Math.ceil(((performance.now() - this.#lastSentAt) * clockRate) / 1_000);
      this.#offset = this.#lastTimestamp + Math.max(1, silence) - timestamp;
    }
    this.#lastTimestamp = timestamp + (this.#offset ?? 0);
    this.#lastSentAt = performance.now();
    // The marker says that it was silent before (RFC 3551 section 4.1).
    this.#sender.send([payload], this.#lastTimestamp, isFirst);
  }
}
