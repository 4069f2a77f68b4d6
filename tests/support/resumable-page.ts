import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { vi } from 'vitest';
import { WebSocket } from 'ws';
import { ResumableSocket } from '../../renderer/link/resumable-socket.ts';
import { type ApiClient, type HostDoor, originOf } from './api-harness.ts';

/** A page's link, with the page's own code, over sockets that a test can lose. */
export interface ResumablePage {
  readonly client: ApiClient;
  readonly socket: ResumableSocket;
  /** Ends the socket of now without a goodbye; what is on its way is lost. Resolves when another one carries the link. */
  drop(): Promise<void>;
  /** How many sockets there have been. */
  readonly sockets: number;
}

/** @param cookie asked at each connection */
export async function openResumablePage(
  host: HostDoor,
  owned: AsyncDisposableStack,
  cookie: () => string,
): Promise<ResumablePage> {
  const sockets: WebSocket[] = [];
  // What a browser adds by itself.
  class BrowserSocket extends WebSocket {
    constructor(address: URL, protocol: string) {
      super(address, protocol, { headers: { cookie: cookie() }, origin: originOf(host) });
      this.on('error', () => {});
      sockets.push(this);
    }
  }
  vi.stubGlobal('WebSocket', BrowserSocket);
  owned.defer(() => void vi.unstubAllGlobals());
  const socket = new ResumableSocket(
    new URL(`ws://127.0.0.1:${host.port}/api`),
    async () => (await fetch(`${originOf(host)}/session`, { headers: { cookie: cookie() } })).status !== 401,
  );
  owned.defer(async () => {
    socket.close();
    await Promise.all(
      sockets.map(async (each) => {
        if (each.readyState === WebSocket.CLOSED) return;
        await new Promise((resolve) => each.once('close', resolve));
      }),
    );
  });
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  const client: ApiClient = createORPCClient(
    new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }),
  );
  return {
    client,
    socket,
    async drop() {
      const resumed = new Promise<void>((resolve) => {
        socket.addEventListener('resumed', () => resolve(), { once: true });
        socket.addEventListener('close', () => resolve(), { once: true });
      });
      sockets.at(-1)?.terminate();
      await resumed;
    },
    get sockets() {
      return sockets.length;
    },
  };
}
