import {
  closeCodes,
  isLinkControl,
  type LinkControl,
  type LinkMessage,
  MessageLedger,
  parseLinkControl,
  resumableProtocol,
  resumeMilliseconds,
  silenceMilliseconds,
} from '../../main/contract/resumption.ts';

const openMilliseconds = 5_000;
const firstRetryMilliseconds = 200;
const longestRetryMilliseconds = 1_000;
const silenceCheckMilliseconds = 1_000;

/**
 * A WebSocket to oRPC, and several to the network: when one is lost, another takes its place, and the engine goes on where it
 * was. Dispatches `open`, `message` and `close` like one; `lost` and `resumed` are what it tells beside that.
 */
export class ResumableSocket extends EventTarget {
  readonly #address: URL;
  readonly #isWelcome: () => Promise<boolean>;
  readonly #ledger = new MessageLedger();
  #readyState: number = WebSocket.CONNECTING;
  #socket: WebSocket | null = null;
  #token: string | null = null;
  /** Whether messages may be sent over the socket of now. */
  #isCarried = false;
  #heardAt = 0;
  #lostAt: number | null = null;
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  readonly #watching: ReturnType<typeof setInterval>;

  /** @param isWelcome asked when a socket was refused: a browser does not tell why; false ends the search for one */
  constructor(address: URL, isWelcome: () => Promise<boolean>) {
    super();
    this.#address = address;
    this.#isWelcome = isWelcome;
    this.#watching = setInterval(() => this.#look(), silenceCheckMilliseconds);
    this.#connect();
  }

  /** As of a WebSocket; open also while a socket is being looked for. */
  get readyState(): number {
    return this.#readyState;
  }

  /** Sends a message, or keeps it until there is a socket again. */
  send(message: LinkMessage): void {
    if (!this.#ledger.keep(message)) this.close();
    else if (this.#isCarried) this.#socket?.send(message);
  }

  close(): void {
    if (this.#readyState === WebSocket.CLOSED) return;
    this.#readyState = WebSocket.CLOSED;
    clearInterval(this.#watching);
    clearTimeout(this.#retry);
    this.#drop(closeCodes.goodbye);
    this.dispatchEvent(new Event('close'));
  }

  /** Looks for a socket at once, when one is being waited for. */
  retryNow(): void {
    if (this.#lostAt === null || this.#socket !== null) return;
    clearTimeout(this.#retry);
    this.#connect();
  }

  #connect(): void {
    const socket = new WebSocket(this.#address, resumableProtocol);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#heardAt = performance.now();
    let isOpen = false;
    socket.addEventListener('open', () => {
      isOpen = true;
      if (this.#token !== null) {
        this.#say(['resume', this.#token, this.#ledger.tellReceived()]);
        return;
      }
      this.#say(['open']);
      this.#isCarried = true;
      this.#readyState = WebSocket.OPEN;
      this.dispatchEvent(new Event('open'));
    });
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (socket === this.#socket) this.#receive(typeof data === 'string' ? data : new Uint8Array(data));
    });
    socket.addEventListener('close', ({ code }) => {
      if (socket !== this.#socket) return;
      if (code === closeCodes.ended) this.close();
      else this.#lose();
      if (!isOpen && this.#readyState === WebSocket.OPEN) void this.#askWelcome();
    });
  }

  #receive(message: LinkMessage): void {
    this.#heardAt = performance.now();
    if (isLinkControl(message)) {
      this.#obey(parseLinkControl(message));
      return;
    }
    const isTime = this.#ledger.count(message);
    this.dispatchEvent(new MessageEvent('message', { data: message }));
    if (isTime) this.#confirm();
  }

  #obey(control: LinkControl | undefined): void {
    switch (control?.[0]) {
      case 'opened':
        this.#token = control[1];
        break;
      case 'resumed':
        if (this.#isConfirmed(control[1])) this.#resume();
        break;
      case 'beat':
        if (this.#isConfirmed(control[1])) this.#confirm();
        break;
      case 'received':
        this.#isConfirmed(control[1]);
        break;
      default:
        // The engine knows nothing of what was open, or speaks another language.
        this.close();
    }
  }

  #resume(): void {
    this.#isCarried = true;
    for (const kept of this.#ledger.kept) this.#socket?.send(kept);
    this.#lostAt = null;
    this.#attempt = 0;
    this.dispatchEvent(new Event('resumed'));
  }

  #isConfirmed(received: number): boolean {
    const isPossible = this.#ledger.confirm(received);
    if (!isPossible) this.close();
    return isPossible;
  }

  #confirm(): void {
    this.#say(['received', this.#ledger.tellReceived()]);
  }

  #say(control: LinkControl): void {
    this.#socket?.send(JSON.stringify(control));
  }

  /** The socket is gone: another one is looked for, for as long as the engine keeps what was open. */
  #lose(): void {
    this.#drop();
    const now = performance.now();
    if (this.#token === null || now - (this.#lostAt ?? now) > resumeMilliseconds) {
      this.close();
      return;
    }
    if (this.#lostAt === null) {
      this.#lostAt = now;
      this.dispatchEvent(new Event('lost'));
    }
    const ceiling = Math.min(longestRetryMilliseconds, firstRetryMilliseconds * 2 ** this.#attempt++);
    // Not all windows at the same moment.
    this.#retry = setTimeout(() => this.#connect(), ceiling / 2 + (Math.random() * ceiling) / 2);
  }

  async #askWelcome(): Promise<void> {
    if (!(await this.#isWelcome())) this.close();
  }

  /** A socket that is silent is a lost one, which the browser would find out minutes later. */
  #look(): void {
    const silent = performance.now() - this.#heardAt;
    const isTooLong = silent > (this.#isCarried ? silenceMilliseconds : openMilliseconds);
    if (this.#socket !== null && isTooLong) this.#lose();
  }

  #drop(code: number = closeCodes.replaced): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#isCarried = false;
    socket?.close(code);
  }
}
