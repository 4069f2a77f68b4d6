import { randomUUID } from 'node:crypto';
import { DatagramAssembler } from './datagram-assembler.ts';
import { MulticastGroup } from './multicast-group.ts';
import type { Search, SearchOptions } from './search.ts';
import { isCamera, parseWsDiscovery, probeMessage, sightingOf } from './ws-discovery-message.ts';

const address = '239.255.255.250';
/** WS-Discovery 1.0, section 1.4. */
const address6 = 'ff02::c';

/** Looks for ONVIF devices: probes, and hears hello and bye. */
export async function openWsDiscovery(options: SearchOptions): Promise<Search> {
  const { networks, port, admits, onSighting, onBye, onProblem } = options;
  const assembler = new DatagramAssembler();
  const group = await MulticastGroup.open({
    address,
    address6,
    port,
    timeToLive: 1,
    networks,
    onProblem,
    onMessage(datagram, source, sourcePort) {
      if (!admits(source)) return;
      const text = assembler.add(`${source}:${sourcePort}`, datagram, performance.now());
      const message = text === undefined ? undefined : parseWsDiscovery(text);
      switch (message?.kind) {
        case undefined:
          break;
        case 'matches':
          for (const device of message.devices) if (isCamera(device)) onSighting(sightingOf(device, source));
          break;
        case 'hello':
          if (isCamera(message.device)) onSighting(sightingOf(message.device, source));
          break;
        case 'bye':
          onBye(message.uuid, source);
          break;
        default:
          message satisfies never;
      }
    },
  });
  return {
    ask() {
      group.ask(probeMessage(randomUUID(), 'dn:NetworkVideoTransmitter'));
      group.ask(probeMessage(randomUUID(), 'tds:Device'));
    },
    [Symbol.asyncDispose]: () => group[Symbol.asyncDispose](),
  };
}
