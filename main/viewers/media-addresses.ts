import os from 'node:os';
import type { MediaInterface, MediaNetwork, MediaPorts } from '../contract/media-network.ts';

/** Where media may leave now. */
export interface MediaWay {
  /** IPv4 addresses of this computer, each at most once. */
  readonly addresses: readonly string[];
  readonly ports: MediaPorts | null;
}

const loopback = '127.0.0.1';
/** Tunnels and the networks of virtual machines: who watches over one of them chooses it in the settings. */
const special =
  /^(?:ipsec|tun|utun|tap|vmnet|vboxnet|veth|virbr|docker|br-|wg|zt|tailscale|vEthernet \((?:WSL|Default Switch))/i;

/** In the order of their names. IPv4 only; link-local addresses reach nobody who would be told of them. */
export function mediaInterfaces(): MediaInterface[] {
  return Object.entries(os.networkInterfaces())
    .map(([name, all = []]) => ({
      name,
      addresses: all
        .filter(
          ({ family, internal, address }) =>
            family === 'IPv4' && !internal && !address.startsWith('169.254.'),
        )
        .map(({ address }) => address),
      isUsual: !special.test(name),
    }))
    .filter(({ addresses }) => addresses.length > 0)
    .sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * Where media may leave now: over the addresses of the interfaces that were chosen, and always loopback, over which the
 * browsers of this machine connect, the desktop window first of all.
 */
export function mediaWay({ interfaces, ports }: MediaNetwork): MediaWay {
  const chosen = mediaInterfaces().filter(({ name, isUsual }) =>
    interfaces === null ? isUsual : interfaces.includes(name),
  );
  const addresses = new Set([loopback, ...chosen.flatMap((each) => each.addresses)]);
  return { addresses: [...addresses], ports };
}
