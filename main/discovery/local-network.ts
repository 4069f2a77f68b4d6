import { isIPv6 } from 'node:net';
import os from 'node:os';
import { zoneName } from '../base/operating-system.ts';
import { isInSubnet, prefixOf } from './ipv4.ts';
import { zoneOf } from './ipv6.ts';

/** One of this computer's addresses, and the network that it is on: IPv4, or a link-local one of IPv6 with its zone. */
export interface LocalNetwork {
  /** Of the interface: `eth0`. */
  readonly name: string;
  /** `192.168.1.5`, `fe80::1%eth0` */
  readonly address: string;
  /** Bits of the network: 24 for a netmask of 255.255.255.0. */
  readonly prefix: number;
}

export const discoveryScopes = ['all', 'loopback', 'none'] as const;
/** Where cameras are looked for: on all networks, on this computer alone (demo and tests), or nowhere. */
export type DiscoveryScope = (typeof discoveryScopes)[number];

/** The networks that this computer is on now. */
export function localNetworks(
  scope: DiscoveryScope,
  read: () => ReturnType<typeof os.networkInterfaces> = os.networkInterfaces,
): LocalNetwork[] {
  if (scope === 'none') return [];
  return Object.entries(read()).flatMap(([name, addresses = []]) =>
    addresses.flatMap((own): LocalNetwork[] => {
      const { family, internal, address, netmask } = own;
      // Multicast of IPv6 does not go over loopback.
      if (family === 'IPv6' && !internal && scope === 'all' && /^fe[89ab]/i.test(address))
        return [{ name, address: `${address}%${zoneName(name, own.scopeid)}`, prefix: 64 }];
      const prefix = prefixOf(netmask);
      const isWanted = family === 'IPv4' && internal === (scope === 'loopback') && prefix !== undefined;
      return isWanted ? [{ name, address, prefix }] : [];
    }),
  );
}

/** Whether this computer is on the same network as the address. */
export function isOnNetwork(networks: readonly LocalNetwork[], address: string): boolean {
  const zone = zoneOf(address);
  return networks.some((network) =>
    isIPv6(network.address)
      ? zone !== undefined && zone === zoneOf(network.address)
      : isInSubnet(address, network.address, network.prefix),
  );
}
