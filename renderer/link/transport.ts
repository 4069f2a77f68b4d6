import type { ViewerConnection } from '../playback/viewer-connection.ts';
import type { EngineClient } from './engine-client.ts';

/** One open connection to the engine, whatever carries it. */
export interface Connection {
  readonly client: EngineClient;
  /** Of the page's first connection: opened with it. */
  readonly viewer?: ViewerConnection | null;
  /** Resolves when the connection has ended, from whichever side; never rejects. */
  readonly closed: Promise<void>;
  readonly close: () => void;
  /** Of a connection that can outlive what carries it. */
  readonly resumption?: Resumption;
}

export interface Resumption {
  /** @param changed called with true when what carries the connection was lost, and with false when it is carried again */
  watch(changed: (isLost: boolean) => void): void;
  /** Tries at once. */
  retryNow(): void;
}

/** How this page reaches the engine: a WebSocket in a browser, a MessagePort in the desktop window. */
export interface Transport {
  /**
   * Opens one connection, bounded in time.
   * @throws SignedOutError when the engine is there but does not know this page; EngineFullError when it has no room for it;
   *   any other error when it is not there
   */
  connect(): Promise<Connection>;
}

/** The session of this page is unknown or over: only a fresh link helps. */
export class SignedOutError extends Error {
  constructor() {
    super('This page is not signed in.');
    this.name = 'SignedOutError';
  }
}

/** The engine serves as many pages as it can. */
export class EngineFullError extends Error {
  readonly retryMilliseconds: number;

  constructor(retryMilliseconds: number) {
    super('There is no room for this page now.');
    this.name = 'EngineFullError';
    this.retryMilliseconds = retryMilliseconds;
  }
}
