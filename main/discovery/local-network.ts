import os from 'node:os';
import { isInSubnet, prefixOf } from './ipv4.ts';

/** One of this computer's addresses, and the network that it is on. IPv4. */
export interface LocalNetwork {
  /** Of the interface: `eth0`. */
  readonly name: string;
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
    addresses.flatMap(({ family, internal, address, netmask }): LocalNetwork[] => {
      const prefix = prefixOf(netmask);
      const isWanted = family === 'IPv4' && internal === (scope === 'loopback') && prefix !== undefined;
      return isWanted ? [{ name, address, prefix }] : [];
    }),
  );
}

/** Whether this computer is on the same network as the address. */
export function isOnNetwork(networks: readonly LocalNetwork[], address: string): boolean {
  return networks.some((network) => isInSubnet(address, network.address, network.prefix));
}
