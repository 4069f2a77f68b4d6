import type { SettingTable } from '../store/setting-table.ts';
import type { EventFeed } from './event-feed.ts';

/** Tells that the engine was started again, and whether it had closed before; its end is noted when this is disposed. */
export class RunMark implements Disposable {
  readonly #settings: SettingTable;

  constructor(settings: SettingTable, feed: EventFeed) {
    this.#settings = settings;
    const { lastRun } = settings;
    settings.saveLastRun('running');
    if (lastRun === null) return;
    const detail =
      lastRun === 'closed'
        ? 'It had been closed.'
        : 'It had ended without closing: a fault, or the computer lost its power. The log may say more.';
    feed.add({ cameraId: null, kind: 'engine-restarted', state: 'pulse', detail, at: Date.now() });
  }

  [Symbol.dispose](): void {
    this.#settings.saveLastRun('closed');
  }
}
