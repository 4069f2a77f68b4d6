import { fetchDescription, parseDescription } from './device-description.ts';
import { urlHost, withoutZone } from './ipv6.ts';
import { MulticastGroup } from './multicast-group.ts';
import type { Search, SearchOptions } from './search.ts';
import type { Sighting } from './sighting.ts';
import { parseSsdp, searchMessage } from './ssdp-message.ts';

const address = '239.255.255.250';
/** UPnP Device Architecture 1.1, annex A. */
const address6 = 'ff02::c';
/** Descriptions that are fetched at a time; the others wait. */
const maximumFetches = 16;
/** Descriptions that are known, or wait to be; beyond, no more are fetched. */
const maximumKnown = 1_024;
/** Of one address: each device has one, and some have one for each network. */
const maximumPerSource = 64;

/** Looks for UPnP devices, and reads in their descriptions which of them are cameras. Each is fetched once. */
export async function openSsdp(options: SearchOptions): Promise<Search> {
  const { networks, port, admits, onSighting, onProblem } = options;
  /** By location; undefined: it is no camera's, did not come, or has not come yet. */
  const known = new Map<string, Sighting | undefined>();
  const counts = new Map<string, number>();
  const stop = new AbortController();
  const waiting: { readonly location: URL; readonly source: string }[] = [];
  const fetches = new Set<Promise<void>>();

  async function fetchNext(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined && !stop.signal.aborted; next = waiting.shift()) {
      const { location, source } = next;
      const text = await fetchDescription(location, source, stop.signal);
      const seen = text === undefined ? undefined : parseDescription(text, source);
      known.set(location.href, seen);
      if (seen !== undefined && !stop.signal.aborted) onSighting(seen);
    }
  }

  const group = await MulticastGroup.open({
    address,
    address6,
    port,
    timeToLive: 2,
    networks,
    onProblem,
    onMessage(datagram, source) {
      if (!admits(source)) return;
      const location = parseSsdp(datagram);
      // Nobody sends us to another host.
      if (location === undefined || location.hostname !== urlHost(withoutZone(source))) return;
      const seen = known.get(location.href);
      if (seen !== undefined) onSighting(seen);
      const count = counts.get(source) ?? 0;
      if (known.has(location.href) || known.size >= maximumKnown || count >= maximumPerSource) return;
      counts.set(source, count + 1);
      known.set(location.href, undefined);
      waiting.push({ location, source });
      if (fetches.size >= maximumFetches) return;
      const fetching = fetchNext().finally(() => fetches.delete(fetching));
      fetches.add(fetching);
    },
  });
  return {
    ask: () => group.ask(searchMessage(`${address}:${port}`, 1), searchMessage(`[${address6}]:${port}`, 1)),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all([group[Symbol.asyncDispose](), ...fetches]);
    },
  };
}
