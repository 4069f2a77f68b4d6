import { setTimeout as delay } from 'node:timers/promises';
import { createLog } from '../../main/base/log.ts';
import { AudioStream } from '../../main/media/audio-stream.ts';
import { LiveStream } from '../../main/media/live-stream.ts';
import type { StreamLease } from '../../main/media/stream-lease.ts';
import { ViewerService } from '../../main/viewers/viewer-service.ts';
import { seededRandom } from './mutations.ts';
import { VideoSource } from './video-source.ts';
import { viewerSettings } from './viewer-settings.ts';
import { WeriftWindow } from './werift-window.ts';

const cameraCount = 8;
const slotCount = 16;
const windowsAtOnce = 4;
/** Cameras go on: what a window skips on a machine that is too busy comes with the next pictures. */
const pictureMilliseconds = 250;

export interface ChurnCounts {
  readonly windows: number;
  readonly switches: number;
  readonly packets: number;
  /** After all windows have gone. */
  readonly viewers: number;
  readonly leases: number;
}

/**
 * Lets windows come and go: each a real peer connection (ICE, DTLS, SRTP over loopback) on an own viewer. Some go while they still
 * shake hands, some without a word to the viewer, some change their way before; all others change what they show, slot by slot.
 */
export class ViewerChurn implements AsyncDisposable {
  readonly #service = new ViewerService({
    log: createLog('silent'),
    settings: viewerSettings({ interfaces: [], ports: null }),
  });
  readonly #streams = Array.from({ length: cameraCount }, () => new LiveStream());
  readonly #sources = this.#streams.map((stream) => new VideoSource(stream, { frameBytes: 200 }));
  readonly #random: (limit: number) => number;
  #windows = 0;
  #switches = 0;
  #packets = 0;
  #leases = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  get counts(): ChurnCounts {
    return {
      windows: this.#windows,
      switches: this.#switches,
      packets: this.#packets,
      viewers: [...this.#service.viewers].length,
      leases: this.#leases,
    };
  }

  /** @param switches of the layout, for each window: all its slots show other cameras */
  async run(windows: number, switches: number): Promise<void> {
    let left = windows;
    const visitors = Array.from({ length: windowsAtOnce }, async () => {
      while (left-- > 0) await this.#visit(switches);
    });
    const cameras = setInterval(() => this.#sendPictures(), pictureMilliseconds);
    try {
      await Promise.all(visitors);
    } finally {
      clearInterval(cameras);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#service[Symbol.asyncDispose]();
  }

  async #visit(switches: number): Promise<void> {
    const viewer = await this.#service.open(slotCount);
    this.#windows++;
    await using window = new WeriftWindow(viewer);
    const kind = this.#random(8);
    if (kind === 0) {
      // Goes in the middle of the handshake.
      const negotiating = window.negotiate();
      negotiating.catch(() => {});
      await delay(this.#random(60));
      await viewer[Symbol.asyncDispose]();
      return;
    }
    await window.negotiate();
    for (let round = 0; round < switches; round++) {
      const first = this.#random(cameraCount);
      for (let slot = 0; slot < slotCount; slot++) viewer.bind(slot, this.#lease(first + slot), round);
      this.#switches++;
      const wanted = window.packets.length + slotCount;
      this.#sendPictures();
      await window.until(() => window.packets.length >= wanted);
    }
    if (kind === 1) {
      await viewer.restart();
      await window.negotiate();
    }
    this.#packets += window.packets.length;
    // Without a word: the viewer is closed by the one who opened it, as when a window's link ends.
    if (kind === 2) await window[Symbol.asyncDispose]();
    await viewer[Symbol.asyncDispose]();
  }

  #sendPictures(): void {
    for (const source of this.#sources) source.send('key', 'delta');
  }

  #lease(camera: number): StreamLease | null {
    const stream = this.#streams[camera % cameraCount];
    if (stream === undefined || this.#random(10) === 0) return null;
    this.#leases++;
    return { stream, audio: new AudioStream(), [Symbol.dispose]: () => void this.#leases-- };
  }
}
