import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import type { MediaPorts } from '../contract/media-network.ts';
import { type IceServer, IceServerError, type ServerRoute } from './ice-server.ts';
import { openMediaSocket } from './media-socket.ts';

/** Of a stream; what comes beyond it is dropped, as a full network card does. */
const maximumWaitingBytes = 256 * 1024;
/** A TURN message has a length of 16 bits. */
const maximumMessageBytes = 20 + 0xffff;
const headerBytes = 4;
const stunHeaderBytes = 20;

/** The way of messages to one TURN server and back: a UDP socket, a TCP or a TLS connection. */
export interface TurnConnection {
  /** UDP port of this computer; null where it is a stream. */
  readonly localPort: number | null;
  readonly isStream: boolean;
  /** Datagrams that wait for the network card. */
  readonly waiting: number;
  /** Whole STUN messages and ChannelData, as they come. */
  onMessage: (message: Buffer) => void;
  /** Sends one message, given in parts. Lost when the connection is full or gone. */
  send(parts: readonly Buffer[]): void;
  close(): Promise<void>;
}

/** @throws IceServerError; GatehouseError port-in-use; the signal's reason */
export async function connectTurn(
  server: IceServer,
  route: ServerRoute,
  ports: MediaPorts | null,
  signal: AbortSignal,
): Promise<TurnConnection> {
  return server.transport === 'udp'
    ? await openDatagrams(server, route, ports)
    : await openStream(server, route, signal);
}

async function openDatagrams(
  { port }: IceServer,
  { remote, local }: ServerRoute,
  ports: MediaPorts | null,
): Promise<TurnConnection> {
  const socket = await openMediaSocket(local, ports);
  const connection: TurnConnection = {
    localPort: socket.address().port,
    isStream: false,
    get waiting() {
      return socket.getSendQueueCount();
    },
    onMessage: () => {},
    send: (parts) => socket.send(parts as Buffer[], port, remote),
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
  socket.on('message', (message, from) => {
    if (from.port === port && from.address === remote) connection.onMessage(message);
  });
  return connection;
}

async function openStream(
  { host, port, transport }: IceServer,
  { remote, local }: ServerRoute,
  signal: AbortSignal,
): Promise<TurnConnection> {
  const socket = net.connect({ host: remote, port, localAddress: local, noDelay: true, signal });
  // Its end is noticed by those who get no answers any more.
  socket.on('error', () => {});
  let stream: net.Socket = socket;
  try {
    await once(socket, 'connect', { signal });
    if (transport === 'tls') {
      const servername = net.isIP(host) === 0 ? host : undefined;
      const secure = tls.connect({ socket, host, ...(servername === undefined ? {} : { servername }) });
      secure.on('error', () => {});
      stream = secure;
      await once(secure, 'secureConnect', { signal });
    }
  } catch (error) {
    stream.destroy();
    socket.destroy();
    throw IceServerError.from(error);
  }
  const connection: TurnConnection = {
    localPort: null,
    isStream: true,
    waiting: 0,
    onMessage: () => {},
    send: (parts) => {
      if (!stream.writable || stream.writableLength > maximumWaitingBytes) return;
      const message = Buffer.concat(parts);
      const padding = -message.length & 3;
      // Only ChannelData has a length that is no multiple of four (RFC 8656 section 12.5).
      stream.write(padding === 0 ? message : Buffer.concat([message, Buffer.alloc(padding)]));
    },
    close: async () => {
      if (stream.closed) return;
      const closed = once(stream, 'close');
      stream.destroySoon();
      await closed;
    },
  };
  let rest: Buffer = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    const { messages, rest: left } = splitMessages(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
    rest = left;
    for (const message of messages) connection.onMessage(message);
    if (rest.length > maximumMessageBytes + 3) stream.destroy();
  });
  return connection;
}

/**
 * Cuts a stream into messages (RFC 8656 sections 3.1 and 12.5), without their padding.
 * @returns what is whole, and what has only begun
 */
export function splitMessages(bytes: Buffer): { messages: Buffer[]; rest: Buffer } {
  const messages: Buffer[] = [];
  let offset = 0;
  while (offset + headerBytes <= bytes.length) {
    const isChannelData = ((bytes[offset] ?? 0) & 0xc0) === 0x40;
    const length = bytes.readUInt16BE(offset + 2) + (isChannelData ? headerBytes : stunHeaderBytes);
    const end = offset + ((length + 3) & ~3);
    if (end > bytes.length) break;
    messages.push(bytes.subarray(offset, offset + length));
    offset = end;
  }
  return { messages, rest: bytes.subarray(offset) };
}
