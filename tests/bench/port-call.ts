import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { createLog } from '../../main/base/log.ts';
import { startEngine } from '../../main/engine/engine.ts';
import type { ApiClient } from '../support/api-harness.ts';
import { quantile } from './statistics.ts';

const calls = 2_000;
const warmUpCalls = 500;

/** Milliseconds, medians of 2,000 one after the other. */
export interface PortFigures {
  /** A message there and back, over a port that does nothing else. */
  readonly echo: number;
  /** A call of the API over such a port: checked, handled and answered. */
  readonly call: number;
}

/** What the API adds to a message. Both in turn, call by call, so that the machine's mood meets both. */
export async function measurePort(): Promise<PortFigures> {
  await using owned = new AsyncDisposableStack();
  const dataFolder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-bench-'));
  owned.defer(() => rm(dataFolder, { recursive: true, force: true }));
  const engine = owned.use(await startEngine({ dataFolder, http: null, log: createLog('silent') }));
  const served = openChannel(owned);
  engine.servePort(served.port1);
  served.port2.start();
  const client = createORPCClient<ApiClient>(new RPCLink({ port: served.port2 }));
  const { port1, port2 } = openChannel(owned);
  port1.on('message', (message) => port1.postMessage(message));
  const echoes: number[] = [];
  const answers: number[] = [];
  for (let index = 0; index < warmUpCalls + calls; index++) {
    const [echo, call] = [await time(() => echoed(port2)), await time(() => client.cameras.list())];
    if (index < warmUpCalls) continue;
    echoes.push(echo);
    answers.push(call);
  }
  return { echo: quantile(echoes, 0.5), call: quantile(answers, 0.5) };
}

function openChannel(owned: AsyncDisposableStack): MessageChannel {
  const channel = new MessageChannel();
  owned.defer(() => channel.port2.close());
  return channel;
}

async function echoed(port: MessagePort): Promise<void> {
  const answer = once(port, 'message');
  port.postMessage({ i: '1', p: { u: '/cameras/list', b: { json: [] } } });
  await answer;
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
