import packet from 'dns-packet';

/*
 * What virtual cameras, and others on a network, say about themselves. Written apart from the parsers in main/discovery, so
 * that a mistake in one is seen by the other.
 */

/** A device that answers. */
export interface DiscoverableDevice {
  /** Loopback; where it answers from. */
  readonly address: string;
  readonly uuid: string;
  /** `00:40:8c:12:34:56` */
  readonly mac: string;
  readonly name: string;
  readonly maker: string;
  readonly model: string;
  readonly rtspPort: number;
  /** Of its ONVIF device service. */
  readonly onvifAddress: string;
}

export interface ProbeMatch {
  readonly uuid: string;
  readonly types: string;
  readonly scopes: string;
  readonly addresses: string;
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const scope = (name: string, value: string) => `onvif://www.onvif.org/${name}/${encodeURIComponent(value)}`;

export function matchOf(device: DiscoverableDevice): ProbeMatch {
  const scopes = [
    'onvif://www.onvif.org/type/video_encoder',
    'onvif://www.onvif.org/Profile/Streaming',
    scope('name', device.name),
    scope('hardware', device.model),
    scope('manufacturer', device.maker),
    scope('MAC', device.mac),
  ];
  return {
    uuid: device.uuid,
    types: 'dn:NetworkVideoTransmitter tds:Device',
    scopes: scopes.join(' '),
    addresses: device.onvifAddress,
  };
}

function envelope(action: string, headers: string, body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><SOAP-ENV:Header><wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/${action}</wsa:Action>${headers}</SOAP-ENV:Header><SOAP-ENV:Body>${body}</SOAP-ENV:Body></SOAP-ENV:Envelope>`;
}

function described({ uuid, types, scopes, addresses }: ProbeMatch): string {
  return `<wsa:EndpointReference><wsa:Address>urn:uuid:${escaped(uuid)}</wsa:Address></wsa:EndpointReference><d:Types>${escaped(types)}</d:Types><d:Scopes>${escaped(scopes)}</d:Scopes><d:XAddrs>${escaped(addresses)}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion>`;
}

/** @param messageId of the probe */
export function probeMatches(messageId: string, matches: readonly ProbeMatch[]): string {
  const list = matches.map((match) => `<d:ProbeMatch>${described(match)}</d:ProbeMatch>`).join('');
  return envelope(
    'ProbeMatches',
    `<wsa:RelatesTo>${escaped(messageId)}</wsa:RelatesTo>`,
    `<d:ProbeMatches>${list}</d:ProbeMatches>`,
  );
}

export function hello(match: ProbeMatch): string {
  return envelope('Hello', '', `<d:Hello>${described(match)}</d:Hello>`);
}

export function bye(uuid: string): string {
  const address = `<wsa:EndpointReference><wsa:Address>urn:uuid:${uuid}</wsa:Address></wsa:EndpointReference>`;
  return envelope('Bye', '', `<d:Bye>${address}</d:Bye>`);
}

/** An answer to a question for `_rtsp._tcp.local`. @param id of the question */
export function mdnsAnswer(id: number, device: DiscoverableDevice): Buffer {
  const service = '_rtsp._tcp.local';
  const instance = `${device.name}.${service}`;
  const host = `camera-${device.uuid.slice(-12)}.local`;
  return packet.encode({
    type: 'response',
    id,
    flags: packet.AUTHORITATIVE_ANSWER,
    answers: [{ type: 'PTR', name: service, ttl: 120, data: instance }],
    additionals: [
      { type: 'SRV', name: instance, ttl: 120, data: { port: device.rtspPort, target: host } },
      { type: 'TXT', name: instance, ttl: 120, data: [`macaddress=${device.mac.replaceAll(':', '')}`] },
      { type: 'A', name: host, ttl: 120, data: device.address },
    ],
  });
}

/** Whether it asks for cameras; with the id to answer under. */
export function readMdnsQuestion(datagram: Uint8Array): { readonly id: number } | undefined {
  try {
    const { type, id = 0, questions = [] } = packet.decode(Buffer.from(datagram));
    const isMeant = questions.some(({ name, type: asked }) => name === '_rtsp._tcp.local' && asked === 'PTR');
    return type === 'query' && isMeant ? { id } : undefined;
  } catch {
    return undefined;
  }
}

export function ssdpAnswer(device: DiscoverableDevice, location: string): string {
  const lines = [
    'HTTP/1.1 200 OK',
    'CACHE-CONTROL: max-age=1800',
    'EXT:',
    `LOCATION: ${location}`,
    'SERVER: Linux/5.4 UPnP/1.0 virtual/1.0',
    'ST: upnp:rootdevice',
    `USN: uuid:${device.uuid}::upnp:rootdevice`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

export function upnpDescription(device: DiscoverableDevice): string {
  return `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major><minor>0</minor></specVersion><device><deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType><friendlyName>${escaped(device.name)}</friendlyName><manufacturer>${escaped(device.maker)}</manufacturer><modelDescription>Network camera</modelDescription><modelName>${escaped(device.model)}</modelName><serialNumber>${device.mac.replaceAll(':', '')}</serialNumber><UDN>uuid:${device.uuid}</UDN></device></root>`;
}
