import type { Log } from '../base/log.ts';
import type { Actor, Audit } from './audit.ts';

/** A camera that comes back within this time was watched all along: tours and pages write nothing new. */
const pauseMilliseconds = 10 * 60_000;
const lookMilliseconds = 60_000;
/** Of one entry; what is more goes into the next one. */
const maximumCameras = 50;
/** Of what is remembered to be over soon; then it is over at once. */
const maximumWatched = 20_000;

/** Whether the picture of a camera goes to somebody, or its sound. */
type Medium = 'picture' | 'sound';

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

/** Who watched which camera from when until when, for the audit: told when it begins, and once more when it is over. */
export class WatchRecord implements Disposable {
  readonly #audit: Audit;
  readonly #nameOf: (cameraId: string) => string | undefined;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #watched = new Map<string, Watched>();
  readonly #timer: NodeJS.Timeout;

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

  /** Somebody gets a camera. @returns to be called once, when they do not get it any more */
  begin(actor: Actor, medium: Medium, cameraId: string): () => void {
    const [end = () => {}] = this.beginAll(actor, medium, [cameraId]);
    return end;
  }

  /** The same for many, in one entry; null: nothing. */
  beginAll(
    actor: Actor,
    medium: Medium,
    cameraIds: readonly (string | null)[],
  ): ((() => void) | undefined)[] {
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
    this.#write(actor, 'opened', medium, opened, {});
    if (this.#watched.size > maximumWatched) this.#close(0);
    return ends;
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
      this.#write(actor, 'closed', medium, [...times.keys()], Object.fromEntries(times));
    }
  }

  #write(
    actor: Actor,
    what: 'opened' | 'closed',
    medium: Medium,
    cameraIds: readonly string[],
    times: Readonly<Record<string, { since: number; until: number }>>,
  ): void {
    for (let index = 0; index < cameraIds.length; index += maximumCameras) {
      const some = cameraIds.slice(index, index + maximumCameras);
      const about = some.map((id) => ({ id, name: this.#nameOf(id) ?? '' }));
      const said = Object.fromEntries(
        some.flatMap((id) => (times[id] === undefined ? [] : [[id, times[id]]])),
      );
      try {
        this.#audit.write(actor, { did: `${medium}.${what}`, about, details: said });
      } catch (error) {
        // A full disk takes no picture away from a guard.
        this.#log.error({ err: error }, 'the audit could not say what is watched');
      }
    }
  }
}
