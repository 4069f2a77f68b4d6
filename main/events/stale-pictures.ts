import type { StaleCause } from '../contract/event.ts';
import type { EventFeed } from './event-feed.ts';

const words: Record<StaleCause, string> = {
  'no-packets': 'No packets arrive at the window that shows it.',
  'no-decode': 'Packets arrive, but no picture comes out of them.',
  'same-picture': 'The picture does not change any more.',
  'blank-picture': 'The picture is of one colour.',
};

/** What windows say of pictures that do not move on: a camera's is stale while one of them says so. */
export class StalePictures {
  readonly #feed: EventFeed;
  /** By window: its stale cameras. */
  readonly #stale = new Map<string, ReadonlySet<string>>();

  constructor(feed: EventFeed) {
    this.#feed = feed;
  }

  /** All cameras whose pictures are stale in a window; none: all is well, or the window is gone. */
  report(
    windowId: string,
    cameras: readonly { readonly cameraId: string; readonly cause: StaleCause }[],
  ): void {
    const before = this.#stale.get(windowId) ?? new Set();
    const now = new Set(cameras.map(({ cameraId }) => cameraId));
    if (now.size === 0) this.#stale.delete(windowId);
    else this.#stale.set(windowId, now);
    const at = Date.now();
    for (const { cameraId, cause } of cameras) {
      this.#feed.add({ cameraId, kind: 'stale-picture', state: 'begin', detail: words[cause], at });
    }
    for (const cameraId of before) {
      if ([...this.#stale.values()].some((stale) => stale.has(cameraId))) continue;
      this.#feed.add({ cameraId, kind: 'stale-picture', state: 'end', at });
    }
  }
}
