import { untrack } from 'svelte';
import type { Event } from '../../main/contract/event.ts';
import { m } from '../language/messages.ts';
import type { Station } from '../state/station.svelte.ts';
import { AlarmTone } from './alarm-tone.ts';
import { followQuietUntil, loadQuietUntil, saveQuietUntil } from './quiet-storage.ts';

/** Until somebody has seen to an alarm it is heard again and again. */
const toneMilliseconds = 15_000;
/** The longest that alarms may be quiet: a clock that was set back must not make it a day. */
const longestQuietMilliseconds = 60 * 60_000;

/** What alarms do in front of the guard: the picture that comes to the front, the sound, and the peace from both. */
export class Alarms {
  readonly #station: Station;
  readonly #tone = new AlarmTone();
  #quietUntil = $state(loadQuietUntil());
  #isBlocked = $state(false);
  /** The newest alarm that was put away, and those before it: only what comes later comes to the front. */
  #putAway = $state(0);
  #newestHeard = 0;
  #heardAt = Number.NEGATIVE_INFINITY;

  /** The newest alarm whose camera is shown in front; null: there is none, or somebody has put it away. */
  readonly front: Event | null = $derived.by(() => {
    const { events, mirror, site } = this.#station;
    if (site === null || site.alarms.picture === 'none') return null;
    const [newest] = events.open.filter(
      ({ cameraId }) => cameraId !== null && mirror.camera(cameraId) !== undefined,
    );
    return newest === undefined || newest.id <= this.#putAway ? null : newest;
  });

  /** Milliseconds until alarms are heard and flash again; 0: they do. */
  readonly quietFor: number = $derived.by(() => {
    const left = this.#quietUntil - this.#station.clock.time;
    return left > longestQuietMilliseconds ? 0 : Math.max(0, left);
  });
  readonly isQuiet: boolean = $derived(this.quietFor > 0);

  constructor(station: Station) {
    this.#station = station;
  }

  /** An alarm should be heard, and the browser does not let it before somebody has clicked or typed. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  run(signal: AbortSignal): void {
    followQuietUntil(() => {
      this.#quietUntil = loadQuietUntil();
    }, signal);
    const unblock = () => {
      if (this.#isBlocked) void this.#unblock();
    };
    for (const gesture of ['pointerdown', 'keydown']) addEventListener(gesture, unblock, { signal });
  }

  /** To be called in an effect, which runs with the clock: plays the tone when it is due. */
  arrangeTone(): void {
    const { events, clock, site } = this.#station;
    const now = clock.monotonic;
    const [newest] = events.open;
    const isWanted = newest !== undefined && site?.alarms.sound === true && !this.isQuiet;
    untrack(() => {
      if (!isWanted) {
        this.#isBlocked = false;
        // What was there in a quiet time is heard when that is over.
        if (newest === undefined) this.#heardAt = Number.NEGATIVE_INFINITY;
        return;
      }
      if (newest.id <= this.#newestHeard && now - this.#heardAt < toneMilliseconds) return;
      this.#newestHeard = newest.id;
      this.#heardAt = now;
      this.#isBlocked = !this.#tone.play();
    });
  }

  async #unblock(): Promise<void> {
    if (!(await this.#tone.resume())) return;
    this.#isBlocked = false;
    this.#heardAt = Number.NEGATIVE_INFINITY;
  }

  /** Neither sound nor flashing for a while, on this station. @param minutes 0: no longer */
  quiet(minutes: number): void {
    this.#quietUntil = minutes === 0 ? 0 : Date.now() + minutes * 60_000;
    saveQuietUntil(this.#quietUntil);
  }

  /** Takes the picture from the front; its alarm stays open. */
  putAway(): void {
    this.#putAway = this.front?.id ?? this.#putAway;
  }

  /** Says that somebody has seen to these. @returns whether the engine has it */
  async acknowledge(ids: readonly number[], note = ''): Promise<boolean> {
    if (ids.length === 0) return true;
    if (!this.#station.may('alarms')) {
      this.#station.refuse();
      return false;
    }
    const done = await this.#station.try((client) => client.events.acknowledge({ ids: [...ids], note }));
    return done !== undefined;
  }

  /** That of the alarm in front, or else the newest one. */
  async acknowledgeNewest(): Promise<void> {
    const newest = this.front ?? this.#station.events.open[0];
    if (newest !== undefined) await this.acknowledge([newest.id]);
  }

  /** Goes to the camera of an event and makes it large. */
  goTo({ cameraId }: Pick<Event, 'cameraId'>): void {
    if (cameraId === null) return;
    this.putAway();
    if (!this.#station.wall.goTo(cameraId)) {
      this.#station.toasts.fail(m.events_camera_is_on_no_wall());
    }
  }

  goToNewest(): void {
    const newest = this.front ?? this.#station.events.open.find(({ cameraId }) => cameraId !== null);
    if (newest !== undefined) this.goTo(newest);
  }
}
