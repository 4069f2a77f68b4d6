import type { VideoCodec } from '../contract/codecs.ts';
import type { H265Support, PictureWay } from '../contract/viewer.ts';
import type { StreamFrame } from '../media/stream-frame.ts';
import type { SlotSender } from './slot-sender.ts';
import type { SlotWindow } from './slot-window.ts';

const track: PictureWay = { kind: 'track' };

/** Where the pictures of a slot leave, by their format: over its track, over the window's data channel, or nowhere. */
export class SlotOutput {
  readonly #sender: SlotSender;
  readonly #window: SlotWindow;
  #assignment = 0;
  #codec: VideoCodec = 'H264';
  #way: PictureWay = track;
  /** Packets that have gone of a picture that has not gone wholly. */
  #sentPackets = 0;

  constructor(sender: SlotSender, window: SlotWindow) {
    this.#sender = sender;
    this.#window = window;
  }

  /** Whether a picture has gone in part. */
  get isUnderway(): boolean {
    return this.#sentPackets > 0;
  }

  /** What comes next is of another camera, and begins with the track. */
  bind(assignment: number): void {
    if (this.#way.kind === 'channel') this.#window.clearPictures();
    if (this.#codec === 'H265') this.#sender.use('H264');
    this.#assignment = assignment;
    this.#codec = 'H264';
    this.#way = track;
  }

  /** The picture that has gone in part does not go on. */
  drop(): void {
    this.#sentPackets = 0;
  }

  /** Whether it goes over the track. */
  isPaced({ codec }: StreamFrame): boolean {
    return codec === 'H264' || (codec === 'H265' && this.#window.h265 === 'track');
  }

  /** Sends what has not gone of a picture, up to `most` packets; returns how many, 0 where the window can do nothing with it. */
  send(frame: StreamFrame, timestamp: number, most: number): number {
    if (frame.codec !== this.#codec) this.#takeCodec(frame.codec);
    if (this.#way.kind === 'none') return 0;
    if (this.#way.kind === 'channel') {
      this.#window.offerPicture(this.#assignment, frame, timestamp);
      return 1;
    }
    const { payloads } = frame;
    const start = this.#sentPackets;
    const end = Math.min(payloads.length, start + most);
    const isWhole = start === 0 && end === payloads.length;
    this.#sender.send(isWhole ? payloads : payloads.slice(start, end), timestamp, end === payloads.length);
    this.#sentPackets = end === payloads.length ? 0 : end;
    return end - start;
  }

  /** The camera sends another format than the frames before; a stream of another camera begins anew. */
  #takeCodec(codec: VideoCodec): void {
    this.#codec = codec;
    const way = wayOf(codec, this.#window.h265);
    if (codec !== 'JPEG' && way.kind === 'track') this.#sender.use(codec);
    if (way.kind === 'track' && this.#way.kind === 'track') return;
    this.#way = way;
    this.#window.wayChanged(this.#assignment, way);
  }
}

/** By which way a window gets the pictures of a format. */
function wayOf(codec: VideoCodec, h265: H265Support): PictureWay {
  switch (codec) {
    case 'H264':
      return track;
    case 'H265':
      return h265 === 'track' ? track : { kind: h265, codec };
    case 'JPEG':
      return { kind: 'channel', codec };
    default:
      return codec satisfies never;
  }
}
