import { isIPv6 } from 'node:net';

/** `fe80::1%eth0` → `eth0`; undefined where there is none. */
export function zoneOf(address: string): string | undefined {
  return address.split('%')[1];
}

/** What a device knows of its own address: zones mean something on one computer alone (RFC 4007 §6). */
export function withoutZone(address: string): string {
  return address.replace(/%.*$/, '');
}

/** An address as the host of a URL: IPv6 in brackets. */
export function urlHost(address: string): string {
  return isIPv6(address) ? `[${address}]` : address;
}
