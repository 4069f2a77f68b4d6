import { isIPv4 } from 'node:net';
import { find, findAll, parseStrangersXml, textAt, type XmlElement } from '../base/xml.ts';
import { urlHost } from './ipv6.ts';
import { parseMac } from './mac-vendor.ts';
import { plainText } from './plain-text.ts';
import { parseUuid, type Sighting, sighting } from './sighting.ts';

/*
 * WS-Discovery (OASIS 1.1 and the draft of April 2005, which cameras speak) as far as ONVIF Core §7 uses it. Pure.
 */

/** A device as it announces itself. */
export interface AnnouncedDevice {
  readonly uuid: string | null;
  /** Without prefix: `NetworkVideoTransmitter`. */
  readonly types: readonly string[];
  readonly scopes: readonly string[];
  /** Addresses of its device service, as it claims them. */
  readonly addresses: readonly string[];
}

export type WsDiscoveryMessage =
  | { readonly kind: 'matches'; readonly devices: readonly AnnouncedDevice[] }
  | { readonly kind: 'hello'; readonly device: AnnouncedDevice }
  | { readonly kind: 'bye'; readonly uuid: string };

/** More in one answer is no device. */
const maximumMatches = 32;
const maximumScopes = 64;
const onvifScope = /^(?:onvif:\/\/)?www\.onvif\.org\//i;

/** @param type the devices that shall answer; some cameras know themselves only as one of the two */
export function probeMessage(
  messageId: string,
  type: 'dn:NetworkVideoTransmitter' | 'tds:Device',
): Uint8Array {
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><s:Header><a:Action s:mustUnderstand="1">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action><a:MessageID>urn:uuid:${messageId}</a:MessageID><a:ReplyTo><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo><a:To s:mustUnderstand="1">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header><s:Body><d:Probe><d:Types>${type}</d:Types></d:Probe></s:Body></s:Envelope>`,
  );
}

/** Undefined for what is malformed, and for what others ask. One bad match does not spoil those beside it. */
export function parseWsDiscovery(text: string): WsDiscoveryMessage | undefined {
  const body = find(parseStrangersXml(text), 'Body');
  const hello = find(body, 'Hello');
  if (hello !== undefined) return { kind: 'hello', device: parseDevice(hello) };
  const bye = find(body, 'Bye');
  if (bye !== undefined) {
    const { uuid } = parseDevice(bye);
    return uuid === null ? undefined : { kind: 'bye', uuid };
  }
  // Some answer to a Probe with the answer to a Resolve.
  const matches = [
    ...findAll(find(body, 'ProbeMatches'), 'ProbeMatch'),
    ...findAll(find(body, 'ResolveMatches'), 'ResolveMatch'),
  ];
  if (matches.length === 0) return undefined;
  return { kind: 'matches', devices: matches.slice(0, maximumMatches).map(parseDevice) };
}

function parseDevice(node: XmlElement): AnnouncedDevice {
  return {
    uuid: parseUuid(textAt(node, 'EndpointReference', 'Address') ?? ''),
    types: words(node, 'Types').map((type) => type.slice(type.indexOf(':') + 1)),
    scopes: words(node, 'Scopes'),
    addresses: words(node, 'XAddrs'),
  };
}

function words(node: XmlElement, name: string): string[] {
  return (textAt(node, name) ?? '').split(/\s+/, maximumScopes).filter(Boolean);
}

/** Printers and computers answer probes, too; some cameras leave their types out and have only ONVIF's scopes. */
export function isCamera({ types, scopes }: AnnouncedDevice): boolean {
  if (types.includes('NetworkVideoTransmitter')) return true;
  const isOther = types.some((type) =>
    /print|scan|computer|NetworkVideo(Display|Storage|Recorder)/i.test(type),
  );
  return !isOther && scopes.some((scope) => onvifScope.test(scope));
}

/** What such a message says about the device at the address that it came from. */
export function sightingOf(device: AnnouncedDevice, source: string): Sighting {
  const scope = (name: string) => {
    const found = device.scopes.find((text) => scopeValue(text, name) !== undefined);
    return found === undefined ? null : plainText(scopeValue(found, name) ?? '');
  };
  const mac = parseMac(scope('MAC') ?? scope('mac') ?? '');
  return sighting('onvif', source, {
    uuid: device.uuid,
    mac: mac ?? macOfUuid(device.uuid),
    name: scope('name'),
    maker: scope('manufacturer') ?? scope('mfr'),
    model: scope('hardware'),
    onvifAddress: serviceAddress(device.addresses, source),
  });
}

/** The value of `onvif://www.onvif.org/NAME/VALUE`, decoded; undefined when the scope is of another name. */
export function scopeValue(text: string, name: string): string | undefined {
  const start = onvifScope.exec(text)?.[0];
  if (start === undefined) return undefined;
  const rest = text.slice(start.length);
  const slash = rest.indexOf('/');
  if (slash === -1 || rest.slice(0, slash).toLowerCase() !== name.toLowerCase()) return undefined;
  const value = rest.slice(slash + 1);
  try {
    return decodeURIComponent(value);
  } catch {
    // A lone percent sign.
    return value;
  }
}

/** Version-1 UUIDs end with the MAC address of who made them, in cameras their own (Hikvision, Dahua, Axis). */
function macOfUuid(uuid: string | null): string | null {
  const [, node] = /^[\da-f]{8}-[\da-f]{4}-1[\da-f]{3}-[\da-f]{4}-([\da-f]{12})$/.exec(uuid ?? '') ?? [];
  // The lowest bit of the first byte: made up, and no address (RFC 9562 §6.10).
  return node === undefined || (Number.parseInt(node.slice(0, 2), 16) & 1) === 1 ? null : parseMac(node);
}

/**
 * Where the device service is: port and path of what the device claims, but always on the host that answered. Cameras claim
 * 0.0.0.0, addresses of networks that they have left, and IPv6 ones that nobody can dial; and nobody may send us elsewhere.
 */
function serviceAddress(claimed: readonly string[], source: string): string | null {
  // No URL has room for a zone (WHATWG URL, 3.5).
  if (source.includes('%')) return null;
  const urls = claimed.flatMap((text) => {
    const url = URL.parse(text);
    return url !== null && /^https?:$/.test(url.protocol) ? [url] : [];
  });
  const rank = ({ hostname, protocol }: URL) =>
    (hostname === urlHost(source) ? 0 : isIPv4(hostname) ? 2 : 4) + (protocol === 'http:' ? 0 : 1);
  const [best] = urls.sort((a, b) => rank(a) - rank(b));
  if (best === undefined) return null;
  const port = best.port === '' ? '' : `:${best.port}`;
  const address = `${best.protocol}//${urlHost(source)}${port}${best.pathname}`;
  return address.length > 300 ? null : address;
}
