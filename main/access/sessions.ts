import { randomBytes, randomUUID } from 'node:crypto';
import { ownerUserId } from '../contract/rights.ts';
import type { SessionTable } from '../store/session-table.ts';
import { hashToken, idleMilliseconds } from './principal.ts';

const tokenBytes = 32;
const linkMilliseconds = 12 * 60 * 60 * 1_000;
/** Then a session ends, however much it is used. */
export const sessionMilliseconds = 90 * 24 * 60 * 60 * 1_000;
/** A browser from which somebody has signed in is known for so long after the last time. */
export const knownBrowserMilliseconds = 180 * 24 * 60 * 60 * 1_000;
/** A printed link that nobody opened makes place for a newer one. */
const maximumLinks = 64;

/** From where somebody signs in. */
export interface Origin {
  readonly address: string;
  /** What the browser says about itself. */
  readonly browser: string;
}

/**
 * Sessions, and the one-time links that open one for the owner. Links live in memory: good once, for twelve hours, in this run.
 * Sessions outlive the engine; they end 30 days after their last use, and 90 days after their begin.
 */
export class Sessions {
  readonly #table: SessionTable;
  readonly #links = new Map<string, number>();

  constructor(table: SessionTable) {
    this.#table = table;
    this.#tidy();
  }

  /** A token that opens one session. */
  issueLink(): string {
    const token = randomToken();
    const [oldest] = this.#links.keys();
    if (this.#links.size >= maximumLinks && oldest !== undefined) this.#links.delete(oldest);
    this.#links.set(hashToken(token).toString('hex'), Date.now() + linkMilliseconds);
    return token;
  }

  /** Uses a link up; returns the id of the user whose it is, undefined when there is no such link (any more). */
  useLink(token: string): string | undefined {
    const key = hashToken(token).toString('hex');
    const expires = this.#links.get(key);
    this.#links.delete(key);
    return expires === undefined || expires < Date.now() ? undefined : ownerUserId;
  }

  /** For somebody who has proved to be this user. */
  open(userId: string, { address, browser }: Origin): string {
    this.#tidy();
    const token = randomToken();
    const now = Date.now();
    this.#table.insert(hashToken(token), {
      ...{ id: randomUUID(), userId, createdAt: now, usedAt: now, expiresAt: now + sessionMilliseconds },
      ...{ address: address.slice(0, 64), browser: browser.slice(0, 200) },
    });
    return token;
  }

  /** Signs a browser out. */
  close(tokenHash: Buffer): void {
    const session = this.#table.find(tokenHash);
    if (session !== undefined) this.#table.end(session.id);
  }

  /** A token that tells this browser from others where somebody guesses at this user's password. */
  know(userId: string): string {
    const token = randomToken();
    this.#table.know(hashToken(token), userId, Date.now());
    return token;
  }

  isKnown(token: string | undefined, userId: string): boolean {
    return token !== undefined && this.#table.isKnown(hashToken(token), userId, Date.now());
  }

  /** Whether anybody has signed in from this browser before. */
  isKnownBrowser(token: string | undefined): boolean {
    return token !== undefined && this.#table.isKnownBrowser(hashToken(token));
  }

  #tidy(): void {
    const now = Date.now();
    this.#table.expire(now - idleMilliseconds, now);
    this.#table.forgetBrowsers(now - knownBrowserMilliseconds);
  }
}

function randomToken(): string {
  return randomBytes(tokenBytes).toString('base64url');
}
