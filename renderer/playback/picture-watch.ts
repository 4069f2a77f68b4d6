import { type Circumstances, PictureJudge } from './picture-judge.ts';
import { PictureReader } from './picture-reader.ts';
import type { Slot } from './slot.svelte.ts';
import type { Stream } from './stream.ts';

const tickMilliseconds = 100;
const lookMilliseconds = 1_000;
/** A picture that is suspected is looked at sooner, so that it is said in time. */
const suspiciousMilliseconds = 400;
/** Behind each other, so that 64 pictures never come down on one moment: a tile for each few milliseconds of the round. */
const staggerMilliseconds = 61;
/** Streams whose views are remembered; then the one that was looked at longest ago is forgotten. */
const maximumJudges = 512;

/** Looks at each picture that is shown about once a second, and tells its slot what is to be said of it. */
export class PictureWatch {
  readonly #slots: () => readonly Slot[];
  readonly #circumstances: (cameraId: string) => Circumstances;
  readonly #reader = new PictureReader();
  /** By camera and profile, the one that was looked at last at the end. */
  readonly #judges = new Map<string, PictureJudge>();
  readonly #nextLook = new WeakMap<Slot, number>();
  readonly #lookedAt = new WeakMap<Slot, number>();

  constructor(slots: () => readonly Slot[], circumstances: (cameraId: string) => Circumstances) {
    this.#slots = slots;
    this.#circumstances = circumstances;
  }

  /** Until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (document.visibilityState === 'visible') await this.#look();
      await new Promise((resolve) => setTimeout(resolve, tickMilliseconds));
    }
  }

  /** A person says that the view of this stream is right as it is. */
  accept({ cameraId, profile }: Stream): void {
    this.#judges.get(`${cameraId} ${profile}`)?.accept();
  }

  async #look(): Promise<void> {
    for (const slot of this.#slots()) {
      const now = performance.now();
      // Not when the wall has just begun: its pictures come first.
      const first = now + lookMilliseconds + ((slot.index * staggerMilliseconds) % lookMilliseconds);
      const due = this.#nextLook.get(slot) ?? first;
      this.#nextLook.set(slot, due);
      if (now >= due) await this.#lookAt(slot);
    }
  }

  async #lookAt(slot: Slot): Promise<void> {
    const { stream, source, newestFrameAt, assignment } = slot;
    if (stream === null || source === null || slot.picture !== 'arriving') return;
    const now = performance.now();
    this.#nextLook.set(slot, now + lookMilliseconds);
    const circumstances = this.#circumstances(stream.cameraId);
    const judge = this.#judge(stream);
    // What comes seldom is not called live, and standing between two pictures says nothing.
    if (slot.share === 'seldom' && this.#lookedAt.get(slot) === newestFrameAt) return;
    if (this.#lookedAt.get(slot) === newestFrameAt) {
      const verdict = judge.wait(now, circumstances);
      if (verdict !== null) slot.setVerdict(verdict);
    } else {
      this.#lookedAt.set(slot, newestFrameAt);
      const sample = await this.#reader.read(source, now);
      if (sample === null || slot.assignment !== assignment) return;
      slot.setVerdict(judge.take(sample, circumstances));
    }
    if (judge.isSuspicious) this.#nextLook.set(slot, now + suspiciousMilliseconds);
  }

  #judge({ cameraId, profile }: Stream): PictureJudge {
    const key = `${cameraId} ${profile}`;
    const judge = this.#judges.get(key) ?? new PictureJudge();
    this.#judges.delete(key);
    this.#judges.set(key, judge);
    const [oldest] = this.#judges.keys();
    if (this.#judges.size > maximumJudges && oldest !== undefined) this.#judges.delete(oldest);
    return judge;
  }
}
