import { createHash, randomBytes } from 'node:crypto';
import type { SessionTable } from '../store/session-table.ts';

const tokenBytes = 32;
const tokenMilliseconds = 12 * 60 * 60 * 1_000;
/** How long a session lives after its last use. */
export const sessionMilliseconds = 30 * 24 * 60 * 60 * 1_000;
/** A printed link that nobody opened makes place for a newer one. */
const maximumTokens = 64;

/**
 * One-time tokens and the sessions they open. Tokens live in memory: a link is good once, for twelve hours, in this run.
 * Sessions outlive the engine, so that a restart leaves every window signed in; they end 30 days after their last use.
 */
export class Sessions {
  readonly #table: SessionTable;
  readonly #tokens = new Map<string, number>();

  constructor(table: SessionTable) {
    this.#table = table;
    this.#table.expire(Date.now() - sessionMilliseconds);
  }

  /** A token that opens one session. */
  issueToken(): string {
    const token = randomToken();
    const [oldest] = this.#tokens.keys();
    if (this.#tokens.size >= maximumTokens && oldest !== undefined) this.#tokens.delete(oldest);
    this.#tokens.set(hash(token).toString('hex'), Date.now() + tokenMilliseconds);
    return token;
  }

  /** Uses a one-time token up; returns the new session's own token, undefined when there is no such token (any more). */
  open(token: string): string | undefined {
    const key = hash(token).toString('hex');
    const expires = this.#tokens.get(key);
    this.#tokens.delete(key);
    if (expires === undefined || expires < Date.now()) return undefined;
    const session = randomToken();
    this.#table.insert(hash(session), Date.now());
    return session;
  }

  /** Whether a session is open; this use keeps it open for another 30 days. */
  isOpen(session: string | undefined): boolean {
    if (session === undefined || session.length > 128) return false;
    const now = Date.now();
    return this.#table.touch(hash(session), now, now - sessionMilliseconds);
  }
}

function randomToken(): string {
  return randomBytes(tokenBytes).toString('base64url');
}

function hash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
