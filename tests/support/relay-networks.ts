import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { createInterface } from 'node:readline';

/** Of the TURN server, in the network in the middle. */
export const turnAddress = '10.99.0.1';
/** Where it takes packets for those who use it. */
export const relayAddress = '10.99.0.2';
export const turnSecret = 'shared-between-two';

function ip(...words: string[]): void {
  execFileSync('ip', words);
}

/**
 * Two networks that reach the one in the middle and nothing of each other: nothing is forwarded there. To be used inside a network
 * namespace of a test's own.
 */
export class RelayNetworks implements AsyncDisposable {
  readonly #holders = new Map<string, ChildProcess>();

  /** @param names of the networks, such as `engine`; at most ten letters */
  static async open(names: readonly string[]): Promise<RelayNetworks> {
    const networks = new RelayNetworks();
    for (const address of [turnAddress, relayAddress]) ip('address', 'add', `${address}/32`, 'dev', 'lo');
    for (const [index, name] of names.entries()) {
      // Holds the namespace, until its input ends.
      const holder = spawn('unshare', ['--net', 'sh', '-c', 'echo; exec cat'], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      networks.#holders.set(name, holder);
      await once(createInterface({ input: holder.stdout }), 'line');
      const [near, far] = [`10.78.${index}.1`, `10.78.${index}.2`];
      ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'lan0', 'netns', String(holder.pid));
      ip('address', 'add', `${near}/24`, 'dev', name);
      ip('link', 'set', name, 'up');
      networks.ip(name, 'link', 'set', 'lo', 'up');
      networks.ip(name, 'address', 'add', `${far}/24`, 'dev', 'lan0');
      networks.ip(name, 'link', 'set', 'lan0', 'up');
      networks.ip(name, 'route', 'add', 'default', 'via', near);
    }
    return networks;
  }

  /** Runs `ip` in a network. */
  ip(name: string, ...words: string[]): void {
    const [command = '', ...before] = this.within(name);
    execFileSync(command, [...before, 'ip', ...words]);
  }

  /** What has to stand before a command that is to run in a network. */
  within(name: string): string[] {
    return ['nsenter', '--net', '--target', String(this.#holders.get(name)?.pid)];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const holder of this.#holders.values()) {
      const ended = once(holder, 'exit');
      holder.stdin?.end();
      await ended;
    }
  }
}

/** coturn (Debian's package) on the addresses in the middle, over UDP and TCP. */
export async function startTurnServer(...more: readonly string[]): Promise<AsyncDisposable> {
  const server = spawn(
    'turnserver',
    [
      ...['-n', '--no-tls', '--no-dtls', '--no-cli', '--log-file=stdout', '--pidfile=', '--realm=site'],
      ...[`--listening-ip=${turnAddress}`, `--relay-ip=${relayAddress}`, '--relay-threads=1'],
      ...more,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], cwd: '/tmp' },
  );
  const ended = once(server, 'exit');
  while (!(await accepts(turnAddress, 3478))) {
    if (server.exitCode !== null) throw new Error(`turnserver ended with ${server.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    [Symbol.asyncDispose]: async () => {
      server.kill('SIGKILL');
      await ended;
    },
  };
}

async function accepts(host: string, port: number): Promise<boolean> {
  const socket = net.connect({ host, port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
