import type { SoundMessage } from '../../main/contract/sound-message.ts';
import { AacPlayer, playsAac } from './aac-player.ts';
import type { OpenViewer } from './open-viewer.ts';
import { type Stream, sameStream } from './stream.ts';
import { loadVolume, saveVolume } from './volume-storage.ts';

const retryMilliseconds = 1_000;
/** Sound counts as arriving for this long after the last sign of it. */
const freshMilliseconds = 1_500;

/**
 * The sound of this window: that of one camera, or none, as at every start. The engine sends what is heard and nothing else;
 * G.711, G.722 and Opus come over the track, AAC over the data channel.
 */
export class Sound {
  #cameraId = $state<string | null>(null);
  #isArriving = $state(false);
  #isBlocked = $state(false);
  #wantedAt = $state(0);
  #volume = $state(loadVolume());
  /** Null until the browser was asked. */
  #playsAac = $state<boolean | null>(null);
  #stream: Stream | null = null;
  #viewer: OpenViewer | null = null;
  #track: { readonly media: MediaStream; readonly receiver: RTCRtpReceiver } | null = null;
  /** Counts what the engine was asked for, to tell a late answer, and late sound, from those that are wanted. */
  #assignment = 0;
  #confirmed = false;
  #element: HTMLAudioElement | undefined;
  #aac: AacPlayer | undefined;
  /** What `#signs` gave when it changed last, and when that was noticed. */
  #seen = { signs: '', at: Number.NEGATIVE_INFINITY };

  /** The camera that shall be heard. */
  get cameraId(): string | null {
    return this.#cameraId;
  }

  /** Whether its sound comes in. */
  get isArriving(): boolean {
    return this.#isArriving;
  }

  /** The browser plays nothing before somebody has clicked into the page. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** Whether this browser decodes AAC; null until it was asked. */
  get playsAac(): boolean | null {
    return this.#playsAac;
  }

  /** Since when this camera shall be heard, of `performance.now()`. */
  get wantedAt(): number {
    return this.#wantedAt;
  }

  /** How loud it is to be, 0 … 1; remembered on this station. */
  get volume(): number {
    return this.#volume;
  }

  setVolume(volume: number): void {
    this.#volume = volume;
    saveVolume(volume);
    if (this.#element !== undefined) this.#element.volume = volume;
    if (this.#aac !== undefined) this.#aac.volume = volume;
  }

  /** How loud what comes in is now: 0 … 1. */
  async level(): Promise<number> {
    if (!this.#isArriving) return 0;
    const played = this.#aac?.level ?? 0;
    let received = 0;
    const stats = await this.#track?.receiver.getStats();
    stats?.forEach((entry: RTCStats & { readonly audioLevel?: number }) => {
      if (entry.type === 'inbound-rtp') received = entry.audioLevel ?? 0;
    });
    return Math.max(played, received);
  }

  /** Lets a camera be heard instead of another one, or ends it when it is. To be called when somebody has done something. */
  toggle(cameraId: string): void {
    if (cameraId === this.#cameraId) {
      this.stop();
      return;
    }
    this.#cameraId = cameraId;
    this.#wantedAt = performance.now();
    this.#isArriving = false;
    void this.#askForAac();
    this.#play();
  }

  stop(): void {
    this.#cameraId = null;
    this.#silence();
    this.hear(null);
  }

  /** The stream whose sound is that of the camera; null: none. */
  hear(stream: Stream | null): void {
    if (sameStream(stream, this.#stream)) return;
    this.#stream = stream;
    this.#isArriving = false;
    this.#aac?.stop();
    if (stream === null) this.#silence();
    void this.#ask();
  }

  opened(viewer: OpenViewer): void {
    this.#viewer = viewer;
    if (this.#stream !== null) void this.#ask();
  }

  /** What comes out of the audio transceiver of a new peer connection. */
  attach(receiver: RTCRtpReceiver): void {
    this.#track = { receiver, media: new MediaStream([receiver.track]) };
    if (this.#cameraId !== null) this.#play();
  }

  receive(message: SoundMessage): void {
    if (message.assignment !== this.#assignment || this.#playsAac !== true) return;
    this.#aac ??= new AacPlayer();
    this.#aac.volume = this.#volume;
    this.#aac.push(message);
  }

  /** The peer connection is gone. */
  lost(): void {
    this.#viewer = null;
    this.#track = null;
    this.#confirmed = false;
    this.#isArriving = false;
    this.#silence();
  }

  /** To be called twice a second. @param now of `performance.now()` */
  check(now: number): void {
    if (this.#cameraId === null) return;
    const signs = this.#signs();
    if (signs !== this.#seen.signs) this.#seen = { signs, at: now };
    this.#isArriving = this.#confirmed && now - this.#seen.at < freshMilliseconds;
    if (!this.#isBlocked && this.#aac?.isBlocked(now) === true) this.#block();
  }

  /** Changes as long as sound arrives. */
  #signs(): string {
    const [source] = this.#track?.receiver.getSynchronizationSources() ?? [];
    return `${source?.rtpTimestamp} ${this.#aac?.played}`;
  }

  #play(): void {
    this.#isBlocked = false;
    this.#aac?.resume();
    if (this.#track === null) return;
    this.#element ??= new Audio();
    this.#element.volume = this.#volume;
    if (this.#element.srcObject !== this.#track.media) this.#element.srcObject = this.#track.media;
    this.#element.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#block();
    });
  }

  /** Tried again with the next click. */
  #block(): void {
    this.#isBlocked = true;
    addEventListener(
      'pointerdown',
      () => {
        if (this.#cameraId !== null) this.#play();
      },
      { once: true },
    );
  }

  #silence(): void {
    this.#aac?.stop();
    this.#element?.pause();
    if (this.#element !== undefined) this.#element.srcObject = null;
  }

  async #askForAac(): Promise<void> {
    this.#playsAac ??= await playsAac();
  }

  async #ask(): Promise<void> {
    const viewer = this.#viewer;
    const assignment = ++this.#assignment;
    const stream = this.#stream;
    this.#confirmed = false;
    if (viewer === null) return;
    try {
      await viewer.client.viewer.listen({
        viewerId: viewer.id,
        cameraId: stream?.cameraId ?? null,
        profile: stream?.profile ?? 'sub',
        assignment,
      });
      if (assignment !== this.#assignment) return;
      this.#confirmed = true;
      // What was heard before is no sign of what is wanted now.
      this.#seen = { signs: this.#signs(), at: Number.NEGATIVE_INFINITY };
    } catch {
      // The link may have ended, and then the next viewer is asked; else this one again.
      setTimeout(() => {
        if (this.#viewer === viewer && assignment === this.#assignment) void this.#ask();
      }, retryMilliseconds);
    }
  }
}
