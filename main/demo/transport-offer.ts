/** How a client wants its packets. */
export type TransportOffer =
  | { readonly kind: 'tcp' /** For RTP, 0 … 254. */; readonly channel: number }
  | { readonly kind: 'udp' /** For RTP, 1 … 65,534. */; readonly port: number };

/**
 * The first of a `Transport` header's offers (RFC 2326 section 12.39) that a virtual camera can serve: unicast RTP/AVP
 * with two channels or two ports. Undefined when there is none.
 */
export function parseTransport(header: string): TransportOffer | undefined {
  for (const offer of header.split(',')) {
    const [protocol = '', ...parameters] = offer.split(';').map((part) => part.trim().toLowerCase());
    const numberOf = (name: string) =>
      Number(parameters.find((parameter) => parameter.startsWith(`${name}=`))?.match(/=(\d+)/)?.[1]);
    if (parameters.includes('multicast')) continue;
    if (protocol === 'rtp/avp/tcp') {
      const channel = numberOf('interleaved');
      // Left out: the channels are the server's to choose.
      if (Number.isNaN(channel)) return { kind: 'tcp', channel: 0 };
      if (channel < 255) return { kind: 'tcp', channel };
    } else if (protocol === 'rtp/avp' || protocol === 'rtp/avp/udp') {
      const port = numberOf('client_port');
      if (port > 0 && port < 65_535) return { kind: 'udp', port };
    }
  }
  return undefined;
}
