import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import type { Caller } from '../access/callers.ts';
import {
  closeCodes,
  isLinkControl,
  type LinkControl,
  type LinkMessage,
  MessageLedger,
  parseLinkControl,
  resumeMilliseconds,
} from '../contract/resumption.ts';

const tokenBytes = 32;

interface LinkEvents {
  /** A message of oRPC's came. */
  message(message: LinkMessage): void;
  /** Called once, when nothing can go on. */
  ended(): void;
}

/**
 * What a page has open, over one socket after the other. Without a socket it waits for the next one, and keeps what there is to
 * say until then, within the bounds of the ledger.
 */
export class ResumableLink {
  /** Good for the next socket. */
  readonly token: string = randomBytes(tokenBytes).toString('base64url');
  readonly caller: Caller;
  readonly #events: LinkEvents;
  readonly #ledger = new MessageLedger();
  #socket: WebSocket | undefined;
  #waiting: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(caller: Caller, events: LinkEvents) {
    this.caller = caller;
    this.#events = events;
  }

  /** The page's first socket. */
  open(socket: WebSocket): void {
    this.#attach(socket);
    this.#say(['opened', this.token]);
  }

  /** Another socket of the page, which has so many of our messages. Ends when that cannot be. */
  resume(socket: WebSocket, received: number): void {
    // The old one may not be known to be lost yet; what it still brings would be counted twice.
    this.#socket?.terminate();
    this.#attach(socket);
    if (this.#confirm(received)) {
      this.#say(['resumed', this.#ledger.tellReceived()]);
      for (const message of this.#ledger.kept) socket.send(message);
    }
  }

  /** To be called with whatever comes over a socket. */
  receive(socket: WebSocket, message: LinkMessage): void {
    if (socket !== this.#socket) return;
    if (isLinkControl(message)) {
      const control = parseLinkControl(message);
      if (control?.[0] === 'received') this.#confirm(control[1]);
      return;
    }
    const isTime = this.#ledger.count(message);
    this.#events.message(message);
    if (isTime) this.#say(['received', this.#ledger.tellReceived()]);
  }

  send(message: LinkMessage): void {
    if (this.#isOver) return;
    // Who neither reads nor comes back begins anew, with what is then.
    if (!this.#ledger.keep(message)) this.end();
    else if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(message);
  }

  beat(): void {
    this.#say(['beat', this.#ledger.tellReceived()]);
  }

  /** A socket was closed, or lost. */
  lose(socket: WebSocket, code: number): void {
    if (socket !== this.#socket || this.#isOver) return;
    if (code === closeCodes.goodbye || code === closeCodes.pageLeft) {
      this.end();
      return;
    }
    this.#socket = undefined;
    this.#waiting = setTimeout(() => this.end(), resumeMilliseconds);
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#waiting);
    // A page that does not answer is ended by whoever looks after the sockets.
    this.#socket?.close(closeCodes.ended);
    this.#socket = undefined;
    this.#events.ended();
  }

  #attach(socket: WebSocket): void {
    clearTimeout(this.#waiting);
    this.#socket = socket;
  }

  #confirm(received: number): boolean {
    const isPossible = this.#ledger.confirm(received);
    if (!isPossible) this.end();
    return isPossible;
  }

  #say(control: LinkControl): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(control));
  }
}
