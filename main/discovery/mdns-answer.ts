import { isIPv6 } from 'node:net';
import packet, { type Answer } from 'dns-packet';
import { parseMac } from './mac-vendor.ts';
import { plainText } from './plain-text.ts';
import { type Sighting, sighting } from './sighting.ts';

/*
 * DNS service discovery over multicast DNS (RFC 6762, RFC 6763). Pure.
 */

/** What cameras announce. */
const services = [
  '_rtsp._tcp.local',
  '_onvif._tcp.local',
  '_axis-video._tcp.local',
  '_psia._tcp.local',
] as const;
/** More in one message is no camera. */
const maximumRecords = 256;

/** Asks for all of them at once; from a port of our own, so that the answer comes to us alone (RFC 6762 §6.7). */
export function mdnsQuery(): Uint8Array {
  const questions = services.map((name) => ({ type: 'PTR' as const, name, class: 'IN' as const }));
  return packet.encode({ type: 'query', id: 0, questions });
}

/**
 * What the message says about devices at the address that it came from; nothing when it is malformed, or a question. Goodbyes
 * (time to live 0) are left out, and instances whose address record names another host: a proxy speaks for others.
 */
export function parseMdns(datagram: Uint8Array, source: string): readonly Sighting[] {
  const records = decode(datagram);
  return records.flatMap((record) => {
    if (record.type !== 'PTR' || !isService(record.name) || record.ttl === 0) return [];
    const instance = record.data;
    const service = find(records, 'SRV', instance)?.data;
    const kind = isIPv6(source) ? 'AAAA' : 'A';
    const addresses = records.flatMap((other) =>
      other.type === kind && same(other.name, service?.target ?? '') ? [other.data] : [],
    );
    // Of IPv6 many name the addresses that are good beyond the link alone.
    const isProxy = kind === 'A' && addresses.length > 0 && !addresses.includes(source);
    if (isProxy) return [];
    const facts = readText(find(records, 'TXT', instance)?.data);
    return [
      sighting('mdns', source, {
        mac: parseMac(facts.get('macaddress') ?? facts.get('mac') ?? ''),
        name: plainText(instance.slice(0, -record.name.length - 1)),
        maker: plainText(facts.get('manufacturer') ?? '') ?? (isAxis(record.name) ? 'Axis' : null),
        model: plainText(facts.get('model') ?? facts.get('md') ?? ''),
        rtspPort: /^_rtsp\./i.test(record.name) ? (service?.port ?? null) : null,
      }),
    ];
  });
}

const isAxis = (service: string) => /^_axis-video\./i.test(service);
const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
const isService = (name: string) => services.some((service) => same(service, name));

function decode(datagram: Uint8Array): readonly Answer[] {
  try {
    const { type, answers = [], additionals = [] } = packet.decode(Buffer.from(datagram));
    if (type !== 'response') return [];
    return [...answers, ...additionals].slice(0, maximumRecords);
  } catch {
    return [];
  }
}

function find<Type extends 'SRV' | 'TXT'>(
  records: readonly Answer[],
  type: Type,
  name: string,
): Extract<Answer, { type: Type }> | undefined {
  return records.find(
    (record): record is Extract<Answer, { type: Type }> => record.type === type && same(record.name, name),
  );
}

/** The `key=value` strings of a TXT record (RFC 6763 §6), keys in lower case. */
function readText(data: unknown): ReadonlyMap<string, string> {
  const strings = Array.isArray(data) ? data : [data];
  return new Map(
    strings.flatMap((string: unknown) => {
      const text = typeof string === 'string' ? string : Buffer.isBuffer(string) ? string.toString() : '';
      const equals = text.indexOf('=');
      return equals > 0 ? [[text.slice(0, equals).toLowerCase(), text.slice(equals + 1)] as const] : [];
    }),
  );
}
