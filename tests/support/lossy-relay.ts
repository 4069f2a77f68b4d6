import net from 'node:net';
import { RawServer } from './camera-scene.ts';

/**
 * The way to a camera, on which everything can be lost without a word, as when Wi-Fi goes away: connections stay open and
 * nothing arrives at either end, neither bytes nor their end; when it is back, what was sent arrives.
 */
export class LossyRelay {
  readonly #port: number;
  readonly #ends = new Set<net.Socket>();
  /** Dialled while everything is lost: how they go on. */
  #held: (() => void)[] = [];
  #isLost = false;
  #server: RawServer | undefined;

  private constructor(port: number) {
    this.#port = port;
  }

  /** @param port of the camera, on 127.0.0.1 */
  static async start(owned: AsyncDisposableStack, port: number): Promise<LossyRelay> {
    const relay = new LossyRelay(port);
    relay.#server = await RawServer.start(owned, (socket) => relay.#take(socket));
    return relay;
  }

  /** `host:port` */
  get address(): string {
    return this.#server?.address ?? '';
  }

  /** Dials so far. */
  get dials(): number {
    return this.#server?.connections ?? 0;
  }

  lose(): void {
    this.#isLost = true;
    for (const end of this.#ends) end.pause();
  }

  restore(): void {
    this.#isLost = false;
    for (const goOn of this.#held.splice(0)) goOn();
    for (const end of this.#ends) end.resume();
  }

  #take(near: net.Socket): void {
    if (this.#isLost) {
      near.pause();
      this.#ends.add(near);
      near.once('close', () => this.#ends.delete(near));
      this.#held.push(() => this.#join(near));
    } else {
      this.#join(near);
    }
  }

  #join(near: net.Socket): void {
    const far = net.connect(this.#port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#ends.add(from);
      from.on('error', () => {});
      from.on('data', (chunk) => void (to.writable && to.write(chunk)));
      from.once('close', () => {
        this.#ends.delete(from);
        to.destroy();
      });
    }
  }
}
