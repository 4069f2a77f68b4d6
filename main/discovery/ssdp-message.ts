/*
 * SSDP (UPnP Device Architecture 1.1 §1): HTTP-like headers in one datagram. Pure.
 */

const maximumBytes = 8 * 1_024;

/** @param seconds within which devices answer, each at a moment of its own */
export function searchMessage(host: string, seconds: 1 | 2 | 3): Uint8Array {
  const lines = [
    'M-SEARCH * HTTP/1.1',
    `HOST: ${host}`,
    'MAN: "ssdp:discover"',
    `MX: ${seconds}`,
    'ST: upnp:rootdevice',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}

/**
 * Where the device that answers a search, or announces itself, says its description is; undefined for what is malformed, for
 * what others search and for goodbyes.
 */
export function parseSsdp(datagram: Uint8Array): URL | undefined {
  if (datagram.length > maximumBytes) return undefined;
  const [start = '', ...lines] = Buffer.from(datagram).toString().split(/\r?\n/);
  if (!/^(HTTP\/1\.\d 200\b|NOTIFY \* HTTP\/1\.\d)/i.test(start)) return undefined;
  const header = (name: string) => {
    const line = lines.find((text) => text.slice(0, text.indexOf(':')).trim().toLowerCase() === name);
    return line?.slice(line.indexOf(':') + 1).trim() ?? '';
  };
  if (header('nts').toLowerCase() === 'ssdp:byebye') return undefined;
  const location = URL.parse(header('location'));
  return location?.protocol === 'http:' ? location : undefined;
}
