import type dgram from 'node:dgram';
import type { DatagramGuard } from './datagram-guard.ts';
import type { TurnAllocation } from './turn-allocation.ts';

type Address = readonly [host: string, port: number];

/** What werift's STUN needs of a transport, with a guard in front of it. */
export interface IceTransport {
  readonly type: 'udp' | 'relay';
  readonly addressFamily: 4;
  /** UDP port of this computer; null where there is none. */
  readonly localPort: number | null;
  /** Datagrams that wait for the network card. */
  readonly waiting: number;
  readonly closed: boolean;
  onData: (datagram: Buffer, from: [string, number]) => void;
  /** No more checks; media and its RTCP go on. */
  retire(): void;
  /** Whether something that was sent may still be read where it lies. */
  readonly holdsDatagrams: boolean;
  /** Sends one datagram, without a promise. Lost when the transport is closed. */
  sendMedia(datagram: Buffer, to: Address): void;
  send(datagram: Buffer, to: Address): Promise<void>;
  close(): Promise<void>;
}

/** A socket of this computer. */
export class SocketTransport implements IceTransport {
  readonly type = 'udp';
  readonly addressFamily = 4;
  onData: (datagram: Buffer, from: [string, number]) => void = () => {};
  /** For whoever sizes its buffers. */
  readonly socket: dgram.Socket;
  readonly #guard: DatagramGuard;
  #closing: Promise<void> | undefined;

  constructor(socket: dgram.Socket, guard: DatagramGuard) {
    this.socket = socket;
    this.#guard = guard;
    socket.on('message', (datagram, { address, port }) => {
      if (guard.lets(datagram, address, port)) this.onData(datagram, [address, port]);
    });
  }

  get localPort(): number {
    return this.socket.address().port;
  }

  get waiting(): number {
    return this.closed ? 0 : this.socket.getSendQueueCount();
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  retire(): void {
    this.#guard.retire();
  }

  /** Node sends at once, or the datagram waits. */
  get holdsDatagrams(): boolean {
    return this.waiting > 0;
  }

  sendMedia(datagram: Buffer, to: Address): void {
    if (!this.closed) this.socket.send(datagram, to[1], to[0]);
  }

  async send(datagram: Buffer, to: Address): Promise<void> {
    this.sendMedia(datagram, to);
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => this.socket.close(resolve));
    return this.#closing;
  }
}

/** An address on a TURN server. */
export class RelayTransport implements IceTransport {
  readonly type = 'relay';
  readonly addressFamily = 4;
  /** Until there is a channel, and over TCP. */
  readonly holdsDatagrams = true;
  onData: (datagram: Buffer, from: [string, number]) => void = () => {};
  readonly #allocation: TurnAllocation;
  readonly #guard: DatagramGuard;

  constructor(allocation: TurnAllocation, guard: DatagramGuard) {
    this.#allocation = allocation;
    this.#guard = guard;
    allocation.onData = (datagram, [address, port]) => {
      if (guard.lets(datagram, address, port)) this.onData(datagram, [address, port]);
    };
  }

  get localPort(): number | null {
    return this.#allocation.localPort;
  }

  get waiting(): number {
    return this.#allocation.waiting;
  }

  get closed(): boolean {
    return this.#allocation.closed;
  }

  retire(): void {
    this.#guard.retire();
  }

  sendMedia(datagram: Buffer, to: Address): void {
    this.#allocation.send([datagram], to);
  }

  async send(datagram: Buffer, to: Address): Promise<void> {
    this.sendMedia(datagram, to);
  }

  async close(): Promise<void> {
    await this.#allocation[Symbol.asyncDispose]();
  }
}
