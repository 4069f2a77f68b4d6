import { openEarlyViewer } from '../playback/early-viewer.ts';
import { DesktopTransport } from './desktop-transport.ts';
import type { Connection, Transport } from './transport.ts';
import { takeToken, WebTransport } from './web-transport.ts';

/** This page's way to the engine. The first connection and its viewer are asked for at once, while the page is still being set up. */
class EarlyTransport implements Transport {
  readonly #transport: Transport;
  #first: Promise<Connection> | null;

  constructor(transport: Transport) {
    this.#transport = transport;
    const connecting = transport.connect();
    const viewer = openEarlyViewer(connecting.then(({ client }) => client));
    this.#first = Promise.all([connecting, viewer]).then(([connection, viewer]) => ({
      ...connection,
      viewer,
    }));
    // Whoever takes it hears of it.
    this.#first.catch(() => {});
  }

  connect(): Promise<Connection> {
    const first = this.#first;
    this.#first = null;
    return first ?? this.#transport.connect();
  }
}

export const transport: Transport = new EarlyTransport(
  window.gatehouse?.desktop ? new DesktopTransport() : new WebTransport(takeToken()),
);
