import dgram from 'node:dgram';
import { once } from 'node:events';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { surviveDatagramErrors } from '../base/operating-system.ts';
import type { MediaPorts } from '../contract/media-network.ts';

/** Of a bind: this port is not to be had, another one may be. Windows keeps ranges of ports for itself (EACCES). */
const takenCodes = new Set(['EADDRINUSE', 'EACCES']);

/**
 * A UDP socket on one address of this computer, with a port of the range. werift's own would bind to all addresses, and end
 * the process when somebody else takes the port that it has just found free.
 * @throws GatehouseError port-in-use when the whole range is taken
 * @throws Error EADDRNOTAVAIL when this computer has the address no more
 */
export async function openMediaSocket(address: string, ports: MediaPorts | null): Promise<dgram.Socket> {
  if (ports === null) return await bind(address, 0);
  const { first, last } = ports;
  const count = last - first + 1;
  // Anywhere in the range: a port that was let go a moment ago still gets what was meant for its last window.
  const start = Math.floor(Math.random() * count);
  for (let tried = 0; tried < count; tried++) {
    try {
      return await bind(address, first + ((start + tried) % count));
    } catch (error) {
      if (!takenCodes.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  throw new GatehouseError(
    'port-in-use',
    `No UDP port from ${first} to ${last} is free for pictures on ${address}. Close windows that are not needed, or choose more or other ports in the settings.`,
  );
}

/** In place of the resolver: whom it is sent to is always an address, and Node would take a turn of its queue for each datagram. */
const takeAddress: NonNullable<dgram.SocketOptions['lookup']> = (address, _options, callback) => {
  callback(null, address, 4);
};

async function bind(address: string, port: number): Promise<dgram.Socket> {
  const socket = dgram.createSocket({ type: 'udp4', lookup: takeAddress });
  try {
    const listening = once(socket, 'listening');
    socket.bind({ address, port, exclusive: true });
    await listening;
  } catch (error) {
    socket.close();
    throw error;
  }
  surviveDatagramErrors(socket);
  return socket;
}
