import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { EngineClient } from './engine-client.ts';
import { hearShell, tellShell } from './shell.ts';
import type { Connection, Transport } from './transport.ts';

const portMilliseconds = 5_000;

/** The desktop window's way to the engine: a MessagePort that the shell hands over on request. */
export class DesktopTransport implements Transport {
  async connect(): Promise<Connection> {
    const port = await requestPort();
    // Before `closed`: at the end, pending calls are rejected first and whoever waits for the end hears of it then.
    const client: EngineClient = createORPCClient(new RPCLink({ port }));
    const closed = new Promise<void>((resolve) => {
      port.addEventListener('close', () => resolve(), { once: true });
    });
    const close = () => {
      port.close();
      // A port that is closed from this side says nothing to this side.
      port.dispatchEvent(new Event('close'));
    };
    // The other end of a port can die with the engine's process: the shell tells of it.
    const ended = new AbortController();
    hearShell((message) => {
      if (message.type === 'engine' && message.state.name !== 'running') close();
    }, ended.signal);
    void closed.then(() => ended.abort());
    port.start();
    return { client, closed, close };
  }
}

/** Resolves as soon as there is an engine. @throws Error when there is none for five seconds */
async function requestPort(): Promise<MessagePort> {
  const stop = new AbortController();
  try {
    return await new Promise((resolve, reject) => {
      hearShell((message, port) => {
        if (message.type === 'engine-port' && port !== undefined) resolve(port);
      }, stop.signal);
      const timeout = AbortSignal.any([stop.signal, AbortSignal.timeout(portMilliseconds)]);
      timeout.addEventListener('abort', () => reject(new Error('The engine does not answer.')), {
        once: true,
      });
      tellShell({ type: 'want-port' });
    });
  } finally {
    stop.abort();
  }
}
