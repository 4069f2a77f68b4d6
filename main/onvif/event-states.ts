import type { EventState, ReportedKind } from '../contract/event.ts';
import type { Notification } from './notification.ts';

/** What became of a notification: a change that counts. */
export interface EventTransition {
  readonly kind: ReportedKind;
  readonly state: EventState;
  readonly source: string;
  /** Milliseconds since 1970, by our clock. */
  readonly at: number;
}

/** Motion that nobody repeats or ends for so long is over: some cameras never say so (Hikvision, Reolink firmware). */
const motionMilliseconds = 5 * 60_000;
/** A camera's time that is off by more, although its clock was put right, is not believed. */
const believedMilliseconds = 60_000;
/** Detectors of one camera; whatever else it names is not followed. */
const maximumSources = 256;

/** How each detector of one camera is now: cameras repeat themselves, and some never end what they began. */
export class EventStates {
  /** By kind and source: since when it goes on, and when that was said last. */
  readonly #active = new Map<string, EventTransition & { readonly saidAt: number }>();

  /**
   * @param clockOffset by how much the camera's clock is ahead, milliseconds
   * @param now milliseconds since 1970
   * @returns null when it is nothing new
   */
  take(notification: Notification, clockOffset: number, now: number): EventTransition | null {
    const { kind, state, source, isInitial } = notification;
    const at = timeOf(notification, clockOffset, now);
    const transition = { kind, state, source, at };
    // How it was when we came is no crossing of a line.
    if (state === 'pulse') return isInitial ? null : transition;
    const key = `${kind} ${source}`;
    const known = this.#active.get(key);
    if (state === 'end') return this.#active.delete(key) ? transition : null;
    if (known === undefined && this.#active.size >= maximumSources) return null;
    this.#active.set(key, known === undefined ? { ...transition, saidAt: now } : { ...known, saidAt: now });
    return known === undefined ? transition : null;
  }

  /** Ends motion that has gone on for too long without a word. @param now milliseconds since 1970 */
  expire(now: number): EventTransition[] {
    return this.#end(now, ({ kind, saidAt }) => kind === 'motion' && now - saidAt >= motionMilliseconds);
  }

  /** Ends everything: nobody will hear of it any more. @param now milliseconds since 1970 */
  clear(now: number): EventTransition[] {
    return this.#end(now, () => true);
  }

  #end(
    now: number,
    isOver: (active: EventTransition & { readonly saidAt: number }) => boolean,
  ): EventTransition[] {
    const over = [...this.#active].filter(([, active]) => isOver(active));
    for (const [key] of over) this.#active.delete(key);
    return over.map(([, { kind, source }]) => ({ kind, state: 'end', source, at: now }));
  }
}

function timeOf({ at }: Notification, clockOffset: number, now: number): number {
  const corrected = at === null ? now : at - clockOffset;
  return Math.abs(corrected - now) > believedMilliseconds ? now : corrected;
}
