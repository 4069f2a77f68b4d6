import type { LiveFrame } from './live-source.ts';
import type { SoundClip } from './sound-clip.ts';

/** The sound of a virtual camera: it goes on whether anybody hears it or not. */
export class SoundSource {
  readonly clip: SoundClip;
  #startedAt: number;
  #sent = 0;

  /** @param startedAt `performance.now()` of the first packet */
  constructor(clip: SoundClip, startedAt: number) {
    this.clip = clip;
    this.#startedAt = startedAt;
  }

  /** `performance.now()` at which the next packet is sent. */
  get dueAt(): number {
    const { ticksPerFrame, clockRate } = this.clip;
    return this.#startedAt + (this.#sent * ticksPerFrame * 1_000) / clockRate;
  }

  /** The packets that are due. */
  *due(now: number): Generator<LiveFrame> {
    const { templates, ticksPerFrame } = this.clip;
    while (this.dueAt <= now) {
      const template = templates[this.#sent % templates.length];
      const ticks = this.#sent * ticksPerFrame;
      this.#sent++;
      if (template !== undefined) yield { picture: { template, nalUnits: [], keyFrame: true }, ticks };
    }
  }

  /** All that is to come comes so much later. */
  postpone(milliseconds: number): void {
    this.#startedAt += milliseconds;
  }
}
