import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

/** An interface with an address and a default route: WebRTC gathers candidates only where it could reach something. */
const network = [
  'ip link set lo up',
  'ip link add lan type veth peer name far',
  'ip address add 10.77.0.2/24 dev lan',
  'ip link set lan up',
  'ip link set far up',
  'ip route add default via 10.77.0.1',
];

/** Root may make a network namespace at once; others need a user namespace, which not every system allows. */
const unshare = process.getuid?.() === 0 ? ['--net'] : ['--net', '--user', '--map-root-user'];

/** Whether this system lets us (Debian's iproute2 and util-linux). */
export function canMakeNamespace(): boolean {
  try {
    execFileSync('unshare', [...unshare, 'sh', '-c', network.join(' && ')], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Runs a TypeScript file in a network of its own, which ends with it. @returns the JSON that it printed */
export async function runInNamespace(script: string, ...parameters: readonly string[]): Promise<unknown> {
  const command = [...network, 'exec "$0" "$@"'].join(' && ');
  const { stdout } = await promisify(execFile)('unshare', [
    ...unshare,
    'sh',
    '-c',
    command,
    process.execPath,
    script,
    ...parameters,
  ]);
  return JSON.parse(stdout);
}
