import { toPictureMessages } from '../contract/picture-message.ts';
import type { StreamFrame } from '../media/stream-frame.ts';

/** So much may lie in werift's queue: what waits there cannot be replaced by a newer picture any more. */
const maximumBufferedBytes = 128 * 1024;
/** The next picture is handed over when no more than this is left. */
export const lowBufferedBytes = 32 * 1024;
/** H.265 pictures that wait for one slot; past this they are dropped up to the next key frame. */
const maximumWaitingBytes = 4 * 1024 * 1024;

/** What is needed of a data channel. */
export interface MessageChannel {
  readonly isOpen: boolean;
  readonly bufferedBytes: number;
  /** Whether another picture may leave now under the limits of the user and the site. */
  readonly isAllowed: boolean;
  send(message: Uint8Array): void;
}

interface Waiting {
  readonly assignment: number;
  readonly frames: { readonly frame: StreamFrame; readonly timestamp: number }[];
  bytes: number;
}

const startCode = Buffer.from([0, 0, 0, 1]);

/**
 * Pictures of all slots of one window over its data channel, slot by slot in turn. The newest wins: a key frame (each JPEG
 * is one) takes the place of what has not been sent yet, so that a slow window sees fewer pictures and never old ones.
 */
export class PictureChannel {
  readonly #channel: MessageChannel;
  /** In the order in which slots get their turn. */
  readonly #waiting = new Map<number, Waiting>();
  /** Slots that lost a picture on which the next ones build. */
  readonly #needKeyFrame = new Set<number>();
  #dropped = 0;

  constructor(channel: MessageChannel) {
    this.#channel = channel;
  }

  /** Pictures that were not sent because the window did not take them in time. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @param timestamp of the slot, 90 kHz, wrapped here */
  offer(slot: number, assignment: number, frame: StreamFrame, timestamp: number): void {
    const before = this.#waiting.get(slot);
    if (frame.keyFrame) this.#needKeyFrame.delete(slot);
    if (this.#needKeyFrame.has(slot)) {
      this.#dropped++;
      return;
    }
    const isNew = before === undefined || frame.keyFrame || before.assignment !== assignment;
    if (isNew) this.#dropped += before?.frames.length ?? 0;
    const waiting: Waiting = isNew ? { assignment, frames: [], bytes: 0 } : before;
    waiting.frames.push({ frame, timestamp });
    for (const unit of frame.units) waiting.bytes += unit.length;
    // A slot keeps its place in the queue.
    this.#waiting.set(slot, waiting);
    if (!frame.keyFrame && waiting.bytes > maximumWaitingBytes) {
      this.#dropped += waiting.frames.length;
      this.#waiting.delete(slot);
      this.#needKeyFrame.add(slot);
    }
    this.pump();
  }

  /** Nothing more of what the slot showed until now. */
  clear(slot: number): void {
    this.#waiting.delete(slot);
    this.#needKeyFrame.delete(slot);
  }

  /** Sends what there is room for; to be called when the channel has opened or has room again, and from time to time. */
  pump(): void {
    while (this.#channel.isOpen && this.#channel.bufferedBytes < maximumBufferedBytes) {
      const [next] = this.#waiting;
      if (next === undefined || !this.#channel.isAllowed) return;
      const [slot, waiting] = next;
      this.#waiting.delete(slot);
      const first = waiting.frames.shift();
      if (first === undefined) continue;
      for (const unit of first.frame.units) waiting.bytes -= unit.length;
      if (waiting.frames.length > 0) this.#waiting.set(slot, waiting);
      const { keyFrame, codec, units, receivedAt } = first.frame;
      const waited = performance.now() - receivedAt;
      const { timestamp } = first;
      const header = { slot, codec, assignment: waiting.assignment, timestamp, keyFrame, waited };
      const pieces = codec === 'JPEG' ? units : units.flatMap((unit) => [startCode, unit]);
      for (const message of toPictureMessages(header, pieces)) this.#channel.send(message);
    }
  }
}
