/** An IPv4 address as a number from 0; undefined when the text is none. */
export function ipv4Number(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  const bytes = match.slice(1).map(Number);
  if (bytes.some((byte) => byte > 255)) return undefined;
  return bytes.reduce((number, byte) => number * 256 + byte, 0);
}

export function ipv4Text(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}

/** Ranges that are nobody's on the Internet: RFC 1918, RFC 3927 (link-local), RFC 6598 (carriers, and some VPNs). */
const privateRanges = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
] as const;

export function isPrivate(address: string): boolean {
  return privateRanges.some(([range, prefix]) => isInSubnet(address, range, prefix));
}

export function isLoopback(address: string): boolean {
  return isInSubnet(address, '127.0.0.0', 8);
}

/** Whether both addresses are IPv4 and share their first `prefix` bits. */
export function isInSubnet(address: string, other: string, prefix: number): boolean {
  const one = ipv4Number(address);
  const two = ipv4Number(other);
  if (one === undefined || two === undefined) return false;
  const size = 2 ** (32 - prefix);
  return Math.floor(one / size) === Math.floor(two / size);
}

/** The bits of a netmask such as `255.255.255.0`; undefined when it is none. */
export function prefixOf(netmask: string): number | undefined {
  const number = ipv4Number(netmask);
  if (number === undefined) return undefined;
  const prefix = 32 - Math.log2(2 ** 32 - number);
  return Number.isInteger(prefix) ? prefix : undefined;
}
