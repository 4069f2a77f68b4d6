import { setTimeout as delay } from 'node:timers/promises';
import { classes, Message, methods, parseMessage } from 'werift';
import { type IceServer, IceServerError, routeTo } from './ice-server.ts';
import type { MediaWay } from './media-addresses.ts';
import { openMediaSocket } from './media-socket.ts';

const repetitionMilliseconds = 300;

/**
 * How a STUN server sees a socket of this computer (RFC 8489): an address and a port.
 * @throws IceServerError; GatehouseError port-in-use
 */
export async function askReflexive(server: IceServer, way: MediaWay, signal: AbortSignal): Promise<string> {
  const { remote, local } = await routeTo(server, way);
  const socket = await openMediaSocket(local, way.ports);
  const request = new Message(methods.BINDING, classes.REQUEST);
  const answered = new AbortController();
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.on('message', (datagram, { address }) => {
    const answer = parseMessage(datagram);
    if (address !== remote || answer?.transactionIdHex !== request.transactionIdHex) return;
    if (answer.messageClass === classes.RESPONSE)
      resolve(answer.getAttributeValue('XOR-MAPPED-ADDRESS').join(':'));
  });
  const repeat = async (): Promise<never> => {
    const ended = AbortSignal.any([signal, answered.signal]);
    try {
      for (;;) {
        socket.send(request.bytes, server.port, remote);
        await delay(repetitionMilliseconds, undefined, { signal: ended });
      }
    } catch (error) {
      throw IceServerError.from(error);
    }
  };
  try {
    return await Promise.race([promise, repeat()]);
  } finally {
    answered.abort();
    socket.close();
  }
}
