import { RPCLink } from '@orpc/client/websocket';
import { type Connection, SignedOutError, type Transport } from './transport.ts';

const openMilliseconds = 5_000;

/**
 * A browser's way to the engine: the one-time token of the address bar becomes a session cookie, which opens the
 * WebSocket. Addresses are relative to the page.
 */
export class WebTransport implements Transport {
  /** Kept until the engine has answered to it, so that a link opened while the engine starts is not used up. */
  #token: string | null;

  constructor(token: string | null) {
    this.#token = token;
  }

  async connect(): Promise<Connection> {
    if (this.#token !== null) await this.#signIn(this.#token);
    const address = new URL('./api', location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address);
    // Before `closed`: at the end, pending calls are rejected first and whoever waits for the end hears of it then.
    const link = new RPCLink({ websocket: socket });
    const closed = new Promise<void>((resolve) => {
      socket.addEventListener('close', () => resolve(), { once: true });
    });
    try {
      await opened(socket);
    } catch (error) {
      socket.close();
      // A browser does not tell a page why a WebSocket was refused: the session is asked for by itself.
      const session = await fetch('./session', { signal: AbortSignal.timeout(openMilliseconds) });
      throw session.status === 401 ? new SignedOutError() : error;
    }
    return { link, closed, close: () => socket.close() };
  }

  /** A token that the engine refuses is no error yet: the page may have a session from before. */
  async #signIn(token: string): Promise<void> {
    const response = await fetch('./session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
      signal: AbortSignal.timeout(openMilliseconds),
    });
    if (response.status < 500) this.#token = null;
  }
}

/** Takes the one-time token out of the address bar, so that it stays neither on the screen nor in the history. */
export function takeToken(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token !== null) history.replaceState(null, '', `${location.pathname}${location.search}`);
  return token;
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => fail(), openMilliseconds);
    const fail = () => {
      clearTimeout(timeout);
      reject(new Error('The engine does not take connections.'));
    };
    socket.addEventListener('close', fail, { once: true });
    socket.addEventListener(
      'open',
      () => {
        clearTimeout(timeout);
        resolve();
      },
      { once: true },
    );
  });
}
