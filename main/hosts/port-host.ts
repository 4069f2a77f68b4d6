import { RPCHandler } from '@orpc/server/message-port';
import type { Callers } from '../access/callers.ts';
import type { ApiRouter } from '../api/router.ts';
import type { ApiContext } from '../api/services.ts';

/** A MessagePort of Node or Electron's MessagePortMain: both are event emitters with the same three methods. */
export interface ServedPort {
  on(event: 'close', listener: () => void): unknown;
  postMessage(message: unknown): void;
  start?(): void;
  close(): void;
}

export interface PortHost extends AsyncDisposable {
  /** Resolves when the port has closed, whichever end closed it. */
  readonly closed: Promise<void>;
}

/** Serves the API to the window that holds the other end: as this station, until somebody signs in there. When either end closes, its subscriptions are aborted. */
export function servePort(port: ServedPort, router: ApiRouter, callers: Callers): PortHost {
  const handler = new RPCHandler<ApiContext>(router);
  const caller = callers.open({ kind: 'station' });
  const closed = new Promise<void>((resolve) => {
    port.on('close', () => {
      callers.close(caller);
      resolve();
    });
  });
  handler.upgrade(port as Parameters<typeof handler.upgrade>[0], { context: { caller } });
  port.start?.();
  return {
    closed,
    async [Symbol.asyncDispose]() {
      port.close();
      await closed;
    },
  };
}
