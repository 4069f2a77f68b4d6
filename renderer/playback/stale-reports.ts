import type { StaleCause } from '../../main/contract/event.ts';
import type { OpenViewer } from './open-viewer.ts';

/** A wall that changes says so once. */
const settleMilliseconds = 300;

/** A tile whose picture does not move on. */
interface StaleTile {
  readonly cameraId: string;
  readonly cause: StaleCause;
}

/** Tells the engine which pictures of this window do not move on, for the list of events: all of them, at each change. */
export class StaleReports {
  readonly #tiles = new Map<number, StaleTile>();
  #viewer: OpenViewer | null = null;
  #told = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param stale null: its picture moves, or nobody can see it */
  tell(tile: number, stale: StaleTile | null): void {
    if (stale === null) this.#tiles.delete(tile);
    else this.#tiles.set(tile, stale);
    this.#schedule();
  }

  /** A new viewer knows of none. */
  opened(viewer: OpenViewer): void {
    this.#viewer = viewer;
    this.#told = '[]';
    this.#schedule();
  }

  lost(): void {
    this.#viewer = null;
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#send();
    }, settleMilliseconds);
  }

  async #send(): Promise<void> {
    const viewer = this.#viewer;
    // One camera may be in several tiles.
    const cameras = [...new Map([...this.#tiles.values()].map((stale) => [stale.cameraId, stale])).values()];
    const told = JSON.stringify(cameras);
    if (viewer === null || told === this.#told) return;
    this.#told = told;
    // Without an answer the next viewer is told everything again.
    await viewer.client.viewer.reportStale({ viewerId: viewer.id, cameras }).catch(() => {});
  }
}
