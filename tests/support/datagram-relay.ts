import type { Socket } from 'node:dgram';
import net from 'node:net';
import { UdpPortPair } from '../../main/base/udp-port-pair.ts';
import { RawServer } from './camera-scene.ts';
import { seededRandom } from './mutations.ts';

/** What happens to datagrams on their way. */
export interface Roughness {
  /** Of a thousand, so many are lost. */
  readonly lost?: number;
  /** Of a thousand, so many come later than those behind them. */
  readonly late?: number;
  /** Each takes up to so long, milliseconds; none overtakes another for that. */
  readonly jitter?: number;
}

const lateMilliseconds = 30;

/**
 * The way to a camera that sends over UDP: RTSP goes through as it is but for the ports, RTP as rough as somebody wants it. By chance
 * that is the same in every run.
 */
export class DatagramRelay implements AsyncDisposable {
  readonly #port: number;
  readonly #random: (limit: number) => number;
  readonly #ports = new Set<UdpPortPair>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #roughness: Roughness = {};
  #server: RawServer | undefined;

  private constructor(port: number, seed: number) {
    this.#port = port;
    this.#random = seededRandom(seed);
  }

  /** @param port of the camera, on 127.0.0.1 */
  static async start(owned: AsyncDisposableStack, port: number, seed: number): Promise<DatagramRelay> {
    const relay = owned.use(new DatagramRelay(port, seed));
    relay.#server = await RawServer.start(owned, (socket) => relay.#take(socket));
    return relay;
  }

  /** `host:port` */
  get address(): string {
    return this.#server?.address ?? '';
  }

  roughen(roughness: Roughness): void {
    this.#roughness = roughness;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const ports of this.#ports) ports[Symbol.dispose]();
  }

  #take(near: net.Socket): void {
    const far = net.connect(this.#port, '127.0.0.1');
    far.on('error', () => {});
    far.on('data', (chunk) => near.writable && near.write(chunk));
    far.once('close', () => near.destroy());
    near.once('close', () => far.destroy());
    let work = Promise.resolve();
    // One after the other: a request that asks for ports waits for those of the relay.
    near.on('data', (chunk) => {
      work = work.then(async () => {
        const text = await this.#withOwnPorts(chunk.toString('latin1'), near);
        if (far.writable) far.write(text, 'latin1');
      });
    });
  }

  async #withOwnPorts(request: string, near: net.Socket): Promise<string> {
    const [offer, first] = /client_port=(\d+)-\d+/.exec(request) ?? [];
    if (offer === undefined) return request;
    const ports = await UdpPortPair.open('127.0.0.1');
    this.#ports.add(ports);
    near.once('close', () => {
      this.#ports.delete(ports);
      ports[Symbol.dispose]();
    });
    const port = Number(first);
    let freeAt = 0;
    ports.rtp.on('message', (packet) => {
      const { lost = 0, late = 0, jitter = 0 } = this.#roughness;
      if (this.#random(1_000) < lost) return;
      // None overtakes another: the network queues.
      const now = performance.now();
      freeAt = Math.max(freeAt, now + this.#random(jitter + 1));
      const wait = this.#random(1_000) < late ? lateMilliseconds : jitter === 0 ? 0 : freeAt - now;
      this.#later(wait, () => this.#pass(ports.rtp, packet, port));
    });
    ports.rtcp.on('message', (packet) => this.#pass(ports.rtcp, packet, port + 1));
    const own = ports.rtp.address().port;
    return request.replace(offer, `client_port=${own}-${own + 1}`);
  }

  #pass(socket: Socket, packet: Buffer, port: number): void {
    const isOpen = [...this.#ports].some(({ rtp, rtcp }) => rtp === socket || rtcp === socket);
    if (isOpen) socket.send(packet, port, '127.0.0.1');
  }

  #later(milliseconds: number, work: () => void): void {
    if (milliseconds <= 0) {
      work();
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, milliseconds);
    this.#timers.add(timer);
  }
}
