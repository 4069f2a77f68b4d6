import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { EngineClient } from './engine-client.ts';
import { ResumableSocket } from './resumable-socket.ts';
import { type Connection, EngineFullError, SignedOutError, type Transport } from './transport.ts';

const openMilliseconds = 5_000;
const retryMilliseconds = 5_000;

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
    const socket = new ResumableSocket(address, isSignedIn);
    // Before `closed`: at the end, pending calls are rejected first and whoever waits for the end hears of it then.
    const client: EngineClient = createORPCClient(new RPCLink({ websocket: socket as unknown as WebSocket }));
    const closed = new Promise<void>((resolve) => {
      socket.addEventListener('close', () => resolve(), { once: true });
    });
    try {
      await opened(socket);
    } catch (error) {
      socket.close();
      // A browser does not tell a page why a WebSocket was refused: the session is asked for by itself.
      const session = await askSession();
      if (session.status === 401) throw new SignedOutError();
      if (session.status === 503) throw new EngineFullError(retryAfterOf(session));
      throw error;
    }
    return {
      client,
      closed,
      close: () => socket.close(),
      resumption: {
        watch: (changed) => {
          socket.addEventListener('lost', () => changed(true));
          socket.addEventListener('resumed', () => changed(false));
        },
        retryNow: () => socket.retryNow(),
      },
    };
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

/** True also where nobody answers. */
async function isSignedIn(): Promise<boolean> {
  try {
    return (await askSession()).status !== 401;
  } catch {
    return true;
  }
}

function askSession(): Promise<Response> {
  return fetch('./session', { signal: AbortSignal.timeout(openMilliseconds) });
}

function retryAfterOf({ headers }: Response): number {
  const seconds = Number(headers.get('retry-after'));
  return seconds > 0 ? seconds * 1_000 : retryMilliseconds;
}

function opened(socket: EventTarget): Promise<void> {
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
