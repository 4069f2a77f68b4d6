import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import type { DiscoveryPorts } from '../../main/discovery/discovery.ts';

/*
 * Ports for tests that close one and open it again, or that must name it before anybody listens. The system gives ports to
 * whoever wants any from a range of its own (Linux from 32768 on, others from 49152 on): these lie below it, so that nobody
 * is given them meanwhile.
 */
const lowest = 20_000;
const highest = 32_000;

const anyPort = () => lowest + Math.floor(Math.random() * (highest - lowest));

/** A TCP port of 127.0.0.1 where nobody listens. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = net.createServer().listen(anyPort(), '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      continue;
    }
    const address = server.address();
    await new Promise((resolve) => server.close(resolve));
    if (typeof address === 'object' && address !== null) return address.port;
  }
}

async function freeUdpPort(): Promise<number> {
  for (;;) {
    const socket = dgram.createSocket('udp4');
    try {
      socket.bind(anyPort());
      await once(socket, 'listening');
      return socket.address().port;
    } catch {
      // Taken: another one.
    } finally {
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    }
  }
}

/** UDP ports that nobody uses: what runs beside this test, on the same loopback, neither hears nor disturbs it. */
export async function freePorts(): Promise<DiscoveryPorts> {
  const ports = new Set<number>();
  while (ports.size < 3) ports.add(await freeUdpPort());
  const [wsDiscovery = 0, mdns = 0, ssdp = 0] = ports;
  return { wsDiscovery, mdns, ssdp };
}

/**
 * A loopback address of this process alone, whose usual ports are free; Linux has them all.
 * @param which tells the addresses of one process apart
 */
export function ownLoopbackAddress(which = 0): string {
  return `127.${44 + which}.${1 + ((process.pid >> 8) & 0x7f)}.${1 + (process.pid & 0x7f)}`;
}
