import { lastPicture } from '../clips/snapshot.ts';
import type { EngineClient } from '../link/engine-client.ts';
import type { Station } from '../state/station.svelte.ts';

/** Moments so near to each other look the same, mostly: key frames are seldom nearer. */
export const glimpseMilliseconds = 1_000;
const glimpseWidth = 320;
/** About 230 kB each; whichever was looked at longest ago goes first. */
const maximumGlimpses = 120;

/** A moment, small; or there is nothing of it, or what there is cannot be decoded here. */
export type Glimpse = ImageBitmap | 'nothing' | 'undecodable';

/** What moments of cameras looked like. One question at a time, and what was seen is kept. */
export class Glimpses {
  readonly #ask: Station['ask'];
  readonly #seen = new Map<string, ImageBitmap>();
  #asking: Promise<Glimpse> | undefined;

  /** @param ask asks the engine */
  constructor(ask: Station['ask']) {
    this.#ask = ask;
  }

  /**
   * @param at of `performance.now()`
   * @param isWanted asked when its turn has come: `nothing` when it is not any more
   */
  async of(cameraId: string, at: number, isWanted: () => boolean): Promise<Glimpse> {
    const key = `${cameraId} ${Math.round(at / glimpseMilliseconds)}`;
    while (this.#asking !== undefined && !this.#seen.has(key)) await this.#asking;
    const known = this.#seen.get(key);
    if (known !== undefined) {
      this.#keep(key, known);
      return known;
    }
    if (!isWanted()) return 'nothing';
    this.#asking = this.#look(cameraId, at);
    const glimpse = await this.#asking.finally(() => {
      this.#asking = undefined;
    });
    if (typeof glimpse !== 'string') this.#keep(key, glimpse);
    return glimpse;
  }

  async #look(cameraId: string, at: number): Promise<Glimpse> {
    const asked = await this.#ask((of: EngineClient) =>
      of.clips.glimpse({ cameraId, ago: Math.max(0, performance.now() - at) }),
    );
    if (asked.failure !== null) return 'nothing';
    return (await lastPicture(asked.answer.file, glimpseWidth)) ?? 'undecodable';
  }

  #keep(key: string, picture: ImageBitmap): void {
    this.#seen.delete(key);
    this.#seen.set(key, picture);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > maximumGlimpses && oldest !== undefined) this.#seen.delete(oldest);
  }
}
