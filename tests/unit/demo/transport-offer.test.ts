import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTransport } from '../../../main/demo/transport-offer.ts';

test.each([
  ['RTP/AVP/TCP;unicast;interleaved=0-1', { kind: 'tcp', channel: 0 }],
  ['RTP/AVP/TCP; unicast; interleaved=254-255', { kind: 'tcp', channel: 254 }],
  ['rtp/avp/tcp;unicast', { kind: 'tcp', channel: 0 }],
  ['RTP/AVP;unicast;client_port=5000-5001', { kind: 'udp', port: 5_000 }],
  ['RTP/AVP/UDP;unicast;client_port=65534', { kind: 'udp', port: 65_534 }],
  ['RTP/SAVP;unicast,RTP/AVP;multicast,RTP/AVP/TCP;interleaved=2-3', { kind: 'tcp', channel: 2 }],
])('%s is served', (header, offer) => {
  expect(parseTransport(header)).toEqual(offer);
});

test.each([
  '',
  'RTP/AVP;unicast',
  'RTP/AVP;multicast;client_port=5000-5001',
  'RTP/AVP;unicast;client_port=0-1',
  'RTP/AVP;unicast;client_port=65535-65536',
  'RTP/AVP;unicast;client_port=99998-99999',
  'RTP/AVP/TCP;unicast;interleaved=255-256',
  'RTP/AVP/TCP;unicast;interleaved=300-301',
  'RTP/SAVP;unicast;client_port=5000-5001',
])('%s is refused', (header) => {
  expect(parseTransport(header)).toBeUndefined();
});

test('whatever a client offers, channel and port can be used', () => {
  const part = fc.oneof(
    fc.constantFrom('RTP/AVP', 'RTP/AVP/TCP', 'unicast', 'multicast', 'interleaved', 'client_port'),
    fc.constantFrom(';', ',', '=', '-', ' '),
    fc.nat(70_000).map(String),
    fc.string({ maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 16 }), (parts) => {
      const offer = parseTransport(parts.join(''));
      if (offer?.kind === 'tcp') expect(offer.channel >= 0 && offer.channel <= 254).toBe(true);
      if (offer?.kind === 'udp') expect(offer.port >= 1 && offer.port <= 65_534).toBe(true);
    }),
    { numRuns: 100_000, seed: 1 },
  );
});
