import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { RPCHandler } from '@orpc/server/ws';
import { WebSocket, WebSocketServer } from 'ws';
import type { Caller, Callers } from '../access/callers.ts';
import type { ApiRouter } from '../api/router.ts';
import type { ApiContext } from '../api/services.ts';
import type { Log } from '../base/log.ts';
import {
  beatMilliseconds,
  isLinkControl,
  type LinkMessage,
  parseLinkControl,
  resumableProtocol,
  silenceMilliseconds,
} from '../contract/resumption.ts';
import { ResumableLink } from './resumable-link.ts';

const maximumSockets = 2_048;
/** Of one signed-in browser. */
const maximumSocketsOfSession = 64;
const maximumMessageBytes = 1024 * 1024;
/** A page that does not read: its socket is closed, and it gets a fresh snapshot when it comes back. */
const maximumUnsentBytes = 8 * 1024 * 1024;
/** The sockets are looked at one group after the other, so that thousands cost no long turn. */
const beatGroups = 20;
/** A page that says neither what it opens nor what it goes on with. */
const openMilliseconds = 5_000;
/** After somebody was signed out. */
const partingMilliseconds = 250;
/** Seconds after which somebody may try again who found no room. */
export const retryAfterSeconds = 5;

/** Answers an upgrade with an HTTP status instead. */
export function refuse(socket: Duplex, status: string, headers = ''): void {
  // Nobody waits for its other side to hang up, as Node does for requests.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\n${headers}Connection: close\r\nContent-Length: 0\r\n\r\n`);
}

/**
 * The API over WebSocket. What a page has open over a resumable socket outlives it for a while; with any other, every call and
 * subscription ends that came over it.
 */
export class ApiSockets implements AsyncDisposable {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: maximumMessageBytes,
    clientTracking: true,
    handleProtocols: (offered) => offered.has(resumableProtocol) && resumableProtocol,
  });
  readonly #handler: RPCHandler<ApiContext>;
  readonly #callers: Callers;
  readonly #log: Log;
  /** By token. */
  readonly #links = new Map<string, ResumableLink>();
  readonly #groups: readonly Set<ApiSocket>[] = Array.from({ length: beatGroups }, () => new Set());
  #nextGroup = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(router: ApiRouter, callers: Callers, log: Log) {
    this.#callers = callers;
    this.#handler = new RPCHandler(router);
    this.#log = log;
    this.#timer = setInterval(() => this.#look(), beatMilliseconds / beatGroups);
  }

  /** Whether another socket of this session is taken now. Pages whose socket was lost are not counted: they come for another one. */
  hasRoom(tokenHash: Buffer): boolean {
    if (this.#server.clients.size >= maximumSockets) return false;
    let count = 0;
    for (const group of this.#groups) {
      for (const { tokenHash: other } of group) if (other?.equals(tokenHash)) count++;
    }
    return count < maximumSocketsOfSession;
  }

  /** Takes over a connection and its caller. A browser that finds no room asks why (`GET /session`). */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller): void {
    // A link that goes on without this socket keeps its caller.
    const close = () => this.#callers.close(caller);
    socket.once('close', close);
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const { credential } = caller;
      const tokenHash = credential.kind === 'session' ? credential.tokenHash : undefined;
      const served: ApiSocket = { webSocket, tokenHash, heardAt: performance.now(), link: undefined };
      this.#watch(served);
      if (webSocket.protocol !== resumableProtocol) {
        this.#endWith(caller, () => webSocket.terminate());
        this.#serve(plain(webSocket), caller);
        return;
      }
      webSocket.once('message', (data, isBinary) => {
        const message = linkMessage(data as Buffer, isBinary);
        this.#begin(served, message, caller, () => socket.off('close', close));
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    for (const link of this.#links.values()) link.end();
    const closed = [...this.#server.clients].map(
      (webSocket) => new Promise((resolve) => webSocket.once('close', resolve)),
    );
    for (const webSocket of this.#server.clients) webSocket.terminate();
    await Promise.all(closed);
    this.#server.close();
  }

  /** A page's first word. @param keepCaller called when the caller outlives the socket */
  #begin(served: ApiSocket, message: LinkMessage, caller: Caller, keepCaller: () => void): void {
    const { webSocket } = served;
    const control = isLinkControl(message) ? parseLinkControl(message) : undefined;
    if (control?.[0] === 'open') {
      keepCaller();
      served.link = this.#open(caller);
      this.#carry(served, served.link);
      served.link.open(webSocket);
    } else if (control?.[0] === 'resume') {
      const link = this.#links.get(control[1]);
      if (link === undefined || !isSameSession(link.caller, caller)) {
        webSocket.send(JSON.stringify(['gone']));
        webSocket.close();
        return;
      }
      served.link = link;
      this.#carry(served, link);
      link.resume(webSocket, control[2]);
    } else {
      webSocket.terminate();
    }
  }

  #open(caller: Caller): ResumableLink {
    let hear: (message: LinkMessage) => void = () => {};
    let close: () => void = () => {};
    const link = new ResumableLink(caller, {
      message: (message) => {
        if (typeof message === 'string' && isJson(message)) hear(message);
      },
      ended: () => {
        this.#links.delete(link.token);
        this.#callers.close(caller);
        close();
      },
    });
    this.#links.set(link.token, link);
    this.#endWith(caller, () => link.end());
    this.#serve(
      {
        send: (message) => link.send(message),
        onMessage: (listener) => {
          hear = listener;
        },
        onClose: (listener) => {
          close = listener;
        },
      },
      caller,
    );
    return link;
  }

  #carry({ webSocket }: ApiSocket, link: ResumableLink): void {
    webSocket.on('message', (data, isBinary) =>
      link.receive(webSocket, linkMessage(data as Buffer, isBinary)),
    );
    webSocket.on('close', (code) => link.lose(webSocket, code));
  }

  #watch(served: ApiSocket): void {
    const { webSocket } = served;
    const group = this.#groups[this.#server.clients.size % beatGroups];
    group?.add(served);
    const hear = () => {
      served.heardAt = performance.now();
    };
    webSocket.on('pong', hear);
    webSocket.on('message', hear);
    webSocket.on('close', () => group?.delete(served));
    webSocket.on('error', (error) => this.#log.debug({ err: error }, 'API socket failed'));
  }

  #endWith(caller: Caller, end: () => void): void {
    caller.over.addEventListener('abort', () => {
      // Not at once: what the subscriptions say at their end is on its way.
      setTimeout(end, partingMilliseconds).unref();
    });
  }

  #serve({ send, onMessage, onClose }: MessageCarrier, caller: Caller): void {
    const addEventListener = (type: string, listener: (event: unknown) => void) => {
      if (type === 'message') onMessage((data) => listener({ data }));
      else onClose(() => listener({}));
    };
    const socket = { send, addEventListener } as unknown as Pick<WebSocket, 'addEventListener' | 'send'>;
    this.#handler
      .upgrade(socket, { context: { caller } })
      .catch((error: unknown) => this.#log.error({ err: error }, 'API socket could not be served'));
  }

  /** Ends sockets whose other side is gone or does not read. */
  #look(): void {
    const group = this.#groups[this.#nextGroup];
    this.#nextGroup = (this.#nextGroup + 1) % beatGroups;
    const now = performance.now();
    for (const { webSocket, heardAt, link } of group ?? []) {
      const silent = now - heardAt;
      const isLost = silent > silenceMilliseconds || webSocket.bufferedAmount > maximumUnsentBytes;
      const isMute = webSocket.protocol === resumableProtocol && link === undefined;
      if (isLost || (isMute && silent > openMilliseconds)) webSocket.terminate();
      else if (link === undefined) webSocket.ping();
      else link.beat();
    }
  }
}

interface ApiSocket {
  readonly webSocket: WebSocket;
  /** Of the session that it was opened with. */
  readonly tokenHash: Buffer | undefined;
  /** `performance.now()` of the last message. */
  heardAt: number;
  link: ResumableLink | undefined;
}

/** What oRPC needs of a socket. It would print what it cannot read, with whatever is in it: such frames do not get here. */
interface MessageCarrier {
  readonly send: (message: LinkMessage) => void;
  onMessage(listener: (message: LinkMessage) => void): void;
  onClose(listener: () => void): void;
}

function plain(webSocket: WebSocket): MessageCarrier {
  return {
    send: (message) => {
      if (webSocket.bufferedAmount > maximumUnsentBytes) webSocket.terminate();
      else if (webSocket.readyState === WebSocket.OPEN) webSocket.send(message);
    },
    onMessage: (listener) =>
      webSocket.on('message', (data, isBinary) => {
        const message = linkMessage(data as Buffer, isBinary);
        if (typeof message === 'string' && isJson(message)) listener(message);
      }),
    onClose: (listener) => webSocket.on('close', listener),
  };
}

function linkMessage(data: Buffer, isBinary: boolean): LinkMessage {
  return isBinary ? new Uint8Array(data) : data.toString();
}

/** A token is worth nothing to whoever is signed in otherwise. */
function isSameSession({ credential: before }: Caller, { credential: now }: Caller): boolean {
  return before.kind === 'session' && now.kind === 'session' && before.tokenHash.equals(now.tokenHash);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
