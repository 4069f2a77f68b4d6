import { execFile, execFileSync } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const script = path.resolve(import.meta.dirname, '../support/namespace-window.ts');
/** An interface with an address and a default route: Chromium gathers candidates only where it could reach something. */
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
function canMakeNamespace(): boolean {
  try {
    execFileSync('unshare', [...unshare, 'sh', '-c', network.join(' && ')], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test.skipIf(!canMakeNamespace())(
  "Chromium with its default policy gets pictures inside a network of the test's own (needs iproute2 and unshare)",
  async () => {
    const command = [...network, 'exec "$0" "$1"'].join(' && ');
    const { stdout } = await promisify(execFile)('unshare', [
      ...unshare,
      'sh',
      '-c',
      command,
      process.execPath,
      script,
    ]);
    const seen = JSON.parse(stdout) as { decoded: number[]; pairs: { local: string; remote: string }[] };
    expect(seen.decoded).toHaveLength(4);
    expect(seen.pairs.length).toBeGreaterThan(0);
  },
);
