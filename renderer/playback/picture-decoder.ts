import type { VideoCodec } from '../../main/contract/codecs.ts';
import type { ReceivedPicture } from '../../main/contract/picture-message.ts';
import { h265Codec } from './h265-support.ts';
import type { Image } from './slot.svelte.ts';

/** Pictures that the decoder has taken and not given back; with more than this it is too slow for the stream. */
const maximumDecoding = 60;

export interface PictureDecoder {
  decode(picture: ReceivedPicture): void;
  close(): void;
}

type OnImage = (assignment: number, image: Image) => void;

/** A decoder for pictures of the data channel. @param onImage gets each one; closing it is the receiver's duty */
export function createPictureDecoder(codec: VideoCodec, onImage: OnImage): PictureDecoder {
  return codec === 'JPEG' ? new JpegPictures(onImage) : new H265Pictures(onImage);
}

/** JPEG: one at a time; what comes meanwhile waits, the newest only. */
class JpegPictures implements PictureDecoder {
  readonly #onImage: OnImage;
  #waiting: ReceivedPicture | undefined;
  #busy = false;
  #closed = false;

  constructor(onImage: OnImage) {
    this.#onImage = onImage;
  }

  decode(picture: ReceivedPicture): void {
    this.#waiting = picture;
    if (!this.#busy) void this.#work();
  }

  close(): void {
    this.#closed = true;
    this.#waiting = undefined;
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let picture = this.#take(); picture !== undefined; picture = this.#take()) {
      try {
        const image = await createImageBitmap(
          new Blob([picture.data as Uint8Array<ArrayBuffer>], { type: 'image/jpeg' }),
        );
        if (this.#closed) image.close();
        else this.#onImage(picture.assignment, image);
      } catch {
        // A damaged picture is not shown; if all are, the tile says that none comes.
      }
    }
    this.#busy = false;
  }

  #take(): ReceivedPicture | undefined {
    const picture = this.#waiting;
    this.#waiting = undefined;
    return picture;
  }
}

/** H.265 with start codes, through WebCodecs. */
class H265Pictures implements PictureDecoder {
  readonly #onImage: OnImage;
  #decoder: VideoDecoder | undefined;
  #assignment = -1;
  #needsKeyFrame = true;

  constructor(onImage: OnImage) {
    this.#onImage = onImage;
  }

  decode(picture: ReceivedPicture): void {
    if (picture.assignment !== this.#assignment) {
      this.close();
      this.#assignment = picture.assignment;
    }
    if (this.#needsKeyFrame && !picture.keyFrame) return;
    const decoder = this.#open(picture.assignment);
    if (decoder.decodeQueueSize > maximumDecoding) {
      this.#needsKeyFrame = true;
      return;
    }
    this.#needsKeyFrame = false;
    const { keyFrame, timestamp, data } = picture;
    decoder.decode(
      new EncodedVideoChunk({
        type: keyFrame ? 'key' : 'delta',
        timestamp: Math.round((timestamp * 1_000) / 90),
        data: data as Uint8Array<ArrayBuffer>,
      }),
    );
  }

  close(): void {
    if (this.#decoder?.state === 'configured') this.#decoder.close();
    this.#decoder = undefined;
    this.#needsKeyFrame = true;
  }

  #open(assignment: number): VideoDecoder {
    if (this.#decoder !== undefined) return this.#decoder;
    const decoder = new VideoDecoder({
      output: (image) => this.#onImage(assignment, image),
      // It is closed by then: the next key frame begins with another one.
      error: () => {
        if (this.#decoder !== decoder) return;
        this.#decoder = undefined;
        this.#needsKeyFrame = true;
      },
    });
    decoder.configure({ codec: h265Codec, optimizeForLatency: true });
    this.#decoder = decoder;
    return decoder;
  }
}
