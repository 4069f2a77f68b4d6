import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { RPCHandler } from '@orpc/server/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Caller, Callers } from '../access/callers.ts';
import type { ApiRouter } from '../api/router.ts';
import type { ApiContext } from '../api/services.ts';
import type { Log } from '../base/log.ts';

const maximumSockets = 64;
const maximumMessageBytes = 1024 * 1024;
/** A page that does not read: its socket is closed, and it gets a fresh snapshot when it comes back. */
const maximumUnsentBytes = 8 * 1024 * 1024;
const pingMilliseconds = 10_000;
/** After somebody was signed out. */
const partingMilliseconds = 250;

/** Answers an upgrade with an HTTP status instead. */
export function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** The API over WebSocket. A socket that closes aborts every call and subscription that came over it. */
export class ApiSockets implements AsyncDisposable {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: maximumMessageBytes,
    clientTracking: true,
  });
  readonly #handler: RPCHandler<ApiContext>;
  readonly #callers: Callers;
  readonly #log: Log;
  readonly #alive = new WeakSet<WebSocket>();
  readonly #timer: NodeJS.Timeout;

  constructor(router: ApiRouter, callers: Callers, log: Log) {
    this.#callers = callers;
    this.#handler = new RPCHandler(router);
    this.#log = log;
    this.#timer = setInterval(() => this.#look(), pingMilliseconds);
  }

  /** Takes over a connection and its caller. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller): void {
    socket.once('close', () => this.#callers.close(caller));
    if (this.#server.clients.size >= maximumSockets) {
      refuse(socket, '503 Service Unavailable');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#serve(webSocket, caller));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    const closed = [...this.#server.clients].map(
      (webSocket) => new Promise((resolve) => webSocket.once('close', resolve)),
    );
    for (const webSocket of this.#server.clients) webSocket.terminate();
    await Promise.all(closed);
    this.#server.close();
  }

  #serve(webSocket: WebSocket, caller: Caller): void {
    this.#alive.add(webSocket);
    webSocket.on('pong', () => this.#alive.add(webSocket));
    webSocket.on('error', (error) => this.#log.debug({ err: error }, 'API socket failed'));
    caller.over.addEventListener('abort', () => {
      // Not at once: what the subscriptions say at their end is on its way.
      setTimeout(() => webSocket.terminate(), partingMilliseconds).unref();
    });
    this.#handler
      .upgrade(readable(webSocket), { context: { caller } })
      .catch((error: unknown) => this.#log.error({ err: error }, 'API socket could not be served'));
  }

  /** Ends sockets whose other side is gone or does not read. */
  #look(): void {
    for (const webSocket of this.#server.clients) {
      if (!this.#alive.has(webSocket) || webSocket.bufferedAmount > maximumUnsentBytes) {
        webSocket.terminate();
        continue;
      }
      this.#alive.delete(webSocket);
      webSocket.ping();
    }
  }
}

/** What oRPC needs of a socket. It would print what it cannot read, with whatever is in it: such frames are dropped. */
function readable(webSocket: WebSocket): Pick<WebSocket, 'addEventListener' | 'send'> {
  const addEventListener = (type: string, listener: (event: unknown) => void) => {
    if (type !== 'message') {
      webSocket.on(type, listener);
      return;
    }
    webSocket.addEventListener('message', (event) => {
      if (typeof event.data === 'string' && isJson(event.data)) listener(event);
    });
  };
  return {
    addEventListener: addEventListener as WebSocket['addEventListener'],
    send: webSocket.send.bind(webSocket),
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
