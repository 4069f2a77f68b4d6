import type { ViewerConnection } from '../playback/viewer-connection.ts';
import { linkBackoffMilliseconds } from './backoff.ts';
import type { EngineClient } from './engine-client.ts';
import { pause } from './pause.ts';
import { EngineFullError, type Resumption, SignedOutError, type Transport } from './transport.ts';

export type LinkState =
  | { readonly name: 'connecting' }
  | { readonly name: 'connected' }
  /** What carried the connection was lost; what is open goes on when it is there again, and calls wait. */
  | { readonly name: 'restoring' }
  /** The engine was not reached; `until` is when the next attempt starts, in milliseconds since 1970. */
  | { readonly name: 'waiting'; readonly until: number }
  /** The engine has no room for this page now. */
  | { readonly name: 'full'; readonly until: number }
  | { readonly name: 'signed-out' };

/** @param viewer what was opened before, if anything was */
type OnConnected = (client: EngineClient, signal: AbortSignal, viewer: ViewerConnection | null) => void;

/** A connection that held for this long was a good one: the next failure starts with the shortest wait. */
const stableMilliseconds = 5_000;
/** Somebody may have signed in from another tab of the same browser. */
const signedOutMilliseconds = 10_000;

/**
 * Keeps the page connected to the engine: connects, and after each end waits and connects again, for ever. Calls that
 * are pending when a connection ends are rejected; nothing is sent twice.
 */
export class EngineLink {
  readonly #transport: Transport;
  #state = $state.raw<LinkState>({ name: 'connecting' });
  #waiting = new AbortController();
  #resumption: Resumption | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Ends a wait: the network came back, or somebody looks at the page again. */
  retryNow(): void {
    this.#waiting.abort();
    this.#resumption?.retryNow();
  }

  /**
   * Runs until the signal is aborted; never rejects.
   * @param onConnected serves one connection; its signal is aborted when the connection ends
   */
  async run(onConnected: OnConnected, signal: AbortSignal): Promise<void> {
    let attempt = 0;
    while (!signal.aborted) {
      let wait = linkBackoffMilliseconds(attempt);
      try {
        const heldFor = await this.#connectOnce(onConnected, signal);
        if (heldFor > stableMilliseconds) attempt = 0;
        wait = linkBackoffMilliseconds(attempt);
        this.#state = { name: 'waiting', until: Date.now() + wait };
      } catch (error) {
        if (error instanceof SignedOutError) {
          wait = signedOutMilliseconds;
          this.#state = { name: 'signed-out' };
        } else if (error instanceof EngineFullError) {
          // Not all who found no room at the same moment.
          wait = error.retryMilliseconds * (1 + Math.random());
          this.#state = { name: 'full', until: Date.now() + wait };
        } else {
          this.#state = { name: 'waiting', until: Date.now() + wait };
        }
      }
      attempt++;
      this.#waiting = new AbortController();
      await pause(wait, AbortSignal.any([signal, this.#waiting.signal]));
      if (this.#state.name !== 'signed-out') this.#state = { name: 'connecting' };
    }
  }

  /** Resolves when the connection has ended, with the milliseconds that it held. */
  async #connectOnce(onConnected: OnConnected, signal: AbortSignal): Promise<number> {
    const connection = await this.#transport.connect();
    const openedAt = performance.now();
    const ended = new AbortController();
    signal.addEventListener('abort', connection.close, { once: true });
    if (signal.aborted) {
      connection.close();
    } else {
      this.#state = { name: 'connected' };
      this.#resumption = connection.resumption;
      connection.resumption?.watch((isLost) => {
        this.#state = { name: isLost ? 'restoring' : 'connected' };
      });
      onConnected(connection.client, ended.signal, connection.viewer ?? null);
    }
    await connection.closed;
    this.#resumption = undefined;
    signal.removeEventListener('abort', connection.close);
    ended.abort();
    return performance.now() - openedAt;
  }
}
