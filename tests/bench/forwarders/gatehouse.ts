import dgram from 'node:dgram';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createLog } from '../../../main/base/log.ts';
import { type Engine, startEngine } from '../../../main/engine/engine.ts';
import { AudioStream } from '../../../main/media/audio-stream.ts';
import { LiveStream } from '../../../main/media/live-stream.ts';
import type { StreamLease } from '../../../main/media/stream-lease.ts';
import { NetworkEstimator } from '../../../main/viewers/network-estimate.ts';
import type { Viewer } from '../../../main/viewers/viewer.ts';
import { VideoSource } from '../../support/video-source.ts';
import { type Forwarder, type ForwarderSize, packetsPerAccessUnit, payloadBytes } from './forwarder.ts';

/** Two seconds of a camera. */
const picturesPerGop = 30;

/**
 * The whole engine: cameras over its own RTSP client, viewers with a slot for each. At saturation pictures are put into its
 * streams as one large packet each, so that it cuts them into packets itself, once for all viewers.
 */
export class GatehouseForwarder implements Forwarder {
  packets = 0;
  readonly #owned = new AsyncDisposableStack();
  readonly #viewers: Viewer[] = [];
  readonly #sources: VideoSource[] = [];
  /** Of each camera, so far. */
  readonly #pictures: number[] = [];
  #engine: Engine | undefined;
  #cameras = 0;

  async open({ cameras }: ForwarderSize): Promise<void> {
    this.#cameras = cameras;
    this.#countPackets();
    const dataFolder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-bench-'));
    this.#owned.defer(() => rm(dataFolder, { recursive: true, force: true }));
    const log = createLog('silent');
    this.#engine = this.#owned.use(await startEngine({ dataFolder, http: null, log }));
    // All of them are one user's.
    this.#engine.viewers.seats.change({
      ...{ windows: 512, windowsOfUser: null, megabits: null, megabitsOfUser: null },
    });
  }

  async offer(): Promise<string> {
    const viewer = await this.#engine?.viewers.open(this.#cameras);
    const event = await viewer?.events(new AbortController().signal).next();
    if (viewer === undefined || event?.value?.type !== 'offer') throw new Error('a viewer made no offer');
    this.#viewers.push(viewer);
    return event.value.sdp;
  }

  async answer(viewer: number, answer: string): Promise<void> {
    await this.#viewers[viewer]?.answer(answer);
  }

  sendAccessUnit(camera: number): void {
    if (this.#sources.length === 0) this.#makeSources();
    const pictures = this.#pictures[camera] ?? 0;
    this.#pictures[camera] = pictures + 1;
    this.#sources[camera]?.send(pictures % picturesPerGop === 0 ? 'key' : 'delta');
  }

  async pull(urls: readonly string[]): Promise<void> {
    const engine = this.#engine;
    if (engine === undefined) return;
    const ids = urls.map(
      (mainUrl, index) =>
        engine.cameras.add({ name: `Camera ${index + 1}`, group: '', mainUrl, subUrl: null }).id,
    );
    const playing = ids.map((id, slot) => {
      const { stream } = this.#bind(slot, () => engine.cameras.lease(id, 'sub'));
      return new Promise<void>((resolve) => void stream.read(() => resolve()));
    });
    await Promise.all(playing);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned[Symbol.asyncDispose]();
  }

  #makeSources(): void {
    // No network takes a saturated sender: it would be told to send less, and that is not what is measured.
    Object.defineProperty(NetworkEstimator.prototype, 'limit', { get: () => undefined });
    const frameBytes = packetsPerAccessUnit * payloadBytes;
    for (let slot = 0; slot < this.#cameras; slot++) {
      const stream = new LiveStream();
      this.#bind(slot, () => ({ stream, audio: new AudioStream(), [Symbol.dispose]: () => {} }));
      const source = new VideoSource(stream, { frameBytes });
      this.#sources.push(source);
    }
  }

  /** What leaves, not what was to leave: a window whose network seems too slow is not sent all pictures. */
  #countPackets(): void {
    const { prototype } = dgram.Socket;
    const send = prototype.send as (this: dgram.Socket, ...parameters: unknown[]) => void;
    const count = (datagram: unknown) => {
      const [head] = Array.isArray(datagram) ? datagram : [datagram];
      if (!Buffer.isBuffer(head)) return;
      const [first = 0, second = 0] = head;
      // RFC 5761 section 4: RTP, and not RTCP.
      if (first >= 128 && first < 192 && (second < 192 || second > 223)) this.packets++;
    };
    prototype.send = function counted(this: dgram.Socket, ...parameters: unknown[]) {
      count(parameters[0]);
      send.apply(this, parameters);
    } as typeof prototype.send;
    this.#owned.defer(() => {
      prototype.send = send as typeof prototype.send;
    });
  }

  /** Shows a camera in this slot of every viewer. */
  #bind(slot: number, lease: () => StreamLease): StreamLease {
    const own = lease();
    for (const viewer of this.#viewers) viewer.bind(slot, lease());
    return own;
  }
}
