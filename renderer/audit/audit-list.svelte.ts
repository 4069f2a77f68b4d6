import type { AuditEntry, AuditPage } from '../../main/contract/audit.ts';
import type { Station } from '../state/station.svelte.ts';

const pageSize = 100;
const typingMilliseconds = 250;

export interface AuditFilter {
  readonly text: string;
  /** The beginning of what was done; empty: everything. */
  readonly did: string;
  readonly outcome: 'all' | 'done' | 'refused';
  /** Not older than so many milliseconds; null: of any age. */
  readonly age: number | null;
}

/** Pages of the audit, the newest first. */
export class AuditList {
  readonly #station: Station;
  #rows = $state.raw<readonly AuditEntry[]>([]);
  #before: AuditPage['before'] = null;
  #state = $state<'reading' | 'read' | 'failed'>('reading');
  /** Counts the readings, to tell the answer to an old filter. */
  #reading = 0;
  filter = $state.raw<AuditFilter>({ text: '', did: '', outcome: 'all', age: null });

  constructor(station: Station) {
    this.#station = station;
  }

  get rows(): readonly AuditEntry[] {
    return this.#rows;
  }

  get state(): 'reading' | 'read' | 'failed' {
    return this.#state;
  }

  /** To be called in an effect: reads anew with every filter and every new link. */
  follow(): () => void {
    const { text } = this.filter;
    if (this.#station.link.state.name !== 'connected') return () => {};
    const timer = setTimeout(() => void this.#read(null), text === '' ? 0 : typingMilliseconds);
    return () => clearTimeout(timer);
  }

  async more(): Promise<void> {
    if (this.#before !== null && this.#state === 'read') await this.#read(this.#before);
  }

  async #read(before: number | null): Promise<void> {
    const reading = ++this.#reading;
    this.#state = 'reading';
    const { text, did, outcome, age } = this.filter;
    const result = await this.#station.ask((client) =>
      client.audit.list({
        limit: pageSize,
        ...(text.trim() === '' ? {} : { text }),
        ...(did === '' ? {} : { did }),
        ...(outcome === 'all' ? {} : { done: outcome === 'done' }),
        ...(age === null ? {} : { from: Date.now() - age }),
        ...(before === null ? {} : { before }),
      }),
    );
    if (reading !== this.#reading) return;
    if (result.failure !== null) {
      this.#state = 'failed';
      return;
    }
    const { entries } = result.answer;
    this.#rows = before === null ? entries : [...this.#rows, ...entries];
    this.#before = result.answer.before;
    this.#state = 'read';
  }
}
