import { replaySpeeds } from '../../main/contract/limits.ts';
import type { ReplayCommand } from '../../main/contract/replay.ts';
import { callFailure } from '../link/call-error.ts';
import type { Slot } from '../playback/slot.svelte.ts';
import type { Station } from '../state/station.svelte.ts';
import { type Glimpse, Glimpses } from './glimpses.ts';

const backMilliseconds = 10_000;
/** Above one of these the computer has enough to do: percent of its processors, and of the pictures that were dropped. */
const busyPercent = 80;
const droppedPercent = 5;

/** Looks back with the selected tile: what its keys and its bar do. */
export class Replays {
  readonly #station: Station;
  #sought: number | undefined;
  readonly #glimpses: Glimpses;
  #pointedAt = 0;

  constructor(station: Station) {
    this.#station = station;
    this.#glimpses = new Glimpses((work) => station.ask(work));
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
   * What the moment under the pointer looked like, small; null: nobody knows, or another moment is wanted meanwhile.
   * @param ago milliseconds
   */
  async glimpse(ago: number): Promise<ImageBitmap | null> {
    const at = performance.now() - ago;
    this.#pointedAt = at;
    // A pointer that moves has many questions.
    const glimpse = await this.#glimpsed(at, () => this.#pointedAt === at);
    return typeof glimpse === 'string' ? null : glimpse;
  }

  /** What a moment looked like, small. @param at of `performance.now()` */
  glimpseAt(at: number): Promise<Glimpse> {
    return this.#glimpsed(at, () => true);
  }

  /** Whether small pictures may be asked for that nobody waits for: the wall comes first. */
  get mayGlimpse(): boolean {
    const { playback, decoding, stage } = this.#station;
    if (stage.unseen || playback.slots.some(({ skipping }) => skipping !== null)) return false;
    return (
      decoding.use === null || (decoding.use.percent < busyPercent && decoding.use.dropped < droppedPercent)
    );
  }

  /** To the next speed; of what is live there is only one. */
  changeSpeed(by: 1 | -1): void {
    const speed = this.#slot?.replay?.position.speed;
    if (speed === undefined) return;
    const next = replaySpeeds[speed === 0 ? 1 : replaySpeeds.indexOf(speed) + by];
    if (next !== undefined) void this.#ask({ kind: 'play', speed: next });
  }

  get #tile(): number | null {
    const { wall } = this.#station;
    return wall.selected ?? wall.maximised;
  }

  get #slot(): Slot | undefined {
    const { playback, stage } = this.#station;
    return this.#tile === null ? undefined : playback.slot(stage.shown(this.#tile));
  }

  async #glimpsed(at: number, isWanted: () => boolean): Promise<Glimpse> {
    const camera = this.#tile === null ? null : (this.#station.wall.tiles[this.#tile] ?? null);
    return camera === null ? 'nothing' : await this.#glimpses.of(camera.id, at, isWanted);
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
