import { execFile, execFileSync } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const script = path.resolve(import.meta.dirname, '../support/namespace-discovery.ts');
/** Two ends of a cable; duplicate address detection would take a second. */
const network = [
  'ip link set lo up',
  'ip link add lan type veth peer name far',
  'for end in lan far; do echo 0 >"/proc/sys/net/ipv6/conf/$end/accept_dad"; ip link set "$end" up; done',
];

/** Root may make a network namespace at once; others need a user namespace, which not every system allows. */
const unshare = process.getuid?.() === 0 ? ['--net'] : ['--net', '--user', '--map-root-user'];
function canMakeNamespace(): boolean {
  try {
    const command = [...network, 'ip -6 address show dev far scope link | grep -q fe80'].join(' && ');
    execFileSync('unshare', [...unshare, 'sh', '-c', command], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test.skipIf(!canMakeNamespace())(
  'cameras that have only IPv6 are found over all three protocols and played, in a network of the test’s own (needs iproute2 and unshare)',
  async () => {
    const command = [...network, 'exec "$0" "$1"'].join(' && ');
    const { stdout } = await promisify(execFile)('unshare', [
      ...[...unshare, 'sh', '-c', command],
      ...[process.execPath, script],
    ]);
    const { near, far, devices, networks, problems, mainUrl, requested } = JSON.parse(stdout) as Record<
      string,
      unknown
    >;
    const at = `${far}%lan`;
    expect(problems).toEqual([]);
    expect(networks).toEqual([{ name: 'lan', address: `${near}%lan` }]);
    expect(devices).toEqual(
      expect.arrayContaining([
        { name: 'By ONVIF', at, how: ['onvif'], isOnNetwork: true },
        { name: 'By Bonjour', at, how: ['mdns'], isOnNetwork: true },
        { name: 'By UPnP', at, how: ['ssdp'], isOnNetwork: true },
      ]),
    );
    expect(mainUrl).toMatch(`rtsp://[${at}]:8554/`);
    // What the zone is called here is nothing to a camera.
    expect(requested).toMatch(`rtsp://[${far}]:`);
  },
);
