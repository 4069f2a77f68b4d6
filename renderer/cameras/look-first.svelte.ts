import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { CallFailure } from '../link/call-error.ts';
import type { Stream } from '../playback/stream.ts';
import type { Station } from '../state/station.svelte.ts';
import { errorWords } from '../wall/error-words.ts';
import type { Candidate } from './found-candidates.ts';

/** Previews that are open at a time: the engine opens sixteen. */
const pageSize = 12;

export interface Credentials {
  readonly username?: string;
  readonly password?: string;
}

/** The live picture of one camera that is not stored. */
interface Preview {
  readonly stream: Stream | null;
  /** Why there is none. */
  readonly reason: string | null;
}

/** Found cameras, looked at and named before they are added: a page of live pictures at a time. */
export class LookFirst {
  readonly candidates: readonly Candidate[];
  readonly credentials: Credentials;
  readonly #station: Station;
  readonly #names = new SvelteMap<string, string>();
  readonly #left = new SvelteSet<string>();
  readonly #previews = new SvelteMap<string, Preview>();
  #page = $state(0);
  #looking = new AbortController();

  readonly shown: readonly Candidate[] = $derived.by(() =>
    this.candidates.slice(this.#page * pageSize, (this.#page + 1) * pageSize),
  );
  readonly chosen: readonly Candidate[] = $derived.by(() =>
    this.candidates.filter(({ id }) => !this.#left.has(id)),
  );

  constructor(station: Station, candidates: readonly Candidate[], credentials: Credentials) {
    this.#station = station;
    this.candidates = candidates;
    this.credentials = credentials;
    for (const { id, name } of candidates) this.#names.set(id, name);
    this.#open();
  }

  get page(): number {
    return this.#page;
  }

  get pages(): number {
    return Math.ceil(this.candidates.length / pageSize);
  }

  /** Opens the pictures of another page, and closes those of this one. */
  turn(by: 1 | -1): void {
    this.stop();
    this.#page = Math.min(Math.max(this.#page + by, 0), this.pages - 1);
    this.#open();
  }

  preview({ id }: Candidate): Preview {
    return this.#previews.get(id) ?? { stream: null, reason: null };
  }

  name({ id, name }: Candidate): string {
    return this.#names.get(id) ?? name;
  }

  rename({ id }: Candidate, name: string): void {
    this.#names.set(id, name);
  }

  isChosen({ id }: Candidate): boolean {
    return !this.#left.has(id);
  }

  choose({ id }: Candidate, on: boolean): void {
    if (on) this.#left.delete(id);
    else this.#left.add(id);
  }

  /** Closes all pictures. */
  stop(): void {
    this.#looking.abort();
    this.#looking = new AbortController();
    this.#previews.clear();
    this.#station.stage.previews = [];
  }

  #open(): void {
    const { signal } = this.#looking;
    for (const candidate of this.shown) void this.#watch(candidate, signal);
  }

  async #watch({ id, mainUrl, subUrl }: Candidate, signal: AbortSignal): Promise<void> {
    const input = { mainUrl: subUrl ?? mainUrl, ...this.credentials };
    const end = new AbortController();
    const { failure } = await this.#station.ask(async (client) => {
      const events = await client.cameras.preview(input, { signal: AbortSignal.any([signal, end.signal]) });
      for await (const event of events) {
        if (signal.aborted) return;
        if (event.type === 'opened') this.#show(id, { cameraId: event.previewId, profile: 'main' });
        else if (event.type === 'status' && event.status.state === 'waiting') {
          // Once is enough: a password that is wrong must not be tried again and again.
          end.abort();
          this.#fail(id, { ...event.status.error, issues: [] });
          return;
        }
      }
    });
    if (failure !== null && !signal.aborted && !end.signal.aborted) this.#fail(id, failure);
  }

  #show(id: string, stream: Stream): void {
    this.#previews.set(id, { stream, reason: null });
    this.#tellStage();
  }

  #fail(id: string, failure: CallFailure): void {
    const reason = failure.code === 'no-answer' ? failure.message : errorWords[failure.code].reason;
    this.#previews.set(id, { stream: null, reason });
    this.#tellStage();
  }

  #tellStage(): void {
    this.#station.stage.previews = [...this.#previews.values()].flatMap(({ stream }) => stream ?? []);
  }
}
