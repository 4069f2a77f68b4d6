import { loadSlotCount } from '../playback/slot-memory.ts';
import { ViewerConnection } from '../playback/viewer-connection.ts';
import { DesktopTransport } from './desktop-transport.ts';
import type { EngineClient } from './engine-client.ts';
import type { Connection, Transport } from './transport.ts';
import { takeToken, WebTransport } from './web-transport.ts';

/** This page's way to the engine. While the page is still being set up, the first connection is made, and the way of the pictures. */
class EarlyTransport implements Transport {
  readonly #transport: Transport;
  #first: Promise<Connection> | null;

  constructor(transport: Transport) {
    this.#transport = transport;
    const connecting = transport.connect();
    const client = connecting.then((connection) => connection.client);
    // A page that has not signed in has nobody who waits for it.
    client.catch(() => {});
    const viewer = openViewer(client);
    const closed = connecting.then(({ closed }) => closed);
    // Also when nobody has taken it.
    closed.catch(() => {}).finally(() => viewer?.close());
    this.#first = connecting.then((connection) => ({ ...connection, viewer }));
    // Whoever takes it hears of it.
    this.#first.catch(() => {});
  }

  connect(): Promise<Connection> {
    const first = this.#first;
    this.#first = null;
    return first ?? this.#transport.connect();
  }
}

/** @returns null in a browser that has not shown pictures before, since nobody knows how many there will be */
function openViewer(client: Promise<EngineClient>): ViewerConnection | null {
  const slots = loadSlotCount();
  if (slots === null) return null;
  try {
    return new ViewerConnection(client, slots);
  } catch {
    // Where it says so: on the wall.
    return null;
  }
}

export const transport: Transport = new EarlyTransport(
  window.gatehouse?.desktop ? new DesktopTransport() : new WebTransport(takeToken()),
);
