import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { redactText } from '../base/redact.ts';

/** What is known to be nobody's business. */
export interface KnownSecrets {
  readonly username: string | null;
  readonly password: string | null;
  /** Serial numbers and whatever else names this one device. */
  readonly names: readonly string[];
}

/** Shorter ones are taken out where they stand in their places only: everywhere, they would take the trace apart. */
const shortestEverywhere = 4;
const shortestName = 4;
const hidden = '***';

const authority = /\b((?:rtsp|rtsps|rtspu|http|https):\/\/)(\[[^\]\s]{2,60}\]|[^/:\s?#;,"@\]]{1,255})/gi;
const ipv4 = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g;
const ipv6 = /(?<![\w:.])(?=[\da-f:]*:[\da-f:]*:)[\da-f:]{3,39}(?![\w:])/gi;
const macAddress =
  /(?<![\da-f:-])(?:[\da-f]{2}[:-]){5}[\da-f]{2}(?![\da-f:-])|(?<![\da-z-])[\da-f]{12}(?![\da-z])/gi;
const uuid = /(?<![\da-f])[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}(?![\da-f])/gi;
/** Letters and digits with at least six digits among them. */
const serialNumber = /(?<![A-Za-z\d])(?=(?:[A-Za-z]*\d){6})[A-Za-z\d]{10,64}(?![A-Za-z\d])/g;
const query = /(:\/\/[^\s?"]{1,512}\?)([^\s"#;,]{1,2048})/g;
const wholeUrl = /\b[a-z]{3,5}:\/\/[^\s"]{1,2048}/gi;
const longSegment = /(?<=\/)(?=[^/\s?"]*\d)(?=[^/\s?"]*[A-Za-z])[\w-]{16,128}(?=[/?\s";,]|$)/g;
const streamKey = /(inline:|mikey\s)[^\s|;]+/gi;
const quoted = /\b(realm|nonce|opaque|cnonce|username|domain)(\s*=\s*)(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi;
const response = /\b(response)(\s*=\s*)"?([\da-f]*)"?/gi;

/** Headers that are numbers and words of the protocol: no serial number is looked for. */
const plainHeaders: ReadonlySet<string> = new Set([
  ...['cseq', 'session', 'transport', 'rtp-info', 'range', 'scale', 'public', 'allow', 'date', 'accept'],
  ...['content-length', 'content-type', 'content-base', 'content-location', 'location', 'expires'],
]);
/** The same of a description. */
const plainLine =
  /^(?:[vtmbcr] ?=|a ?= ?(?:rtpmap|fmtp|control|framerate|range|rtcp|ssrc|framesize|x-dimensions)\b)/i;
/** What people write into a description. */
const textLine = /^([siuep] ?= ?)\S.*$/i;

/**
 * Takes out of what was said with a camera whatever tells who, where and which: users, passwords, proofs of them, tokens,
 * addresses, serial numbers. The same becomes the same everywhere, so that the dialogue still makes sense and can be had again.
 */
export class TraceRedaction {
  readonly #secrets: readonly (readonly [from: string, to: string])[];
  readonly #known = new Map<string, Map<string, string>>();

  constructor({ username, password, names }: KnownSecrets) {
    const secrets: [string, string][] = [];
    if (password !== null && password.length >= shortestEverywhere)
      for (const spelling of spellings(username ?? '', password)) secrets.push([spelling, hidden]);
    for (const name of names) if (name.length >= shortestName) secrets.push([name, 'serial']);
    if (username !== null && username.length >= shortestEverywhere) {
      secrets.push([username, 'user'], [encodeURIComponent(username), 'user']);
    }
    // The longest first: one may hold another.
    this.#secrets = secrets.sort(([a], [b]) => b.length - a.length);
  }

  /** A message: first line, headers, body. Its length is that of its new body where it was right before. */
  message(text: string): string {
    const end = /\r?\n\r?\n/.exec(text);
    const headEnd = end === null ? text.length : end.index;
    const bodyStart = end === null ? text.length : end.index + end[0].length;
    const body = text.slice(bodyStart);
    const redactedBody = this.#description(body);
    const [first = '', ...lines] = text.slice(0, headEnd).split(/(?<=\n)/);
    const headers = lines.map((line) => this.#header(line, body.length, redactedBody.length));
    return `${this.line(first)}${headers.join('')}${text.slice(headEnd, bodyStart)}${redactedBody}`;
  }

  /** A line of any kind. */
  line(text: string): string {
    return this.#names(this.#plain(text));
  }

  #header(line: string, bodyLength: number, newLength: number): string {
    const [, start = '', name = '', value = '', end = ''] =
      /^(([^:\r\n]*?)\s*:[ \t]*)([^\r\n]*)(\r?\n?)$/.exec(line) ?? [];
    if (start === '') return this.line(line);
    switch (name.toLowerCase()) {
      case 'authorization':
      case 'proxy-authorization':
      case 'www-authenticate':
      case 'proxy-authenticate':
        return `${start}${this.#authentication(value)}${end}`;
      case 'session':
        return `${start}${value.replace(/^[^;\s]+/, (id) => this.#same('session', id))}${end}`;
      case 'content-length':
        return Number(value) === bodyLength ? `${start}${newLength}${end}` : line;
      case 'cookie':
      case 'set-cookie':
        return `${start}${hidden}${end}`;
      default: {
        const plain = this.#plain(value);
        return `${start}${plainHeaders.has(name.toLowerCase()) ? plain : this.#names(plain)}${end}`;
      }
    }
  }

  #authentication(value: string): string {
    const [, basic] = /^(\s*basic\s+)(?![\w-]+\s*=)\S+/i.exec(value) ?? [];
    if (basic !== undefined) return `${basic}${hidden}`;
    const redacted = value
      .replace(quoted, (_all, name: string, is: string, inQuotes?: string, bare?: string) =>
        inQuotes === undefined
          ? `${name}${is}${this.#same(name.toLowerCase(), bare ?? '')}`
          : `${name}${is}"${this.#same(name.toLowerCase(), inQuotes)}"`,
      )
      .replace(response, (_all, name: string, is: string, digits: string) => {
        return `${name}${is}"${'0'.repeat(digits.length)}"`;
      });
    return this.#places(redacted);
  }

  #description(body: string): string {
    return body
      .split(/(?<=\n)/)
      .map((line) => {
        const text = line.replace(/[\r\n]+$/, '');
        const end = line.slice(text.length);
        if (textLine.test(text)) return `${text.replace(textLine, '$1-')}${end}`;
        // Parameter sets in Base64, which may look like anything.
        if (/^a ?= ?fmtp\b/i.test(text)) return `${this.#secretless(text)}${end}`;
        if (/^o ?= ?\S/i.test(text)) return `${this.#origin(text)}${end}`;
        const plain = this.#plain(text);
        return `${plainLine.test(text) ? plain : this.#names(plain)}${end}`;
      })
      .join('');
  }

  /** Users, ids and times in there name the device. */
  #origin(text: string): string {
    const [, start = 'o=', rest = ''] = /^(o ?= ?)\S+ \S+ \S+(.*)$/i.exec(text) ?? [];
    return rest === '' ? 'o=-' : `${start}- 1 1${this.#plain(rest)}`;
  }

  /** Secrets, whose places tell them, and places. */
  #plain(text: string): string {
    const withoutKeys = text.replace(streamKey, `$1${hidden}`);
    return this.#places(redactText(withoutKeys));
  }

  #places(text: string): string {
    return this.#secretless(text)
      .replace(query, (_all, start: string, parameters: string) => `${start}${this.#query(parameters)}`)
      .replace(authority, (_all, scheme: string, host: string) => `${scheme}${this.#host(host)}`)
      .replace(uuid, (id) => this.#same('uuid', id.toLowerCase()))
      .replace(macAddress, (mac) => this.#same('mac', mac.toLowerCase().replace(/[:-]/g, '')))
      .replace(wholeUrl, (url) => url.replace(longSegment, (token) => this.#same('token', token)))
      .replace(ipv4, (address) => this.#address(address))
      .replace(ipv6, (address) =>
        isIPv6(address) && address !== '::' ? this.#same('ipv6', address) : address,
      );
  }

  #secretless(text: string): string {
    return this.#secrets.reduce((redacted, [from, to]) => redacted.replaceAll(from, to), text);
  }

  #names(text: string): string {
    return text.replace(serialNumber, (name) => this.#same('serial', name));
  }

  /** Small numbers choose channel and stream; everything else may be a key. */
  #query(parameters: string): string {
    return parameters
      .split('&')
      .map((parameter) => {
        const [, name, value = ''] = /^([^=]*)=(.*)$/.exec(parameter) ?? [];
        if (name === undefined)
          return /^\d{1,4}$/.test(parameter) ? parameter : this.#same('value', parameter);
        const isHarmless = value === '' || value === hidden || /^\d{1,4}$/.test(value);
        return `${name}=${isHarmless ? value : this.#same('value', value)}`;
      })
      .join('&');
  }

  #host(host: string): string {
    if (host.startsWith('[')) return `[${this.#same('ipv6', host.slice(1, -1))}]`;
    return /^(?:\d{1,3}\.){3}\d{1,3}$/.test(host) ? host : this.#same('host', host.toLowerCase());
  }

  #address(address: string): string {
    return address === '0.0.0.0' || address.startsWith('192.0.2.') ? address : this.#same('ipv4', address);
  }

  /** Always the same for the same; what was put in before stays. */
  #same(kind: string, original: string): string {
    if (original === '' || original === hidden) return original;
    const known = this.#known.get(kind) ?? new Map<string, string>();
    this.#known.set(kind, known);
    const existing = known.get(original);
    if (existing !== undefined) return existing;
    if ([...known.values()].includes(original)) return original;
    const replacement = spelled(kind, known.size + 1);
    known.set(original, replacement);
    return replacement;
  }
}

/** Addresses and names that are kept free for examples (RFC 5737, 3849, 2606, 7042). */
function spelled(kind: string, number: number): string {
  const hex = number.toString(16);
  switch (kind) {
    case 'ipv4':
      return `192.0.2.${Math.min(number, 254)}`;
    case 'ipv6':
      return `2001:db8::${hex}`;
    case 'host':
      return `host-${number}.invalid`;
    case 'mac':
      return `00:00:5e:00:53:${hex.padStart(2, '0').slice(-2)}`;
    case 'uuid':
      return `00000000-0000-4000-8000-${hex.padStart(12, '0')}`;
    default:
      return `${kind}-${number}`;
  }
}

/** Every way in which a password may be written, and what proves that somebody knows it. */
function spellings(username: string, password: string): Set<string> {
  const pair = `${username}:${password}`;
  const forms = [password, pair].flatMap((text) => {
    const bytes = Buffer.from(text);
    const digests = ['md5', 'sha1', 'sha256'].map((name) => createHash(name).update(bytes).digest());
    return [
      text,
      bytes.toString('latin1'),
      encodeURIComponent(text),
      encodeURI(text),
      bytes.toString('base64').replace(/=+$/, ''),
      bytes.toString('base64url'),
      bytes.toString('hex'),
      bytes.toString('hex').toUpperCase(),
      ...digests.flatMap((digest) => [digest.toString('hex'), digest.toString('base64').replace(/=+$/, '')]),
    ];
  });
  return new Set(forms.filter((form) => form.length >= shortestEverywhere));
}
