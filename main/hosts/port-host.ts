import { RPCHandler } from '@orpc/server/message-port';
import type { Principal } from '../access/principal.ts';
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

/** Serves the API to whoever holds the other end. When either end closes, its subscriptions are aborted. */
export function servePort(port: ServedPort, router: ApiRouter, principal: Principal): PortHost {
  const handler = new RPCHandler<ApiContext>(router);
  const closed = new Promise<void>((resolve) => {
    port.on('close', () => resolve());
  });
  handler.upgrade(port as Parameters<typeof handler.upgrade>[0], { context: { principal } });
  port.start?.();
  return {
    closed,
    async [Symbol.asyncDispose]() {
      port.close();
      await closed;
    },
  };
}
