import { randomUUID } from 'node:crypto';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import { Secret } from '../base/secret.ts';
import type {
  CameraAddress,
  FoundStreams,
  PreviewEvent,
  StreamFacts,
  StreamInput,
} from '../contract/camera.ts';
import type { StreamLease } from '../media/stream-lease.ts';
import type { RtspTarget } from '../rtsp/rtsp-session.ts';
import type { StoredCamera } from '../store/camera-table.ts';
import { hostOf, parseAddress } from './camera-input.ts';
import { CameraPreview } from './camera-preview.ts';
import { findStreams } from './stream-finder.ts';

/** Tries at a time: each may hold a connection to a camera. */
const maximumTrials = 16;
/** A camera has this long to be found, or to send its first key frame: some send one every ten seconds. */
const trialMilliseconds = 30_000;

/** Streams that are tried before they are stored. Nothing of them outlives the call, or the subscription. */
export class CameraTrials implements AsyncDisposable {
  readonly #stored: (cameraId: string) => StoredCamera | undefined;
  readonly #log: Log;
  readonly #previews = new Map<string, CameraPreview>();
  readonly #stop = new AbortController();
  #running = 0;

  /** @param stored the camera that is being edited, whose password serves where none is typed */
  constructor(options: { stored: (cameraId: string) => StoredCamera | undefined; log: Log }) {
    this.#stored = options.stored;
    this.#log = options.log;
  }

  /** @throws GatehouseError as `findStreams`; limit-reached */
  async find(input: CameraAddress, signal: AbortSignal): Promise<FoundStreams> {
    const parsed = parseAddress('address', `rtsp://${input.address.replace(/^[a-z]+:\/\//i, '')}`);
    const { username, password } = this.#credentials(input, parsed.url);
    const address = parsed.url.slice('rtsp://'.length);
    const camera = { address, username: username ?? parsed.username, password: password ?? parsed.password };
    return await this.#within(signal, parsed.host, (within) => findStreams(camera, within));
  }

  /** Opens a stream and waits for its first picture. @throws GatehouseError what goes wrong first; limit-reached */
  async test(input: StreamInput, signal: AbortSignal): Promise<StreamFacts> {
    const target = this.#target(input);
    return await this.#within(signal, target.name, async (within) => {
      await using preview = new CameraPreview(target, this.#log);
      return await preview.facts(within);
    });
  }

  /**
   * Opens a stream for as long as its events are read.
   * @throws GatehouseError bad-input, limit-reached
   */
  preview(input: StreamInput, signal: AbortSignal): AsyncGenerator<PreviewEvent> {
    const target = this.#target(input);
    this.#refuseTooMany();
    return this.#follow(target, AbortSignal.any([signal, this.#stop.signal]));
  }

  /** The right to read a stream that is being previewed; undefined when there is none of this id. */
  lease(previewId: string): StreamLease | undefined {
    return this.#previews.get(previewId)?.lease();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#previews.values()].map((preview) => preview[Symbol.asyncDispose]()));
  }

  async *#follow(target: RtspTarget, signal: AbortSignal): AsyncGenerator<PreviewEvent> {
    if (signal.aborted) return;
    const previewId = randomUUID();
    await using preview = new CameraPreview(target, this.#log);
    this.#previews.set(previewId, preview);
    try {
      yield { type: 'opened', previewId };
      yield* preview.events(signal);
    } finally {
      this.#previews.delete(previewId);
    }
  }

  async #within<Result>(
    signal: AbortSignal,
    name: string,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    this.#refuseTooMany();
    this.#running++;
    const timeout = AbortSignal.timeout(trialMilliseconds);
    try {
      return await work(AbortSignal.any([signal, timeout, this.#stop.signal]));
    } catch (error) {
      if (!timeout.aborted) throw error;
      throw new GatehouseError(
        'camera-silent',
        `${name} answers, but sent no picture within ${trialMilliseconds / 1_000} s. Restart the camera, or enter the full address of its stream.`,
        { camera: name, cause: error },
      );
    } finally {
      this.#running--;
    }
  }

  #refuseTooMany(): void {
    if (this.#running + this.#previews.size < maximumTrials) return;
    throw new GatehouseError(
      'limit-reached',
      `${maximumTrials} cameras are being tried already. Wait until one of them is done.`,
    );
  }

  #target(input: StreamInput): RtspTarget {
    const parsed = parseAddress('mainUrl', input.mainUrl);
    const { username, password } = this.#credentials(input, parsed.url);
    return {
      name: parsed.host,
      url: parsed.url,
      username: username ?? parsed.username,
      password: password ?? parsed.password,
    };
  }

  /** What was typed; else what is stored for the camera, if the address is on a host that it is stored for. */
  #credentials(
    input: { username?: string | undefined; password?: string | undefined; cameraId?: string | undefined },
    url: string,
  ): { username: string | null; password: Secret | null } {
    const stored = input.cameraId === undefined ? undefined : this.#stored(input.cameraId);
    const isKnownHost =
      stored !== undefined &&
      [stored.mainUrl, ...(stored.subUrl === null ? [] : [stored.subUrl])].some(
        (known) => hostOf(known) === hostOf(url),
      );
    const typed = input.password === undefined || input.password === '' ? null : new Secret(input.password);
    const username = input.username === '' ? undefined : input.username;
    return {
      username: username ?? (isKnownHost ? stored.username : null),
      password: typed ?? (isKnownHost ? stored.password : null),
    };
  }
}
