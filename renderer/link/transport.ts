import type { ClientContext, ClientLink } from '@orpc/client';

/** One open connection to the engine, whatever carries it. */
export interface Connection {
  readonly link: ClientLink<ClientContext>;
  /** Resolves when the connection has ended, from whichever side; never rejects. */
  readonly closed: Promise<void>;
  readonly close: () => void;
}

/** How this page reaches the engine: a WebSocket in a browser, a MessagePort in the desktop window. */
export interface Transport {
  /**
   * Opens one connection, bounded in time.
   * @throws SignedOutError when the engine is there but does not know this page; any other error when it is not there
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
