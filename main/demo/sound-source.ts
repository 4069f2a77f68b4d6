import type { PlaySession } from './play-session.ts';
import { type SoundClip, type SoundCodec, type SoundFault, soundClip } from './sound-clip.ts';

/** The sound of a virtual camera: it goes on whether anybody hears it or not. */
export class SoundSource {
  readonly fault: SoundFault | undefined;
  /** Clients that get it from now on, until they are removed. */
  readonly sessions = new Set<PlaySession>();
  readonly #clip: SoundClip;
  #startedAt: number;
  #sent = 0;

  /**
   * @param index of the camera; decides the note
   * @param startedAt `performance.now()` of the first packet
   */
  constructor(codec: SoundCodec, index: number, startedAt: number, fault?: SoundFault) {
    this.#clip = soundClip(codec, index, fault === 'adts');
    this.#startedAt = startedAt;
    this.fault = fault;
  }

  /** What the SDP says of it. */
  get description(): readonly string[] {
    const { payloadType, description } = this.#clip;
    return [`m=audio 0 RTP/AVP ${payloadType}`, ...description, 'a=control:track2'];
  }

  /** Sends the packets that are due. */
  tick(now: number, isSilent: boolean): void {
    const { templates, ticksPerFrame } = this.#clip;
    while (this.#dueAt <= now) {
      const template = templates[this.#sent % templates.length];
      const ticks = this.#sent * ticksPerFrame;
      this.#sent++;
      if (template === undefined || isSilent || this.fault === 'silent') continue;
      const picture = { template, nalUnits: [], keyFrame: true };
      for (const session of this.sessions) session.send({ picture, ticks }, undefined);
    }
  }

  /** All that is to come comes so much later. */
  postpone(milliseconds: number): void {
    this.#startedAt += milliseconds;
  }

  get #dueAt(): number {
    const { ticksPerFrame, clockRate } = this.#clip;
    return this.#startedAt + (this.#sent * ticksPerFrame * 1_000) / clockRate;
  }
}
