import { setImmediate as turn } from 'node:timers/promises';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import type { AuditEntry, AuditPage, AuditQuery, AuditState } from '../contract/audit.ts';
import type { AuditTable } from '../store/audit-table.ts';
import type { Commits } from '../store/commits.ts';
import type { SettingTable } from '../store/setting-table.ts';
import { type AuditPublicKey, beginHash, hashOf, lineOf, verifyTrail } from './audit-chain.ts';
import { AuditKey } from './audit-key.ts';
import { readEntry, searchAudit } from './audit-search.ts';

/** Of each of these lines the signature is kept; of the others only that of the newest. */
const checkpointLines = 256;
/** More lines are not kept, however long the settings say; about 50 MB. */
const maximumAuditEntries = 100_000;
const dayMilliseconds = 24 * 60 * 60 * 1_000;
const cutMilliseconds = 60 * 60 * 1_000;
/** What is refused is written so often a minute; the rest is counted, so that nobody fills the disk or buries what was done. */
const refusalsPerMinute = 60;
const minute = 60_000;
/** Lines that are read in one turn of the loop, which packets wait for. */
const readAtOnce = 500;

export type Actor = Pick<AuditEntry, 'who' | 'from' | 'session'>;
/** What is said of something that was done; left out: nothing. */
export interface Deed {
  readonly did: string;
  readonly outcome?: string;
  readonly about?: AuditEntry['about'];
  readonly details?: AuditEntry['details'];
}

/** The engine by itself. */
export const gatehouse: Actor = {
  who: { kind: 'gatehouse', id: null, name: 'Gatehouse' },
  from: '',
  session: null,
};

/** A user, before or beside a call of the API. */
export function person({ id, name }: { readonly id: string; readonly name: string }, from: string): Actor {
  return { who: { kind: 'person', id, name }, from, session: null };
}

/** Somebody who has not signed in. */
export function stranger(from: string): Actor {
  return { who: { kind: 'nobody', id: null, name: '' }, from, session: null };
}

/**
 * Who did what: a chain of lines (`audit-chain.ts`), each written before the answer to what it tells of, and in the transaction of a
 * change where there is one.
 */
export class Audit implements Disposable {
  readonly #table: AuditTable;
  readonly #commits: Commits;
  readonly #settings: SettingTable;
  readonly #key: AuditKey;
  #problem: string | null = null;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  /** Strangers do not bury what somebody who has signed in tried. */
  readonly #refusals = { strangers: noRefusals(), others: noRefusals() };

  /** @param now milliseconds since 1970 */
  constructor(parts: {
    store: { audit: AuditTable; commits: Commits; settings: SettingTable };
    log: Log;
    now?: () => number;
  }) {
    const { store, log, now = Date.now } = parts;
    this.#table = store.audit;
    this.#commits = store.commits;
    this.#settings = store.settings;
    this.#log = log;
    this.#now = now;
    this.#key = this.#commit(() => this.#begin());
    this.cut();
    this.#timer = setInterval(() => {
      try {
        this.cut();
        this.#tellAllLeftOut();
      } catch (error) {
        log.error({ err: error }, 'the audit could not be cut');
      }
    }, cutMilliseconds);
  }

  /** Writes an entry; it is on the disk when this returns, or with the transaction in which this is called. */
  write(actor: Actor, deed: Deed): void {
    this.#commit(() => this.#append(actor, deed));
  }

  /** The same for many, in one transaction. */
  writeAll(entries: readonly { readonly actor: Actor; readonly deed: Deed }[]): void {
    this.#commit(() => {
      for (const { actor, deed } of entries) this.#append(actor, deed);
    });
  }

  /** Writes an entry and makes a change, in one transaction. */
  beside(actor: Actor, deed: Deed, change: () => void): void {
    this.#commit(() => {
      change();
      this.#append(actor, deed);
    });
  }

  /**
   * Does something that somebody asked for, and says what came of it. A change that it commits takes the entry along; where there is none,
   * the entry is written before this returns. What is said is asked for at that moment.
   * @param deed null: of what goes well nothing is said
   */
  async during<Result>(
    actor: () => Actor,
    deed: () => Deed | null,
    work: () => Promise<Result>,
    outcomeOf: (error: unknown) => string = (error) => GatehouseError.from(error).code,
  ): Promise<Result> {
    let isDue = true;
    const companion = {
      get isDue() {
        return isDue;
      },
      write: () => {
        const done = deed();
        if (done !== null) this.#append(actor(), done);
      },
      written: () => {
        isDue = false;
      },
    };
    try {
      const result = await this.#commits.with(companion, work);
      const done = isDue ? deed() : null;
      if (done !== null) this.write(actor(), done);
      return result;
    } catch (error) {
      const tried = deed();
      if (tried !== null) this.refuse(actor(), { ...tried, outcome: outcomeOf(error) });
      throw error;
    } finally {
      // What goes on afterwards is not part of it.
      isDue = false;
    }
  }

  /** Writes that something was not done; of too many only how many they were. */
  refuse(actor: Actor, deed: Deed): void {
    const now = this.#now();
    const counted = this.#refusals[actor.who.kind === 'nobody' ? 'strangers' : 'others'];
    if (Math.abs(now - counted.since) >= minute) {
      this.#tellLeftOut(counted);
      Object.assign(counted, { since: now, written: 0 });
    }
    if (counted.written >= refusalsPerMinute) {
      counted.leftOut++;
      return;
    }
    counted.written++;
    try {
      this.write(actor, deed);
    } catch (error) {
      // What was refused stays refused, also on a full disk.
      this.#log.error({ err: error }, 'the audit could not say what was refused');
    }
  }

  /** What was wrong with the newest entries when it was begun; null: nothing. The whole is verified from the command line. */
  get problem(): string | null {
    return this.#problem;
  }

  get state(): AuditState {
    const { oldest, count } = this.#table;
    const { keepDays } = this.#settings.audit;
    return {
      entries: count,
      oldestAt: oldest === undefined ? null : (readEntry(oldest.line)?.at ?? null),
      fingerprint: this.#key.fingerprint,
      keepDays,
    };
  }

  /** Says for how many days entries are kept. */
  change(keepDays: number): AuditState {
    this.#settings.saveAudit({ keepDays });
    this.cut();
    return this.state;
  }

  /** Signs something beside the audit with its key. @returns Ed25519 (RFC 8032), in hex */
  sign(bytes: Uint8Array): { readonly keyId: number; readonly signature: string } {
    return { keyId: this.#key.id, signature: this.#key.sign(bytes) };
  }

  /** By which signatures of this install can be checked: SubjectPublicKeyInfo in hex. */
  get publicKeys(): AuditPublicKey[] {
    return this.#table.keys().map(({ id, publicKey }) => ({ id, publicKey }));
  }

  /** The newest first. */
  list(query: AuditQuery): Promise<AuditPage> {
    return searchAudit(this.#table, query);
  }

  /** Forgets what is older than the settings say, up to a checkpoint, and says so. */
  cut(): void {
    const oldest = this.#now() - this.#settings.audit.keepDays * dayMilliseconds;
    const tooMany = this.#table.count - maximumAuditEntries;
    const first = this.#table.oldest?.seq ?? 1;
    const kept = this.#table
      .checkpoints(first)
      .filter(({ seq }) => seq % checkpointLines === 0)
      .findLast(({ seq }) => {
        const [entry] = this.#table.from(seq, 1);
        const at = entry === undefined ? undefined : readEntry(entry.line)?.at;
        return seq - first + 1 <= tooMany || (at !== undefined && at < oldest);
      });
    if (kept === undefined) return;
    this.#commit(() => {
      this.#table.cut(kept.seq);
      this.#append(gatehouse, { did: 'audit.cut', details: { upTo: kept.seq } });
    });
  }

  /** All that an export holds, from a checkpoint on; the lines come in turns. */
  trail(): {
    readonly key: AuditKey;
    readonly keys: readonly { readonly id: number; readonly publicKey: string }[];
    readonly checkpoints: ReturnType<AuditTable['checkpoints']>;
    readonly lines: AsyncIterable<string>;
  } {
    const table = this.#table;
    const checkpoints = table.checkpoints();
    const end = checkpoints.at(-1)?.seq ?? 0;
    async function* lines() {
      let next = (checkpoints[0]?.seq ?? 0) + 1;
      while (next <= end) {
        const some = table.from(next, readAtOnce).filter(({ seq }) => seq <= end);
        if (table.checkpoints()[0]?.seq !== checkpoints[0]?.seq)
          throw new GatehouseError('limit-reached', 'The audit was shortened at this moment. Try again.');
        if (some.length === 0) return;
        for (const { line } of some) yield line;
        next = (some.at(-1)?.seq ?? end) + 1;
        await turn();
      }
    }
    const keys = table.keys().map(({ id, publicKey }) => ({ id, publicKey }));
    return { key: this.#key, keys, checkpoints, lines: lines() };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#tellAllLeftOut();
  }

  /** Of the audit's own: it takes no other entry along. */
  #commit<Result>(work: () => Result): Result {
    return this.#commits.database.transaction(work)();
  }

  #begin(): AuditKey {
    const key = AuditKey.open(this.#table, this.#log);
    const table = this.#table;
    const { head, newest } = table;
    if (head === undefined) table.sign(key.checkpoint(0, beginHash));
    const signedUpTo = head?.seq ?? 0;
    if (newest !== undefined && newest.seq > signedUpTo) {
      // Nothing of ours ends so. The chain goes on behind it, and says that it must not be believed.
      const details = { from: signedUpTo + 1, reason: `entries after ${signedUpTo} are signed by nobody` };
      this.#problem = details.reason;
      this.#append(gatehouse, { did: 'audit.broken', details }, key, {
        seq: newest.seq,
        hash: hashOf(newest.line),
      });
    } else if (head !== undefined) {
      this.#verifyNewest(key, head.seq);
    }
    if (key.isNew)
      this.#append(gatehouse, { did: 'audit.key', details: { fingerprint: key.fingerprint } }, key);
    return key;
  }

  /** Since the last signature that stays: what a look at the whole costs too much for at every start. */
  #verifyNewest(key: AuditKey, end: number): void {
    const table = this.#table;
    const checkpoints = table.checkpoints(end - (end % checkpointLines));
    const [first] = checkpoints;
    if (first === undefined) return;
    const lines = table.from(first.seq + 1, checkpointLines).map(({ line }) => line);
    const verdict = verifyTrail({ keys: table.keys(), checkpoints, lines }, false);
    if (verdict.isSound) return;
    const { seq, reason } = verdict;
    this.#problem = reason;
    // Once is enough.
    if (!lines.some((line) => readEntry(line)?.did === 'audit.broken'))
      this.#append(gatehouse, { did: 'audit.broken', details: { from: seq ?? first.seq, reason } }, key);
  }

  #append(
    actor: Actor,
    { did, outcome = 'done', about = [], details = {} }: Deed,
    key: AuditKey = this.#key,
    behind: { readonly seq: number; readonly hash: string } | undefined = this.#table.head,
  ): void {
    const { head } = this.#table;
    if (head === undefined || behind === undefined) throw new Error('the audit was not begun');
    const seq = behind.seq + 1;
    const line = lineOf({
      ...{ seq, previous: behind.hash, at: this.#now(), ...actor },
      ...{ did, outcome, about, details },
    });
    this.#table.insert(seq, line);
    this.#table.sign(key.checkpoint(seq, hashOf(line)));

    if (head.seq % checkpointLines !== 0) this.#table.unsign(head.seq);
  }

  #tellAllLeftOut(): void {
    for (const counted of Object.values(this.#refusals)) this.#tellLeftOut(counted);
  }

  #tellLeftOut(counted: Refusals): void {
    const { leftOut: refusals } = counted;
    counted.leftOut = 0;
    if (refusals > 0) this.write(gatehouse, { did: 'audit.left-out', details: { refusals } });
  }
}

interface Refusals {
  /** When the minute began. */
  since: number;
  written: number;
  leftOut: number;
}

function noRefusals(): Refusals {
  return { since: 0, written: 0, leftOut: 0 };
}
