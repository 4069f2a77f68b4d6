import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../base/log.ts';
import type { Actor, Audit, Deed } from './audit.ts';

/** A camera that comes back within this time was watched all along: tours and pages write nothing new. */
const pauseMilliseconds = 10 * 60_000;
const lookMilliseconds = 60_000;
/** When many windows open at once, what they watch is one write to the disk. */
const gatherMilliseconds = 10;
/** Of one entry; what is more goes into the next one. */
const maximumCameras = 50;
/** Of what is remembered to be over soon; then it is over at once. */
const maximumWatched = 20_000;

/** Whether the picture of a camera goes to somebody, or its sound, or its past; or somebody is the camera. */
type Medium = 'picture' | 'sound' | 'replay' | 'publishing';

interface Watched {
  readonly actor: Actor;
  readonly cameraId: string;
  readonly medium: Medium;
  readonly since: number;
  /** Slots and windows of this person that have it now. */
  count: number;
  /** When the last one let go. */
  until: number;
}

export interface Watching {
  /** For each camera: to be called once, when it is not watched any more. */
  readonly ends: readonly ((() => void) | undefined)[];
  /** It is in the audit, or in the log that it could not be. Never rejects. */
  readonly written: Promise<void>;
}

/** Who watched which camera from when until when, for the audit: told when it begins, and once more when it is over. */
export class WatchRecord implements Disposable {
  readonly #audit: Audit;
  readonly #nameOf: (cameraId: string) => string | undefined;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #watched = new Map<string, Watched>();
  readonly #timer: NodeJS.Timeout;
  readonly #unwritten: { readonly actor: Actor; readonly deed: Deed }[] = [];
  #writing: Promise<void> | undefined;

  /** @param now milliseconds since 1970 */
  constructor(options: {
    audit: Audit;
    nameOf: (cameraId: string) => string | undefined;
    log: Log;
    now?: () => number;
  }) {
    this.#audit = options.audit;
    this.#nameOf = options.nameOf;
    this.#log = options.log;
    this.#now = options.now ?? Date.now;
    this.#timer = setInterval(() => this.#look(), lookMilliseconds);
  }

  /** Somebody gets cameras; null: nothing. */
  begin(actor: Actor, medium: Medium, cameraIds: readonly (string | null)[]): Watching {
    const opened: string[] = [];
    const ends = cameraIds.map((cameraId) => {
      if (cameraId === null) return undefined;
      const key = JSON.stringify([actor.who, actor.session, actor.from, medium, cameraId]);
      let watched = this.#watched.get(key);
      if (watched === undefined) {
        watched = { actor, cameraId, medium, since: this.#now(), count: 0, until: 0 };
        this.#watched.set(key, watched);
        opened.push(cameraId);
      }
      const held = watched;
      held.count++;
      return () => {
        held.count--;
        held.until = this.#now();
      };
    });
    if (this.#watched.size > maximumWatched) this.#close(0);
    if (opened.length === 0) return { ends, written: Promise.resolve() };
    this.#say(actor, 'opened', medium, opened, {});
    this.#writing ??= delay(gatherMilliseconds, undefined, { ref: false }).then(() => this.#write());
    return { ends, written: this.#writing };
  }

  /** Everything is over. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const watched of this.#watched.values()) {
      if (watched.count > 0) watched.until = this.#now();
      watched.count = 0;
    }
    this.#close(0);
  }

  #look(): void {
    this.#close(pauseMilliseconds);
  }

  #close(pause: number): void {
    const over = [...this.#watched].filter(
      ([, { count, until }]) => count === 0 && this.#now() - until >= pause,
    );
    for (const [key] of over) this.#watched.delete(key);
    const ofOne = Map.groupBy(over, ([, { actor, medium }]) => JSON.stringify([actor, medium]));
    for (const entries of ofOne.values()) {
      const [first] = entries;
      if (first === undefined) continue;
      const [, { actor, medium }] = first;
      const times = new Map(entries.map(([, { cameraId, since, until }]) => [cameraId, { since, until }]));
      this.#say(actor, 'closed', medium, [...times.keys()], Object.fromEntries(times));
    }
    this.#write();
  }

  #say(
    actor: Actor,
    what: 'opened' | 'closed',
    medium: Medium,
    cameraIds: readonly string[],
    times: Readonly<Record<string, { since: number; until: number }>>,
  ): void {
    for (let index = 0; index < cameraIds.length; index += maximumCameras) {
      const some = cameraIds.slice(index, index + maximumCameras);
      const about = some.map((id) => ({ id, name: this.#nameOf(id) ?? '' }));
      const details = Object.fromEntries(
        some.flatMap((id) => (times[id] === undefined ? [] : [[id, times[id]]])),
      );
      this.#unwritten.push({ actor, deed: { did: `${medium}.${what}`, about, details } });
    }
  }

  #write(): void {
    this.#writing = undefined;
    const entries = this.#unwritten.splice(0);
    if (entries.length === 0) return;
    try {
      this.#audit.writeAll(entries);
    } catch (error) {
      // A full disk takes no picture away from a guard.
      this.#log.error({ err: error }, 'the audit could not say what is watched');
    }
  }
}
