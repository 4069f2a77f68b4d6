import { createORPCClient } from '@orpc/client';
import { expect, test } from 'vitest';
import { EngineLink } from '../../../renderer/link/engine-link.svelte.ts';
import { type Connection, EngineFullError, type Transport } from '../../../renderer/link/transport.ts';
import { linkWords } from '../../../renderer/shell/link-words.ts';

const said = (link: EngineLink) => linkWords(link.state, { name: 'running' }, Date.now());

/** What the other end does. */
function scene() {
  let close = () => {};
  let tellLost: (isLost: boolean) => void = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const connection: Connection = {
    client: createORPCClient({ call: () => Promise.reject(new Error('nobody is called')) }),
    closed,
    close,
    resumption: {
      watch: (changed) => {
        tellLost = changed;
      },
      retryNow: () => {},
    },
  };
  return { connection, close, tellLost: (isLost: boolean) => tellLost(isLost) };
}

test('while the socket is being looked for what was begun goes on, and the bar says so', async () => {
  const { connection, close, tellLost } = scene();
  const link = new EngineLink({ connect: async () => connection });
  const stop = new AbortController();
  const served: AbortSignal[] = [];
  const running = link.run((_client, signal) => void served.push(signal), stop.signal);
  await expect.poll(() => link.state.name).toBe('connected');
  tellLost(true);
  expect(said(link)).toBe('Restoring the connection…');
  tellLost(false);
  expect(said(link)).toBe('Connected');
  expect(served.map(({ aborted }) => aborted)).toEqual([false]);
  stop.abort();
  close();
  await running;
  expect(served.map(({ aborted }) => aborted)).toEqual([true]);
});

test('a page that finds no room says so and when it tries again, and does so', async () => {
  const { connection, close } = scene();
  let tries = 0;
  const transport: Transport = {
    connect: async () => {
      if (tries++ === 0) throw new EngineFullError(3_000);
      return connection;
    },
  };
  const link = new EngineLink(transport);
  const stop = new AbortController();
  const running = link.run(() => {}, stop.signal);
  await expect.poll(() => link.state.name).toBe('full');
  expect(said(link)).toMatch(/^Gatehouse serves as many windows as it can, trying again in [3-6] s$/);
  link.retryNow();
  await expect.poll(() => link.state.name).toBe('connected');
  stop.abort();
  close();
  await running;
});
