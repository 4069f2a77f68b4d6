import { GatehouseError } from '../base/gatehouse-error.ts';
import { parseRtspUrl } from '../rtsp/rtsp-url.ts';

const defaultPath = '/onvif/device_service';
const maximumCharacters = 2048;

/**
 * The address of a device's ONVIF service as people type it: a host, with port or path or neither, or a whole address.
 * @throws GatehouseError bad-input; the message never repeats the address, which may hold a password
 */
export function parseOnvifAddress(text: string): URL {
  const trimmed = text.trim();
  if (trimmed.length > maximumCharacters) throw bad(`is longer than ${maximumCharacters} characters`);
  const url = URL.parse(/^[a-z][\w+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`);
  if (url === null || url.hostname === '') throw bad('needs a host, such as http://192.168.1.20');
  if (!isWeb(url)) throw bad('must start with http:// or https://');
  if (url.username !== '' || url.password !== '') {
    throw bad('has a user or a password in it: type those into their own fields');
  }
  url.hash = '';
  if (url.pathname === '/' && url.search === '') url.pathname = defaultPath;
  return url;
}

/**
 * Where a service is that the device names. Its host is the one that was connected to, whatever the device says: cameras
 * name 0.0.0.0, an address of another subnet or one behind NAT (HiSilicon boards, Foscam, port forwarding), and whoever
 * answers must not be able to send a password elsewhere. With another host, the port is not the device's to choose either.
 * @param named by the device; undefined or nonsense: the address of the device itself
 */
export function serviceAddress(named: string | undefined, device: URL): URL {
  const url = URL.parse(named ?? '');
  if (url === null || !isWeb(url)) return new URL(device);
  const isSameServer = url.hostname === device.hostname && url.protocol === device.protocol;
  const address = new URL(device);
  if (isSameServer) address.port = url.port;
  address.pathname = url.pathname;
  address.search = url.search;
  return address;
}

/**
 * The address of a stream that the device names, on the host that was connected to: behind NAT cameras name an address that
 * nobody outside can reach. User and password in it are taken out. Null when it is no RTSP address.
 */
export function streamAddress(named: string, device: URL): string | null {
  try {
    const { url, host } = parseRtspUrl(named);
    const wanted = device.hostname.replace(/^\[|\]$/g, '');
    if (host.toLowerCase() === wanted.toLowerCase()) return url;
    const [, before = '', after = ''] = /^(rtsps?:\/\/)(?:\[[^\]]*\]|[^/:?]*)(.*)$/is.exec(url) ?? [];
    return `${before}${device.hostname}${after}`;
  } catch {
    return null;
  }
}

function isWeb({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:';
}

function bad(why: string): GatehouseError {
  return new GatehouseError('bad-input', `The ONVIF address ${why}.`);
}
