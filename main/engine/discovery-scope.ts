import { type DiscoveryScope, discoveryScopes } from '../discovery/local-network.ts';

/**
 * Where the engine looks for cameras: on all networks; with demo cameras on the command line, on this computer alone. The
 * environment variable GATEHOUSE_DISCOVERY overrides it (all, loopback, none); what it cannot mean is none. Tests set it.
 */
export function discoveryScope(
  demoCameras: number,
  wanted: string | undefined = process.env.GATEHOUSE_DISCOVERY,
): DiscoveryScope {
  if (wanted === undefined || wanted === '') return demoCameras > 0 ? 'loopback' : 'all';
  return discoveryScopes.find((scope) => scope === wanted) ?? 'none';
}
