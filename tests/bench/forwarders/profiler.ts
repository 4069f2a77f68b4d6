import { Session } from 'node:inspector/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProfiledFunction } from '../profile.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** V8's sampling profiler on this process. */
export class Profiler {
  readonly #session = new Session();

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.start');
  }

  /** All functions that took time, the longest first. */
  async stop(): Promise<ProfiledFunction[]> {
    const { profile } = await this.#session.post('Profiler.stop');
    this.#session.disconnect();
    const hits = new Map<string, number>();
    for (const { callFrame, hitCount = 0 } of profile.nodes) {
      if (callFrame.functionName === '(idle)') continue;
      const key = JSON.stringify([callFrame.functionName || '(anonymous)', fileOf(callFrame.url)]);
      hits.set(key, (hits.get(key) ?? 0) + hitCount);
    }
    const total = [...hits.values()].reduce((sum, count) => sum + count, 0);
    return [...hits]
      .filter(([, count]) => count > 0)
      .sort(([, a], [, b]) => b - a)
      .map(([key, count]) => {
        const [name = '', file = ''] = JSON.parse(key) as string[];
        return { name, file, share: Math.round((count / total) * 1_000) / 1_000 };
      });
  }
}

function fileOf(url: string): string {
  return url.startsWith('file:') ? path.relative(root, fileURLToPath(url)) : url;
}
