import { RPCLink } from '@orpc/client/message-port';
import type { Connection, Transport } from './transport.ts';

const portMilliseconds = 5_000;

declare global {
  interface Window {
    /** Put there by the preload script of the desktop window. */
    readonly gatehouse?: { readonly desktop: true };
  }
}

/** The desktop window's way to the engine: a MessagePort that the preload script hands over on request. */
export class DesktopTransport implements Transport {
  async connect(): Promise<Connection> {
    const port = await requestPort();
    // Before `closed`: at the end, pending calls are rejected first and whoever waits for the end hears of it then.
    const link = new RPCLink({ port });
    const closed = new Promise<void>((resolve) => {
      port.addEventListener('close', () => resolve(), { once: true });
    });
    const close = () => {
      port.close();
      // A port that is closed from this side says nothing to this side.
      port.dispatchEvent(new Event('close'));
    };
    // The other end of a port can die with the engine's process: the preload script tells of it.
    const onMessage = (event: MessageEvent) => {
      if (event.source === window && event.data === 'gatehouse:engine-restarted') close();
    };
    window.addEventListener('message', onMessage);
    void closed.then(() => window.removeEventListener('message', onMessage));
    port.start();
    return { link, closed, close };
  }
}

function requestPort(): Promise<MessagePort> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timeout);
      window.removeEventListener('message', onMessage);
    };
    const onMessage = (event: MessageEvent) => {
      const [port] = event.ports;
      if (event.source !== window || event.data !== 'gatehouse:engine-port' || port === undefined) return;
      stop();
      resolve(port);
    };
    const timeout = setTimeout(() => {
      stop();
      reject(new Error('The engine does not answer.'));
    }, portMilliseconds);
    window.addEventListener('message', onMessage);
    window.postMessage('gatehouse:want-port', location.origin);
  });
}
