import { randomUUID } from 'node:crypto';
import { closedWith } from '../base/closed-with.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import type { Secret } from '../base/secret.ts';
import type {
  CameraAddress,
  FoundStreams,
  PreviewEvent,
  StreamFacts,
  StreamInput,
} from '../contract/camera.ts';
import type { PictureMemory } from '../media/picture-memory.ts';
import type { StreamLease } from '../media/stream-lease.ts';
import type { RtspUrl } from '../rtsp/rtsp-url.ts';
import type { StoredCamera } from '../store/camera-table.ts';
import { hostOf, isHostOf, onvifAddress, parseAddress, typedPassword } from './camera-input.ts';
import { CameraPreview } from './camera-preview.ts';
import type { CameraTarget } from './camera-session.ts';
import { findStreams } from './stream-finder.ts';

/** Tries at a time: each may hold a connection to a camera. */
const maximumTrials = 16;
/** A camera has this long to be found, or to send its first key frame: some send one every ten seconds. */
const trialMilliseconds = 30_000;

/** Streams that are tried before they are stored. Nothing of them outlives the call, or the subscription. */
export class CameraTrials implements AsyncDisposable {
  readonly #stored: (cameraId: string) => StoredCamera | undefined;
  readonly #pictures: PictureMemory;
  readonly #log: Log;
  readonly #previews = new Map<string, CameraPreview>();
  readonly #stop = new AbortController();
  /** Trials that are under way. */
  readonly #running = new Set<Promise<unknown>>();
  /** Previews that have ended and are closing their connections. */
  readonly #closing = new Set<Promise<void>>();

  /**
   * @param options.stored the camera that is being edited, whose password serves where none is typed
   * @param options.pictures memory that all cameras share
   */
  constructor(options: {
    stored: (cameraId: string) => StoredCamera | undefined;
    pictures: PictureMemory;
    log: Log;
  }) {
    this.#stored = options.stored;
    this.#pictures = options.pictures;
    this.#log = options.log;
  }

  /** @throws GatehouseError as `findStreams`; limit-reached */
  async find(input: CameraAddress, signal: AbortSignal): Promise<FoundStreams> {
    const parsed = parseAddress('address', `rtsp://${input.address.replace(/^[a-z]+:\/\//i, '')}`);
    const camera = {
      address: parsed.url.slice('rtsp://'.length),
      onvifUrl: onvifUrlOf(input, parsed.host),
      ...this.#credentials(input, parsed),
    };
    return await this.#within(signal, parsed.host, (within) => findStreams(camera, within));
  }

  /** Opens a stream and waits for its first picture. @throws GatehouseError what goes wrong first; limit-reached */
  async test(input: StreamInput, signal: AbortSignal): Promise<StreamFacts> {
    const target = this.target(input);
    return await this.#within(signal, target.name, async (within) => {
      await using preview = new CameraPreview(target, this.#log, this.#pictures);
      return await preview.facts(within);
    });
  }

  /**
   * Opens a stream for as long as its events are read, and the signal is not aborted.
   * @throws GatehouseError bad-input, limit-reached
   */
  preview(input: StreamInput, signal: AbortSignal): AsyncGenerator<PreviewEvent> {
    const target = this.target(input);
    this.#refuseTooMany();
    const previewId = randomUUID();
    const preview = new CameraPreview(target, this.#log, this.#pictures);
    this.#previews.set(previewId, preview);
    const ending = AbortSignal.any([signal, this.#stop.signal]);
    const close = async () => {
      ending.removeEventListener('abort', onAbort);
      this.#previews.delete(previewId);
      await track(this.#closing, preview[Symbol.asyncDispose]());
    };
    const onAbort = () => void close();
    if (ending.aborted) onAbort();
    else ending.addEventListener('abort', onAbort);
    const events = (async function* (): AsyncGenerator<PreviewEvent> {
      if (ending.aborted) return;
      yield { type: 'opened', previewId };
      yield* preview.events(ending);
    })();
    return closedWith(events, close);
  }

  /** The right to read a stream that is being previewed; undefined when there is none of this id. */
  lease(previewId: string): StreamLease | undefined {
    return this.#previews.get(previewId)?.lease();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled([...this.#running, ...this.#closing]);
  }

  async #within<Result>(
    signal: AbortSignal,
    name: string,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    this.#refuseTooMany();
    const timeout = AbortSignal.timeout(trialMilliseconds);
    try {
      return await track(this.#running, work(AbortSignal.any([signal, timeout, this.#stop.signal])));
    } catch (error) {
      if (!timeout.aborted) throw error;
      throw new GatehouseError(
        'camera-silent',
        `${name} answers, but sent no picture within ${trialMilliseconds / 1_000} s. Restart the camera, or enter the full address of its stream.`,
        { camera: name, cause: error },
      );
    }
  }

  #refuseTooMany(): void {
    if (this.#running.size + this.#previews.size < maximumTrials) return;
    throw new GatehouseError(
      'limit-reached',
      `${maximumTrials} cameras are being tried already. Wait until one of them is done.`,
    );
  }

  /** What is dialled for an input. @throws GatehouseError bad-input */
  target(input: StreamInput): CameraTarget {
    const parsed = parseAddress('mainUrl', input.mainUrl);
    const { certificate = null, transport = 'automatic' } = input;
    return {
      name: parsed.host,
      url: parsed.url,
      ...this.#credentials(input, parsed),
      certificate,
      transport,
    };
  }

  /**
   * What was typed, into the fields or into the address; else what is stored for the camera, if the address is on a host
   * that it is stored for.
   */
  #credentials(
    input: { username?: string | undefined; password?: string | undefined; cameraId?: string | undefined },
    written: RtspUrl,
  ): { username: string | null; password: Secret | null } {
    const stored = input.cameraId === undefined ? undefined : this.#stored(input.cameraId);
    const isKnownHost = stored !== undefined && isHostOf(stored, written.host);
    const username = input.username === '' ? undefined : input.username;
    return {
      username: username ?? written.username ?? (isKnownHost ? stored.username : null),
      password: typedPassword(input.password) ?? written.password ?? (isKnownHost ? stored.password : null),
    };
  }
}

/** @throws GatehouseError bad-input when it is on another host than the one that the password is for */
function onvifUrlOf({ onvifUrl }: CameraAddress, host: string): URL | null {
  const url = onvifAddress(onvifUrl ?? null);
  if (url === null || hostOf(url) === host.toLowerCase()) return url;
  throw GatehouseError.ofField('onvifUrl', `The ONVIF address must be on ${host}.`);
}

async function track<Result>(running: Set<Promise<unknown>>, work: Promise<Result>): Promise<Result> {
  running.add(work);
  try {
    return await work;
  } finally {
    running.delete(work);
  }
}
