import { mdnsQuery, parseMdns } from './mdns-answer.ts';
import { MulticastGroup } from './multicast-group.ts';
import type { Search, SearchOptions } from './search.ts';

const address = '224.0.0.251';
const address6 = 'ff02::fb';

/** Looks for cameras that announce themselves over multicast DNS. */
export async function openMdns(options: SearchOptions): Promise<Search> {
  const { networks, port, admits, onSighting, onProblem } = options;
  const group = await MulticastGroup.open({
    address,
    address6,
    port,
    // RFC 6762 §11.
    timeToLive: 255,
    networks,
    onProblem,
    onMessage(datagram, source) {
      if (!admits(source)) return;
      for (const seen of parseMdns(datagram, source)) onSighting(seen);
    },
  });
  return {
    ask: () => group.ask(mdnsQuery()),
    [Symbol.asyncDispose]: () => group[Symbol.asyncDispose](),
  };
}
