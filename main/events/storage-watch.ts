import { type Disk, readDisk } from '../base/disk.ts';
import type { EventFeed } from './event-feed.ts';

const lookMilliseconds = 30_000;
const megabyte = 1_000_000;

/** Whether little is left: less than 5 % of the disk or 5 GB, whichever is less, but never less than 500 MB. */
export function isLow({ size, free }: Disk, wasLow: boolean): boolean {
  const limit = Math.max(500 * megabyte, Math.min(size * 0.05, 5_000 * megabyte));
  // A disk at the limit would be low and not low all day.
  return free < (wasLow ? limit * 1.2 : limit);
}

/** Tells when the disk of the data folder is filling up, and when there is room again. */
export class StorageWatch implements Disposable {
  readonly #timer: NodeJS.Timeout;

  constructor(options: { folder: string; feed: EventFeed; read?: (folder: string) => Promise<Disk> }) {
    const { folder, feed, read = readDisk } = options;
    const look = async () => {
      const disk = await read(folder).catch(() => null);
      // A folder that is out of reach has other words for it.
      if (disk === null) return;
      const low = isLow(disk, feed.goingOn('storage-low').length > 0);
      feed.add({
        ...{ cameraId: null, kind: 'storage-low', state: low ? 'begin' : 'end', at: Date.now() },
        detail: `${Math.round(disk.free / megabyte).toLocaleString('en')} MB are free on the disk of ${folder}. Make room there.`,
      });
    };
    void look();
    this.#timer = setInterval(() => void look(), lookMilliseconds);
    this.#timer.unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
