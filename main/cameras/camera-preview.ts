import { ChangeQueue } from '../base/change-queue.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import type { PreviewEvent, StreamFacts } from '../contract/camera.ts';
import { codecWords } from '../contract/codecs.ts';
import type { PictureMemory } from '../media/picture-memory.ts';
import type { StreamLease } from '../media/stream-lease.ts';
import { CameraSession, type CameraTarget } from './camera-session.ts';

/** A stream that is not stored (yet), open from the first event that is read for as long as the preview lives. */
export class CameraPreview implements AsyncDisposable {
  readonly #session: CameraSession;
  readonly #disposing = new AbortController();
  readonly #events = new ChangeQueue<PreviewEvent['type'], PreviewEvent>();
  #reading: Disposable | undefined;

  /** @param pictures memory that all cameras share */
  constructor(target: CameraTarget, log: Log, pictures: PictureMemory) {
    this.#session = new CameraSession({
      target,
      log,
      pictures,
      onStatus: (status) => this.#events.put('status', { type: 'status', status }),
    });
  }

  /** The right to read the stream. */
  lease(): StreamLease {
    return this.#session.lease();
  }

  /** What happens to it, the newest of each kind; ends when the signal is aborted or the preview disposed. For one reader. */
  async *events(signal: AbortSignal): AsyncGenerator<PreviewEvent> {
    const ending = AbortSignal.any([signal, this.#disposing.signal]);
    if (ending.aborted) return;
    this.#reading = this.#session.stream.read(() => this.#onFrame());
    using _lease = this.#session.lease();
    yield* this.#events.read(ending);
  }

  /**
   * What the stream is, known after its first key frame.
   * @throws GatehouseError the first thing that goes wrong; internal when the signal is aborted
   */
  async facts(signal: AbortSignal): Promise<StreamFacts> {
    for await (const event of this.events(signal)) {
      if (event.type === 'facts') return event.facts;
      if (event.type === 'status' && event.status.state === 'waiting') {
        throw new GatehouseError(event.status.error.code, event.status.error.message);
      }
    }
    throw new GatehouseError('internal', 'The camera was not tried to the end.');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposing.abort();
    this.#reading?.[Symbol.dispose]();
    await this.#session[Symbol.asyncDispose]();
  }

  #onFrame(): void {
    this.#reading?.[Symbol.dispose]();
    this.#reading = undefined;
    const { codec, pictureSize: size } = this.#session.stream;
    const facts = { codec: codecWords[codec], width: size?.width ?? null, height: size?.height ?? null };
    this.#events.put('facts', { type: 'facts', facts });
  }
}
