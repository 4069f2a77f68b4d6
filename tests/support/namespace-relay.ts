import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { IceServerCheck, IceServerInput } from '../../main/contract/ice-server.ts';
import { IceServerError, readIceServerUrl } from '../../main/viewers/ice-server.ts';
import { TurnAllocation } from '../../main/viewers/turn-allocation.ts';
import { timeLimitedCredentials } from '../../main/viewers/turn-credentials.ts';
import { RelayNetworks, relayAddress, startTurnServer, turnAddress, turnSecret } from './relay-networks.ts';

/*
 * Runs inside a network namespace of a test's own, which is the one in the middle: a TURN server there, an engine in one network and
 * a Chromium in another one, which do not reach each other. Prints by which ways pictures came, as one line of JSON.
 */

/** A program that answers lines with lines. */
class Conversation implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(before: readonly string[], script: string, ...parameters: readonly string[]) {
    const [command = '', ...words] = [
      ...before,
      process.execPath,
      path.join(import.meta.dirname, script),
      ...parameters,
    ];
    this.#child = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines: Interface = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    this.#lines = lines[Symbol.asyncIterator]();
  }

  async next<Answer>(): Promise<Answer> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('a program ended before it had answered');
    return JSON.parse(value) as Answer;
  }

  async ask<Answer>(question: object): Promise<Answer> {
    this.#child.stdin?.write(`${JSON.stringify(question)}\n`);
    return await this.next<Answer>();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin?.end();
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }
}

interface Told {
  readonly url: string;
  readonly checks: readonly IceServerCheck[];
}

await using owned = new AsyncDisposableStack();
const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-relay-'));
owned.defer(() => rm(folder, { recursive: true, force: true }));
const networks = owned.use(await RelayNetworks.open(['engine', 'window']));
owned.use(await startTurnServer('--use-auth-secret', `--static-auth-secret=${turnSecret}`));
const door = path.join(folder, 'door');
const engine = owned.use(new Conversation(networks.within('engine'), 'relay-engine.ts', door));
const { url } = await engine.next<Told>();
const window = owned.use(
  new Conversation(networks.within('window'), 'relay-window.ts', door, new URL(url).port),
);
const server = (options: string): IceServerInput => ({
  ...{ url: `turn:${turnAddress}:3478${options}`, login: 'shared-secret', username: '', secret: turnSecret },
});
const show = async (servers: readonly IceServerInput[], test = false) => {
  const told = await engine.ask<Told>({ servers });
  const problems = told.checks.map(({ problem }) => problem);
  return { problems, ...(await window.ask<object>({ url: told.url, test })) };
};
const windowOnly = await show([server('')]);
// Neither reaches anything but the port of the TURN server from here on.
for (const name of ['engine', 'window']) networks.ip(name, 'route', 'add', 'unreachable', relayAddress);
const both = await show([server('')]);
const bothOverTcp = await show([server('?transport=tcp')], true);
const wrong = await engine.ask<Told>({ servers: [{ ...server(''), secret: 'another' }] });
const wrongSecret = wrong.checks.map(({ problem }) => problem);
const expired = await TurnAllocation.open(
  {
    ...{ url: 'turn:', ...readIceServerUrl(`turn:${turnAddress}`) },
    credentials: timeLimitedCredentials(turnSecret, 'late', Date.now() - 1_000),
  },
  { addresses: [turnAddress], ports: null },
  AbortSignal.timeout(5_000),
).catch((error: unknown) => IceServerError.from(error).problem);
process.stdout.write(`${JSON.stringify({ windowOnly, both, bothOverTcp, wrongSecret, expired })}\n`);
