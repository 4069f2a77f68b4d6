import dgram from 'node:dgram';
import { once } from 'node:events';

/** What waits longer is lost: a small queue, as routers at home have. */
const queueMilliseconds = 300;

/**
 * A network between an engine and one window: a relay for datagrams that can be made as narrow as a bad line. Each side is told
 * the relay's address instead of the other's; the first address that speaks to it from a side is that side.
 */
export class NarrowRelay {
  readonly #engineSide: dgram.Socket;
  readonly #windowSide: dgram.Socket;
  readonly #waiting = new Set<NodeJS.Timeout>();
  #engine: dgram.RemoteInfo | undefined;
  #window: dgram.RemoteInfo | undefined;
  #freeAt = 0;
  /** Towards the window. */
  bitsPerSecond = Number.POSITIVE_INFINITY;
  /** Of every so many datagrams towards the window, one is lost by chance; 0: none. */
  oneLostOf = 0;
  #datagrams = 0;

  private constructor(engineSide: dgram.Socket, windowSide: dgram.Socket) {
    this.#engineSide = engineSide;
    this.#windowSide = windowSide;
    engineSide.on('message', (datagram, source) => {
      this.#engine ??= source;
      if (source.port === this.#engine.port) this.#toWindow(datagram);
    });
    windowSide.on('message', (datagram, source) => {
      this.#window ??= source;
      if (source.port !== this.#window.port || this.#engine === undefined) return;
      engineSide.send(datagram, this.#engine.port, this.#engine.address);
    });
  }

  static async start(owned: AsyncDisposableStack): Promise<NarrowRelay> {
    const [engineSide, windowSide] = await Promise.all([openSocket(owned), openSocket(owned)]);
    const relay = new NarrowRelay(engineSide, windowSide);
    owned.defer(() => {
      for (const timer of relay.#waiting) clearTimeout(timer);
    });
    return relay;
  }

  /** What a window takes for the engine. @returns its offer with the relay for all addresses */
  forWindow(offer: string): string {
    return withCandidate(offer, this.#windowSide.address().port);
  }

  /** What the engine takes for the window. @returns its answer with the relay for all addresses */
  forEngine(answer: string): string {
    return withCandidate(answer, this.#engineSide.address().port);
  }

  #toWindow(datagram: Buffer): void {
    this.#datagrams++;
    if (this.oneLostOf > 0 && this.#datagrams % this.oneLostOf === 0) return;
    const now = performance.now();
    const start = Math.max(now, this.#freeAt);
    if (start - now > queueMilliseconds) return;
    this.#freeAt = start + (datagram.length * 8_000) / this.bitsPerSecond;
    if (this.#freeAt - now < 1) {
      this.#send(datagram);
      return;
    }
    const timer = setTimeout(() => {
      this.#waiting.delete(timer);
      this.#send(datagram);
    }, this.#freeAt - now);
    this.#waiting.add(timer);
  }

  #send(datagram: Buffer): void {
    if (this.#window !== undefined) this.#windowSide.send(datagram, this.#window.port, this.#window.address);
  }
}

/** The same description with one address, on loopback. */
function withCandidate(sdp: string, port: number): string {
  return sdp
    .replaceAll(/a=(candidate:.*|end-of-candidates)\r\n/g, '')
    .replaceAll(
      /a=ice-pwd:.*\r\n/g,
      (line) => `${line}a=candidate:1 1 udp 2130706431 127.0.0.1 ${port} typ host\r\n`,
    );
}

async function openSocket(owned: AsyncDisposableStack): Promise<dgram.Socket> {
  const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  owned.defer(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  await once(socket, 'listening');
  return socket;
}
