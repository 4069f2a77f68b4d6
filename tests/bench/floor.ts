import { createCipheriv, createSecretKey, randomBytes } from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { quantile } from './statistics.ts';

const packets = 6_000;
const rounds = 9;

/**
 * What sending one packet costs at least in Node: AES-128-GCM with a KeyObject and one datagram of 1,200 bytes.
 * @param port of a socket of another process, so that receiving costs nothing here
 * @returns CPU microseconds a packet, median of the rounds
 */
export async function measureFloor(port: number): Promise<number> {
  const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const key = createSecretKey(randomBytes(16));
  const vector = randomBytes(12);
  const header = randomBytes(20);
  const payload = randomBytes(1164);
  const costs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < packets; i++) {
      vector.writeUInt32BE(i, 8);
      const cipher = createCipheriv('aes-128-gcm', key, vector);
      cipher.setAAD(header);
      const body = cipher.update(payload);
      cipher.final();
      socket.send([header, body, cipher.getAuthTag()], port, '127.0.0.1');
      // A turn for every few packets, as between the frames of real cameras.
      if (i % 32 === 31) await turn();
    }
    const { user, system } = process.cpuUsage(before);
    costs.push((user + system) / packets);
  }
  socket.close();
  return quantile(costs, 0.5);
}
