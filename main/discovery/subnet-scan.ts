import net from 'node:net';
import { ipv4Number, ipv4Text, isLoopback, isPrivate } from './ipv4.ts';
import type { LocalNetwork } from './local-network.ts';

const rtspPorts: readonly number[] = [554, 8_554];
const webPorts: readonly number[] = [80, 8_000];
/** The largest network that is searched whole, in bits; of a larger one, the part of this size that we are in. */
const largestPrefix = 22;
const maximumAtOnce = 64;
/** Connections that are begun every `paceMilliseconds`: 250 a second. */
const burst = 5;
const paceMilliseconds = 20;
/** A camera on the same network answers within a few milliseconds; one on Wi-Fi that sleeps, within a few hundred. */
const connectMilliseconds = 500;

export interface OpenPort {
  readonly address: string;
  readonly port: number;
  readonly kind: 'rtsp' | 'web';
}

export interface ScanOptions {
  readonly networks: readonly LocalNetwork[];
  readonly signal: AbortSignal;
  readonly onOpen: (open: OpenPort) => void;
  /** In connections tried; called for each. */
  readonly onProgress: (tried: number, total: number) => void;
  /** For tests: other ports. */
  readonly ports?: { readonly rtsp: readonly number[]; readonly web: readonly number[] };
}

/**
 * The addresses that are searched: of private networks (and loopback, where that is all), at most 1,022 of each, without our
 * own, each once.
 */
export function scannedAddresses(networks: readonly LocalNetwork[]): string[] {
  const own = new Set(networks.map(({ address }) => address));
  const addresses = new Set<string>();
  for (const { address, prefix } of networks) {
    const number = ipv4Number(address);
    if (number === undefined || !(isPrivate(address) || isLoopback(address))) continue;
    const size = 2 ** (32 - Math.max(prefix, largestPrefix));
    const first = number - (number % size);
    // Two addresses alone have neither a network's own address nor one for broadcasts (RFC 3021).
    const edge = size > 2 ? 1 : 0;
    for (let next = first + edge; next < first + size - edge; next++) addresses.add(ipv4Text(next));
  }
  return [...addresses].filter((address) => !own.has(address));
}

/**
 * Tries to connect to the RTSP and web ports of all addresses of the networks: at most 64 at once and 250 a second. Sends
 * nothing. Ends early when the signal is aborted; never rejects.
 * @returns how many addresses there were to try
 */
export async function scanSubnets(options: ScanOptions): Promise<number> {
  const { networks, signal, onOpen, onProgress, ports = { rtsp: rtspPorts, web: webPorts } } = options;
  const addresses = scannedAddresses(networks);
  const targets: OpenPort[] = addresses.flatMap((address) => [
    ...ports.rtsp.map((port) => ({ address, port, kind: 'rtsp' as const })),
    ...ports.web.map((port) => ({ address, port, kind: 'web' as const })),
  ]);
  if (targets.length === 0 || signal.aborted) return addresses.length;
  let next = 0;
  let tried = 0;
  const running = new Set<Promise<void>>();
  const sockets = new Set<net.Socket>();
  const { promise: done, resolve: finish } = Promise.withResolvers<void>();
  const begin = (target: OpenPort) => {
    const connecting = isOpen(target, sockets).then((open) => {
      running.delete(connecting);
      if (signal.aborted) return;
      if (open) onOpen(target);
      onProgress(++tried, targets.length);
      if (tried === targets.length) finish();
    });
    running.add(connecting);
  };
  const pace = setInterval(() => {
    for (let begun = 0; begun < burst && running.size < maximumAtOnce; begun++) {
      const target = targets[next];
      if (target === undefined) return;
      next++;
      begin(target);
    }
  }, paceMilliseconds);
  signal.addEventListener('abort', () => finish(), { once: true });
  await done;
  clearInterval(pace);
  for (const socket of sockets) socket.destroy();
  await Promise.all(running);
  return addresses.length;
}

/** @param sockets holds the socket while it is open, for who wants to end it */
async function isOpen({ address, port }: OpenPort, sockets: Set<net.Socket>): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = net.connect({ host: address, port });
    sockets.add(socket);
    let open = false;
    socket.setTimeout(connectMilliseconds, () => socket.destroy());
    socket.once('connect', () => {
      open = true;
      socket.destroy();
    });
    // Nobody there, or nobody who wants to talk: closed next.
    socket.once('error', () => {});
    socket.once('close', () => {
      sockets.delete(socket);
      resolve(open);
    });
  });
}
