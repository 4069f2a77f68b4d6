import { GatehouseError } from '../base/gatehouse-error.ts';
import { Secret } from '../base/secret.ts';

/** An RTSP address taken apart. `url` has no user and no password, so that it can be shown, stored and sent. */
export interface RtspUrl {
  readonly url: string;
  readonly username: string | null;
  readonly password: Secret | null;
  /** Name, IPv4 or IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

const defaultPort = 554;

/**
 * Takes an address apart as people and cameras write it: user and password may hold any character, encoded or not, so
 * that the last `@` before the end of the host decides. Path and query stay as they are.
 * @throws GatehouseError bad-input; the message never repeats the password
 */
export function parseRtspUrl(text: string): RtspUrl {
  const trimmed = text.trim();
  const scheme = /^rtsp:\/\//i.exec(trimmed)?.[0];
  if (scheme === undefined) throw bad('must start with rtsp://');
  const rest = trimmed.slice(scheme.length);
  const { userInfo, location } = splitUserInfo(rest);
  const match = /^(?:\[([0-9a-f:.%]+)\]|([^\s:/?#[\]@]+))(?::(\d{1,5}))?(?=[/?]|$)(.*)$/i.exec(location);
  if (match === null) throw bad('needs a host, such as rtsp://192.168.1.20/stream');
  const [, ipv6, name, portText, tail = ''] = match;
  const host = ipv6 ?? name ?? '';
  const port = portText === undefined ? defaultPort : Number(portText);
  if (port < 1 || port > 65_535) throw bad('has a port that is not between 1 and 65535');
  // Control characters would end the request line, and what follows would be a header of its own.
  if (hasControlCharacters(tail)) throw bad('holds a character that no address can hold');
  const authority = `${ipv6 === undefined ? host : `[${ipv6}]`}${portText === undefined ? '' : `:${port}`}`;
  const colon = userInfo.indexOf(':');
  const username = userInfo === '' ? null : decode(colon === -1 ? userInfo : userInfo.slice(0, colon));
  const password = colon === -1 ? null : new Secret(decode(userInfo.slice(colon + 1)));
  return { url: `rtsp://${authority}${tail}`, username, password, host, port };
}

/** The last `@` that a host, a port or a path can follow; an `@` in the path of an address without user is not one. */
function splitUserInfo(rest: string): { userInfo: string; location: string } {
  for (let at = rest.lastIndexOf('@'); at > 0; at = rest.lastIndexOf('@', at - 1)) {
    const location = rest.slice(at + 1);
    const before = rest.slice(0, at);
    const looksLikeHost = /^(?:\[[0-9a-f:.%]+\]|[^\s:/?#[\]@]+)(?::\d{1,5})?(?:[/?]|$)/i.test(location);
    // "host/path@more": the part before the first slash is a host already, and no password holds a slash and no colon.
    const isPath = /^[^:/?#@]+(?::\d{1,5})?[/?]/.test(before);
    if (looksLikeHost && !isPath) return { userInfo: before, location };
  }
  return { userInfo: '', location: rest };
}

/** Percent-decoding that leaves a `%` which encodes nothing as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function hasControlCharacters(text: string): boolean {
  return [...text].some((character) => character <= ' ' || character === '\u007f');
}

function bad(why: string): GatehouseError {
  return new GatehouseError('bad-input', `The address ${why}.`);
}
