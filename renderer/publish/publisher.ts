import type { PublishLink } from './publish-link.ts';
import type { PublishState } from './publish-words.ts';
import { type Session, WhipClient } from './whip-client.ts';

const lookMilliseconds = 2_000;
const shortestWaitMilliseconds = 1_000;
const longestWaitMilliseconds = 8_000;
/** A session that is gone once was lost with the engine, perhaps; one that is gone again so soon is taken by another phone. */
const takenMilliseconds = 30_000;
const maximumBitsPerSecond = 2_500_000;

const wantedVideo = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 25, max: 30 } };

/** Sends the camera of this device until somebody ends it, and tries again by itself whatever happens to the network. */
export class Publisher {
  readonly #link: PublishLink;
  readonly #onState: (state: PublishState) => void;
  readonly #onPicture: (stream: MediaStream | null, isMirrored: boolean) => void;
  readonly #client: WhipClient;
  #facing: 'environment' | 'user' = 'environment';
  #stream: MediaStream | null = null;
  #session: Session | null = null;
  #stop: AbortController | null = null;

  /** @param onPicture what the device sees; null: nothing any more */
  constructor(
    link: PublishLink,
    onState: (state: PublishState) => void,
    onPicture: (stream: MediaStream | null, isMirrored: boolean) => void,
  ) {
    this.#link = link;
    this.#onState = onState;
    this.#onPicture = onPicture;
    this.#client = new WhipClient(link);
  }

  /** Never rejects. Once at a time. */
  async start(): Promise<void> {
    if (this.#stop !== null) return;
    const stop = new AbortController();
    this.#stop = stop;
    const last = await this.#run(stop.signal).catch((): PublishState => 'no-camera');
    this.#leave();
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#onPicture(null, false);
    this.#stop = null;
    this.#onState(last);
  }

  stop(): void {
    this.#stop?.abort();
  }

  /** To the lens on the other side. Never rejects. */
  async flip(): Promise<void> {
    if (this.#stream === null) return;
    this.#facing = this.#facing === 'environment' ? 'user' : 'environment';
    // One that does not open is missed by whoever sends, and opened once more.
    await this.#openCamera().catch(() => {});
    await this.#session?.replace(this.#stream).catch(() => {});
  }

  /** The page goes away: says goodbye, as far as there is time. */
  leave(): void {
    this.#leave();
  }

  /** @returns how it ended */
  async #run(signal: AbortSignal): Promise<PublishState> {
    this.#onState('asking');
    const refusal = await this.#openCamera().then(
      () => null,
      (error: unknown): PublishState =>
        error instanceof DOMException && error.name === 'NotAllowedError' ? 'refused' : 'no-camera',
    );
    if (signal.aborted) return 'stopped';
    if (refusal !== null) return refusal;
    let wait = shortestWaitMilliseconds;
    let goneAt = Number.NEGATIVE_INFINITY;
    for (;;) {
      this.#onState('connecting');
      const end = await this.#sendOnce(signal);
      this.#leave();
      if (signal.aborted) return 'stopped';
      if (end === 'elsewhere') {
        if (performance.now() - goneAt < takenMilliseconds) return end;
        goneAt = performance.now();
      } else if (end !== 'away' && end !== 'full' && end !== 'live') return end;
      this.#onState(end === 'full' ? 'full' : 'away');
      if (end === 'live' || end === 'elsewhere') wait = shortestWaitMilliseconds;
      await pause(wait, signal);
      wait = Math.min(wait * 2, longestWaitMilliseconds);
      if (signal.aborted) return 'stopped';
    }
  }

  /** @returns why it ended; `away`, `full`: to be tried again; `live`: the same, soon; `elsewhere`: nobody knows its session any more */
  async #sendOnce(signal: AbortSignal): Promise<PublishState> {
    if (this.#stream?.getVideoTracks()[0]?.readyState !== 'live') {
      try {
        await this.#openCamera();
      } catch {
        return 'away';
      }
    }
    const opened = await this.#client.open(this.#stream ?? new MediaStream(), maximumBitsPerSecond, signal);
    if (typeof opened === 'string') return opened;
    this.#session = opened;
    let isMissed = false;
    let wasLive = false;
    for (;;) {
      await pause(wasLive ? lookMilliseconds : lookMilliseconds / 4, signal);
      if (signal.aborted) return 'stopped';
      const isHere = await opened.isHere(signal);
      if (signal.aborted) return 'stopped';
      if (isHere === 'link-ended') return 'link-ended';
      // Whoever could not be reached for a while was given up there.
      if (isHere === 'gone') return isMissed ? 'live' : 'elsewhere';
      isMissed = isHere === 'unknown';
      const flow = await opened.flow();
      if (flow === 'broken') return wasLive ? 'live' : 'away';
      if (isHere === 'unknown') this.#onState('away');
      else if (flow === 'sending') {
        wasLive = true;
        this.#onState('live');
      } else if (flow === 'still') this.#onState('paused');
      else this.#onState('connecting');
      if (this.#stream?.getVideoTracks()[0]?.readyState === 'ended') return 'live';
    }
  }

  /** @throws DOMException when there is none, or it is not allowed */
  async #openCamera(): Promise<void> {
    // A phone has one camera at a time for everybody.
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    const video = { ...wantedVideo, facingMode: { ideal: this.#facing } };
    const { mediaDevices } = navigator;
    this.#stream = this.#link.sound
      ? await mediaDevices
          .getUserMedia({ video, audio: true })
          // Without the microphone there is the picture.
          .catch(() => mediaDevices.getUserMedia({ video }))
      : await mediaDevices.getUserMedia({ video });
    const facing = this.#stream.getVideoTracks()[0]?.getSettings().facingMode;
    this.#onPicture(this.#stream, facing === 'user');
  }

  #leave(): void {
    this.#session?.close();
    this.#session = null;
  }
}

/** Resolves early when the signal is aborted. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = () => resolve();
  const timer = setTimeout(stop, milliseconds);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  await promise;
  clearTimeout(timer);
  signal.removeEventListener('abort', stop);
}
