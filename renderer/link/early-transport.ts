import { DesktopTransport } from './desktop-transport.ts';
import type { Connection, Transport } from './transport.ts';
import { takeToken, WebTransport } from './web-transport.ts';

/** This page's way to the engine. The first connection is asked for at once, while the page is still being set up. */
class EarlyTransport implements Transport {
  readonly #transport: Transport;
  #first: Promise<Connection> | null;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#first = transport.connect();
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
