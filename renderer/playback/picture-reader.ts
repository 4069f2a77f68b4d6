import { type PictureSample, type Pixels, type Plane, samplePixels } from './picture-sample.ts';
import type { Image } from './slot.svelte.ts';

/** Of the canvas that stands in where a frame's pixels cannot be copied. */
const [canvasWidth, canvasHeight] = [128, 72];

/**
 * Reads pictures off the screen's elements. Copying a frame's planes as the decoder left them costs a fraction of drawing it into a
 * canvas, which converts every pixel first (measured: 0.1 ms to 4 ms for 640x360).
 */
export class PictureReader {
  #buffer = new Uint8Array(0);
  #canvas: OffscreenCanvasRenderingContext2D | null | undefined;

  /** Null where there is no picture. @param at when it is, of `performance.now()` */
  async read(source: HTMLVideoElement | Image, at: number): Promise<PictureSample | null> {
    try {
      using frame = frameOf(source);
      const { format } = frame.frame;
      if (format === null) return this.#draw(source, at);
      const { width, height } = frame.frame.visibleRect ?? { width: 0, height: 0 };
      const bytes = frame.frame.allocationSize();
      if (this.#buffer.length < bytes) this.#buffer = new Uint8Array(bytes);
      const layout = await frame.frame.copyTo(this.#buffer);
      const pixels = toPixels(format, layout, this.#buffer, width, height);
      return pixels === undefined ? this.#draw(source, at) : samplePixels(pixels, at);
    } catch {
      // Closed meanwhile, or an element without a picture: the next look may see one.
      return null;
    }
  }

  /** Frames that are in the graphics card alone. */
  #draw(source: HTMLVideoElement | Image, at: number): PictureSample | null {
    this.#canvas ??= new OffscreenCanvas(canvasWidth, canvasHeight).getContext('2d', {
      willReadFrequently: true,
    });
    if (this.#canvas === null) return null;
    this.#canvas.drawImage(source, 0, 0, canvasWidth, canvasHeight);
    const { data } = this.#canvas.getImageData(0, 0, canvasWidth, canvasHeight);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
    const layout = [{ offset: 0, stride: canvasWidth * 4 }];
    const pixels = toPixels('RGBA', layout, bytes, canvasWidth, canvasHeight);
    return pixels === undefined ? null : samplePixels(pixels, at);
  }
}

/** A frame that is closed with the block that it was made for. */
function frameOf(source: HTMLVideoElement | Image): { readonly frame: VideoFrame } & Disposable {
  const frame = source instanceof VideoFrame ? source.clone() : new VideoFrame(source, { timestamp: 0 });
  return { frame, [Symbol.dispose]: () => frame.close() };
}

/** Where brightness and colours are in a format; undefined for one that is not known. */
export function toPixels(
  format: string,
  layout: readonly PlaneLayout[],
  data: Uint8Array,
  width: number,
  height: number,
): Pixels | undefined {
  const plane = (index: number, step: number, shrunk: number, shift = 0): Plane => {
    const { offset = 0, stride = 0 } = layout[index] ?? {};
    return { offset: offset + shift, stride, step, shrunk };
  };
  const size = { data, width, height };
  switch (format) {
    case 'I420':
    case 'I420A':
      return { ...size, luma: plane(0, 1, 1), colours: [plane(1, 1, 2), plane(2, 1, 2)], neutral: 128 };
    case 'I444':
      return { ...size, luma: plane(0, 1, 1), colours: [plane(1, 1, 1), plane(2, 1, 1)], neutral: 128 };
    case 'NV12':
      return { ...size, luma: plane(0, 1, 1), colours: [plane(1, 2, 2), plane(1, 2, 2, 1)], neutral: 128 };
    case 'RGBA':
    case 'RGBX':
    case 'BGRA':
    case 'BGRX':
      // Green is nearly all of brightness.
      return {
        ...size,
        luma: plane(0, 4, 1, 1),
        colours: [plane(0, 4, 1), plane(0, 4, 1, 2)],
        neutral: null,
      };
    default:
      return undefined;
  }
}
