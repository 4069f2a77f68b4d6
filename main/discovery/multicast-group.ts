import dgram from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { surviveDatagramErrors } from '../base/operating-system.ts';
import { isLoopback } from './ipv4.ts';
import { zoneOf } from './ipv6.ts';
import type { LocalNetwork } from './local-network.ts';

export interface MulticastGroupOptions {
  readonly address: string;
  /** The same on IPv6, on one link. */
  readonly address6: string;
  readonly port: number;
  /** Routers that a question may pass, as the protocol wants it. */
  readonly timeToLive: number;
  readonly networks: readonly LocalNetwork[];
  /** @param source IPv4, or IPv6 with its zone */
  readonly onMessage: (datagram: Buffer, source: string, sourcePort: number) => void;
  /** @param words what does not work, for a person */
  readonly onProblem: (words: string) => void;
}

/**
 * The sockets of one discovery protocol. One for each network, on a random port, asks and gets the answers: a port that another
 * program owns (Windows: 3702) takes nothing from it. One more, on the protocol's own port, hears what devices say unasked.
 */
export class MulticastGroup implements AsyncDisposable {
  readonly #options: MulticastGroupOptions;
  readonly #asking: { readonly socket: dgram.Socket; readonly isIPv6: boolean }[] = [];
  readonly #all: dgram.Socket[] = [];
  readonly #isLoopback: boolean;

  private constructor(options: MulticastGroupOptions) {
    this.#options = options;
    this.#isLoopback = options.networks.every(({ address }) => isLoopback(address));
  }

  /** What cannot be opened is told as a problem, and the rest is used. */
  static async open(options: MulticastGroupOptions): Promise<MulticastGroup> {
    const group = new MulticastGroup(options);
    await Promise.all([
      ...options.networks.map((network) => group.#openAsking(network)),
      group.#openListening('udp4'),
      group.#openListening('udp6'),
    ]);
    return group;
  }

  /** Asks on every network. @param message6 what is said on IPv6, where that differs */
  ask(message: Uint8Array, message6: Uint8Array = message): void {
    const { address, address6, port } = this.#options;
    for (const { socket, isIPv6: is6 } of this.#asking) {
      // A network that has just gone: the next look at the networks sees it.
      if (is6) socket.send(message6, port, address6, () => {});
      else socket.send(message, port, address, () => {});
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#asking.length = 0;
    await Promise.all(this.#all.splice(0).map(close));
  }

  async #openAsking({ name, address }: LocalNetwork): Promise<void> {
    const is6 = isIPv6(address);
    const socket = this.#createSocket(is6 ? 'udp6' : 'udp4');
    try {
      await bind(socket, 0, address);
      // Throws where it has no effect: then nothing is asked, rather than on another network.
      socket.setMulticastInterface(is6 ? interfaceOf(address) : address);
      socket.setMulticastTTL(this.#isLoopback ? 0 : this.#options.timeToLive);
      this.#asking.push({ socket, isIPv6: is6 });
    } catch (error) {
      this.#options.onProblem(`Cameras on ${name} (${address}) cannot be asked: ${reasonOf(error)}.`);
    }
  }

  async #openListening(family: 'udp4' | 'udp6'): Promise<void> {
    const { address, address6, port, onProblem } = this.#options;
    const is6 = family === 'udp6';
    const networks = this.#options.networks.filter((network) => isIPv6(network.address) === is6);
    if (networks.length === 0) return;
    const socket = this.#createSocket(family);
    try {
      await bind(socket, port);
    } catch (error) {
      const owner = codeOf(error) === 'EADDRINUSE' ? 'another program has it to itself' : reasonOf(error);
      onProblem(
        `UDP port ${port} cannot be listened on: ${owner}. Cameras answer all the same; those that are switched on now may take 10 s to appear.`,
      );
      return;
    }
    for (const network of networks) {
      try {
        if (is6) socket.addMembership(address6, interfaceOf(network.address));
        else socket.addMembership(address, network.address);
      } catch {
        // Two addresses of one interface: it is a member already.
      }
    }
  }

  #createSocket(family: 'udp4' | 'udp6'): dgram.Socket {
    const socket = dgram.createSocket({ type: family, reuseAddr: true, ipv6Only: family === 'udp6' });
    this.#all.push(socket);
    socket.on('message', (datagram, { address, port }) => {
      // On Linux a socket hears what other programs have joined its group for, on other networks.
      if (this.#isLoopback && !isLoopback(address)) return;
      this.#options.onMessage(datagram, address, port);
    });
    surviveDatagramErrors(socket);
    return socket;
  }
}

/** As the calls for multicast want it: `::%eth0`. */
function interfaceOf(address: string): string {
  return `::%${zoneOf(address) ?? ''}`;
}

async function bind(socket: dgram.Socket, port: number, address?: string): Promise<void> {
  const listening = once(socket, 'listening');
  socket.bind({ port, ...(address === undefined ? {} : { address }) });
  await listening;
}

async function close(socket: dgram.Socket): Promise<void> {
  await new Promise<void>((resolve) => socket.close(() => resolve()));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function reasonOf(error: unknown): string {
  const words: Record<string, string> = {
    EACCES: 'the system does not allow it (a firewall?)',
    EPERM: 'the system does not allow it (a firewall?)',
    EADDRNOTAVAIL: 'the address is gone',
    ENETUNREACH: 'the network is gone',
    ENODEV: 'the network is gone',
  };
  return words[codeOf(error)] ?? (error instanceof Error ? error.message : String(error));
}
