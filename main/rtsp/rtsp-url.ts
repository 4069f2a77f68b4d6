import { isIPv4, isIPv6 } from 'node:net';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { Secret } from '../base/secret.ts';

/** An RTSP address taken apart. `url` has no user and no password, so that it can be shown, stored and sent. */
export interface RtspUrl {
  readonly url: string;
  readonly username: string | null;
  readonly password: Secret | null;
  /** Name, IPv4 or IPv6 address, the latter without brackets. */
  readonly host: string;
  readonly port: number;
  /** `rtsps://`: over TLS. */
  readonly isSecure: boolean;
}

const defaultPort = 554;
/** Of RTSP over TLS (RFC 7826 section 22.13). */
const defaultSecurePort = 322;
const maximumCharacters = 4096;
const scheme = /^rtsps?:\/\//i;
/** Host, port and everything behind them; anchored at both ends. */
const location = /^(?:\[([\w:.%-]+)\]|([\w.~-]+))(?::(\d{0,5}))?(?=[/?]|$)(.*)$/s;

/**
 * Takes an address apart as people and cameras write it: user and password may hold any character, encoded or not.
 * Path and query stay as they are, but for characters that no request line can hold: those are percent-encoded.
 * @throws GatehouseError bad-input; the message never repeats the address, which may hold a password
 */
export function parseRtspUrl(text: string): RtspUrl {
  const trimmed = text.trim();
  if (trimmed.length > maximumCharacters) throw bad(`is longer than ${maximumCharacters} characters`);
  const [written] = scheme.exec(trimmed) ?? [];
  if (written === undefined) throw bad('must start with rtsp:// or rtsps://');
  const isSecure = /^rtsps/i.test(written);
  const rest = trimmed.slice(written.length);
  const hostStart = findHost(rest);
  const [, ipv6, name, portText = '', tail = ''] = location.exec(rest.slice(hostStart)) ?? [];
  const host = ipv6 ?? name;
  if (host === undefined) throw bad('needs a host, such as rtsp://192.168.1.20/stream');
  if (ipv6 !== undefined && !isIPv6(ipv6)) throw bad('has brackets around what is no IPv6 address');
  const defaultOne = isSecure ? defaultSecurePort : defaultPort;
  const port = portText === '' ? defaultOne : Number(portText);
  if (port < 1 || port > 65_535) throw bad('has a port that is not between 1 and 65535');
  const authority = `${ipv6 === undefined ? host : `[${host}]`}${portText === '' ? '' : `:${port}`}`;
  const url = `${isSecure ? 'rtsps' : 'rtsp'}://${encodeForRequestLine(`${authority}${tail}`)}`;
  if (hostStart === 0) return { url, username: null, password: null, host, port, isSecure };
  const userInfo = rest.slice(0, hostStart - 1);
  const colon = userInfo.indexOf(':');
  return {
    url,
    username: decode(colon === -1 ? userInfo : userInfo.slice(0, colon)),
    password: colon === -1 ? null : new Secret(decode(userInfo.slice(colon + 1))),
    host,
    port,
    isSecure,
  };
}

/**
 * Percent-encodes what would end a request line or a quoted string of a header: blanks, control characters, `"`, `\` and
 * everything beyond ASCII. What is encoded already stays as it is.
 */
export function encodeForRequestLine(text: string): string {
  return text.toWellFormed().replace(/[^!#-[\]-~]+/g, (characters) => encodeURIComponent(characters));
}

/**
 * Where the host begins: behind the last `@`, since user and password may hold `@` and `/`. Paths and queries may hold
 * `@` too, so that the most certain host wins (an IP address before a name with a dot before a word), then the last.
 */
function findHost(rest: string): number {
  const first = certaintyOfHost(rest);
  if (first > 0) return 0;
  let start = 0;
  let certainty = first;
  for (let at = rest.indexOf('@'); at !== -1; at = rest.indexOf('@', at + 1)) {
    const found = certaintyOfHost(rest.slice(at + 1));
    if (found < certainty || found === -1) continue;
    // "camera/path@1" is a path; "camera/path" would be a user only with a password behind it, on a host beyond doubt.
    if (first === 0 && (found === 0 || !rest.slice(0, at).includes(':'))) continue;
    start = at + 1;
    certainty = found;
  }
  return start;
}

/** -1: no host is here; 0: a single word; 1: a name with a dot; 2: an IP address. */
function certaintyOfHost(text: string): number {
  const [, ipv6, name] = location.exec(text) ?? [];
  if (ipv6 !== undefined) return isIPv6(ipv6) ? 2 : -1;
  if (name === undefined) return -1;
  if (isIPv4(name)) return 2;
  return name.includes('.') ? 1 : 0;
}

/** Percent-decoding that leaves a `%` which encodes nothing as it is. */
function decode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}

function bad(why: string): GatehouseError {
  return new GatehouseError('bad-input', `The address ${why}.`);
}
