import type { IncomingMessage } from 'node:http';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { abortableDelay } from '../base/retry.ts';
import { cameraError, closedConnection, noPackets, protocolError } from '../rtsp/camera-errors.ts';
import { HttpCamera, type HttpTarget } from './http-request.ts';
import { boundaryOf, MultipartError, MultipartParser, maximumPartBytes } from './multipart-parser.ts';

/** From one snapshot to the next; longer when the camera takes longer. */
const snapshotMilliseconds = 500;
/** A silent camera is noticed within 5 s; one that makes a snapshot may take longer than one that sends a stream. */
const silenceMilliseconds = 4_000;
const snapshotSilenceMilliseconds = 10_000;

/**
 * A camera whose address begins with http:// or https://: what it answers decides whether it is a stream of JPEG files
 * (multipart/x-mixed-replace) or one file, which is then asked for again and again.
 */
export class HttpSource implements AsyncDisposable {
  readonly #camera: HttpCamera;
  readonly #signal: AbortSignal;
  /** The answer to the first request: its body has not been read. */
  readonly #first: IncomingMessage;
  readonly #boundary: string | undefined;

  private constructor(
    camera: HttpCamera,
    first: IncomingMessage,
    boundary: string | undefined,
    signal: AbortSignal,
  ) {
    this.#camera = camera;
    this.#first = first;
    this.#boundary = boundary;
    this.#signal = signal;
  }

  /** Over TLS with methods that are not secure any more. */
  get isOldEncryption(): boolean {
    return this.#camera.isOldEncryption;
  }

  /** @throws GatehouseError as `HttpCamera.get`, camera-no-video when it answers with something else than JPEG */
  static async open(target: HttpTarget, options: { signal: AbortSignal }): Promise<HttpSource> {
    const camera = new HttpCamera(target);
    try {
      const first = await camera.get(options.signal);
      // Nothing may be thrown where nobody listens yet: reading tells what went wrong.
      first.on('error', () => {});
      const type = first.headers['content-type'] ?? '';
      const boundary = boundaryOf(type);
      if (boundary === undefined && !/^\s*image\/jpe?g\b/i.test(type)) {
        first.destroy();
        const what = type === '' ? 'without saying what it is' : `with ${type.split(';')[0]?.slice(0, 80)}`;
        const sentence = `answers ${what}, which is no picture. Look up the address of its MJPEG stream or of its snapshots in the manual of the camera.`;
        throw cameraError('camera-no-video', camera.address, sentence);
      }
      return new HttpSource(camera, first, boundary, options.signal);
    } catch (error) {
      camera[Symbol.dispose]();
      throw error;
    }
  }

  /**
   * Until the signal is aborted, which resolves. Only once.
   * @param onPicture gets every JPEG file; should it throw, playing ends with that
   * @throws GatehouseError camera-silent, camera-closed-connection, camera-protocol-error and those of `HttpCamera.get`
   */
  async play(onPicture: (file: Buffer) => void): Promise<void> {
    try {
      if (this.#boundary === undefined) await this.#playSnapshots(onPicture);
      else await this.#playStream(this.#boundary, onPicture);
    } catch (error) {
      if (!this.#signal.aborted) throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#first.destroy();
    this.#camera[Symbol.dispose]();
    return Promise.resolve();
  }

  async #playStream(boundary: string, onPicture: (file: Buffer) => void): Promise<void> {
    const { address } = this.#camera;
    const parser = new MultipartParser(boundary);
    const silence = this.#watchSilence(this.#first, silenceMilliseconds);
    try {
      for await (const chunk of this.#first as AsyncIterable<Buffer>) {
        for (const part of parser.push(chunk)) {
          if (!isJpeg(part)) continue;
          silence.heard();
          onPicture(part);
        }
      }
    } catch (error) {
      if (error instanceof MultipartError) {
        throw protocolError(address, error.message, 'Check that the address is that of an MJPEG stream.');
      }
      if (silence.failure !== undefined) throw silence.failure;
      throw error instanceof GatehouseError ? error : closedConnection(address, error);
    } finally {
      silence[Symbol.dispose]();
    }
    throw closedConnection(address);
  }

  async #playSnapshots(onPicture: (file: Buffer) => void): Promise<void> {
    let response = this.#first;
    let pictureAt = performance.now();
    while (!this.#signal.aborted) {
      const askedAt = performance.now();
      const file = await this.#readFile(response);
      if (isJpeg(file)) {
        pictureAt = performance.now();
        onPicture(file);
      } else if (performance.now() - pictureAt > snapshotSilenceMilliseconds) {
        throw noPackets(this.#camera.address, snapshotSilenceMilliseconds / 1_000);
      }
      await abortableDelay(Math.max(0, askedAt + snapshotMilliseconds - performance.now()), this.#signal);
      if (this.#signal.aborted) return;
      response = await this.#camera.get(this.#signal);
    }
  }

  async #readFile(response: IncomingMessage): Promise<Buffer> {
    const { address } = this.#camera;
    const silence = this.#watchSilence(response, snapshotSilenceMilliseconds);
    const chunks: Buffer[] = [];
    let bytes = 0;
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > maximumPartBytes) {
          throw protocolError(address, 'sends a snapshot without end', 'Check the address of its snapshots.');
        }
      }
      return Buffer.concat(chunks);
    } catch (error) {
      if (silence.failure !== undefined) throw silence.failure;
      throw error instanceof GatehouseError ? error : closedConnection(address, error);
    } finally {
      silence[Symbol.dispose]();
    }
  }

  /** Ends reading when no picture came for so long, and when the signal is aborted. */
  #watchSilence(
    response: IncomingMessage,
    milliseconds: number,
  ): Disposable & { heard(): void; readonly failure: Error | undefined } {
    let failure: Error | undefined;
    const timer = setTimeout(() => {
      failure = noPackets(this.#camera.address, milliseconds / 1_000);
      response.destroy(failure);
    }, milliseconds);
    const stop = () => response.destroy();
    this.#signal.addEventListener('abort', stop);
    return {
      heard: () => timer.refresh(),
      get failure() {
        return failure;
      },
      [Symbol.dispose]: () => {
        clearTimeout(timer);
        this.#signal.removeEventListener('abort', stop);
      },
    };
  }
}

function isJpeg(file: Buffer): boolean {
  return file.length > 4 && file.readUInt16BE(0) === 0xffd8;
}
