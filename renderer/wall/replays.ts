import { replaySpeeds } from '../../main/contract/limits.ts';
import type { ReplayCommand } from '../../main/contract/replay.ts';
import { lastPicture } from '../clips/snapshot.ts';
import { callFailure } from '../link/call-error.ts';
import type { Slot } from '../playback/slot.svelte.ts';
import type { Station } from '../state/station.svelte.ts';

const backMilliseconds = 10_000;
/** Moments so near to each other look the same, mostly: key frames are seldom nearer. */
const glimpseMilliseconds = 1_000;
const glimpseWidth = 320;
/** About 230 kB each. */
const maximumGlimpses = 120;

/** Looks back with the selected tile: what its keys and its bar do. */
export class Replays {
  readonly #station: Station;
  #sought: number | undefined;
  readonly #glimpses = new Map<string, ImageBitmap>();
  #glimpsing: Promise<unknown> = Promise.resolve();
  #wanted = '';

  constructor(station: Station) {
    this.#station = station;
  }

  back(): void {
    void this.#ask({ kind: 'skip', milliseconds: -backMilliseconds });
  }

  /** Stands still, or goes on. */
  toggle(): void {
    void this.#ask(this.#slot?.replay?.position.speed === 0 ? { kind: 'play', speed: 1 } : { kind: 'pause' });
  }

  /** Without a selected tile all of them. */
  live(): void {
    if (this.#tile === null) this.#station.playback.endReplays();
    else void this.#ask({ kind: 'live' });
  }

  step(frames: 1 | -1): void {
    // After the newest picture there is none.
    if (frames === -1 || this.#slot?.replay != null) void this.#ask({ kind: 'step', frames });
  }

  /** While an answer is on its way only the newest wish is kept: a bar that is dragged has many. @param ago milliseconds */
  seek(ago: number): void {
    const isAsking = this.#sought !== undefined;
    this.#sought = ago;
    if (!isAsking) void this.#seek();
  }

  /**
   * What a moment looked like, small; null: nobody knows, or another moment is wanted meanwhile.
   * @param ago milliseconds
   */
  async glimpse(ago: number): Promise<ImageBitmap | null> {
    const { wall, client } = this.#station;
    const camera = this.#tile === null ? null : (wall.tiles[this.#tile] ?? null);
    if (camera === null || client === null) return null;
    const key = `${camera.id} ${Math.round((Date.now() - ago) / glimpseMilliseconds)}`;
    const known = this.#glimpses.get(key);
    if (known !== undefined) return known;
    this.#wanted = key;
    // One question at a time: a pointer that moves has many.
    await this.#glimpsing;
    if (this.#wanted !== key) return null;
    const asking = this.#station.ask((of) => of.clips.glimpse({ cameraId: camera.id, ago }));
    this.#glimpsing = asking;
    const { failure, ...asked } = await asking;
    const picture =
      'answer' in asked && failure === null ? await lastPicture(asked.answer.file, glimpseWidth) : null;
    if (picture === null) return null;
    this.#glimpses.set(key, picture);
    const [oldest] = this.#glimpses.keys();
    if (this.#glimpses.size > maximumGlimpses && oldest !== undefined) this.#glimpses.delete(oldest);
    return picture;
  }

  /** To the next speed; of what is live there is only one. */
  changeSpeed(by: 1 | -1): void {
    const speed = this.#slot?.replay?.position.speed;
    if (speed === undefined) return;
    const next = replaySpeeds[speed === 0 ? 1 : replaySpeeds.indexOf(speed) + by];
    if (next !== undefined) void this.#ask({ kind: 'play', speed: next });
  }

  /** Its place; a wall of one camera needs no choice. */
  get #tile(): number | null {
    const { wall } = this.#station;
    return wall.selected ?? wall.maximised ?? (wall.size === 1 ? 0 : null);
  }

  get #slot(): Slot | undefined {
    const { playback, stage } = this.#station;
    return this.#tile === null ? undefined : playback.slot(stage.shown(this.#tile));
  }

  async #seek(): Promise<void> {
    for (let ago = this.#sought; ago !== undefined; ) {
      await this.#ask({ kind: 'seek', ago });
      if (this.#sought === ago) this.#sought = undefined;
      ago = this.#sought;
    }
  }

  async #ask(command: ReplayCommand): Promise<void> {
    const { wall, playback, toasts } = this.#station;
    const slot = this.#slot;
    const camera = this.#tile === null ? null : (wall.tiles[this.#tile] ?? null);
    if (slot === undefined || camera === null) return;
    if (command.kind !== 'live' && !this.#station.mayWith(camera, 'replay')) {
      this.#station.refuse();
      return;
    }
    try {
      await playback.control(slot, command);
    } catch (error) {
      toasts.fail((await callFailure(error)).message);
    }
  }
}
