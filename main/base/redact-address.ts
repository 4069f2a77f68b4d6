import { isIPv4, isIPv6 } from 'node:net';

/** No address that Gatehouse takes is longer. */
const maximumCharacters = 4096;
/** `://`, as JSON of some cameras writes it, and percent-encoded inside another address. */
const beginnings = /:\/\/|:\\\/\\\/|%3A%2F%2F/gi;
/** Another address, or the stack of an error: no password goes on behind these. */
const barriers = /(?:rtsp|http|whep|whip|ws|rtmp|ftp)s?:\/\/|file:\/\/|\n {0,8}at /gi;
/** A host with its port, and what may follow them. */
const host =
  /(?:\[([\w:.%]{2,60})\]|([\p{L}\p{N}_.~-]{1,255}))(:\d{1,5}|:(?=\s|$))?(?=[/?#&\s"'<>(){}\],;|\\`…]|[:!](?:\s|$)|$)/uy;

/** How the address of a host begins, whatever stands behind it. */
const likelyHost = /\[[\w:]|(?:\d{1,3}\.){3}\d|[\p{L}\p{N}_-]{1,63}\.[\p{L}\p{N}]/uy;

interface Host {
  readonly end: number;
  /** 0: a single word, which may be a user; 1: a name with a domain; 2: an IP address. */
  readonly certainty: 0 | 1 | 2;
  /** Or a colon without one: either may be the beginning of a password. */
  readonly hasPort: boolean;
}

/** Looks for the next of something, only ever forward: however often it is asked, the text is read once. */
class Finder {
  readonly #text: string;
  readonly #pattern: RegExp;
  #found = -1;
  #length = 0;

  constructor(text: string, pattern: RegExp) {
    this.#text = text;
    this.#pattern = new RegExp(pattern, pattern.flags);
  }

  /** Infinity: there is none. */
  next(from: number): number {
    if (this.#found >= from) return this.#found;
    this.#pattern.lastIndex = from;
    const match = this.#pattern.exec(this.#text);
    this.#found = match?.index ?? Number.POSITIVE_INFINITY;
    this.#length = match?.[0].length ?? 0;
    return this.#found;
  }

  /** Of what was found last. */
  get length(): number {
    return this.#length;
  }
}

/**
 * Takes user and password out of every address of any scheme, however they are written: with `@`, `/`, `:`, blanks or
 * percent signs in them. Where a text can be read in two ways, more is taken out rather than less. Linear time.
 */
export function redactAddresses(text: string): string {
  const scanner = new AddressScanner(text);
  return scanner.redact();
}

class AddressScanner {
  readonly #text: string;
  readonly #beginnings: Finder;
  readonly #barriers: Finder;
  readonly #ats: Finder;
  readonly #encodedAts: Finder;
  readonly #blanks: Finder;
  readonly #lines: Finder;

  constructor(text: string) {
    this.#text = text;
    this.#beginnings = new Finder(text, beginnings);
    this.#barriers = new Finder(text, barriers);
    this.#ats = new Finder(text, /@/g);
    this.#encodedAts = new Finder(text, /@|%40/gi);
    this.#blanks = new Finder(text, /\s/g);
    this.#lines = new Finder(text, /[\r\n]/g);
  }

  redact(): string {
    let redacted = '';
    let copied = 0;
    for (;;) {
      const beginning = this.#beginnings.next(copied);
      if (beginning === Number.POSITIVE_INFINITY) return redacted + this.#text.slice(copied);
      const start = beginning + this.#beginnings.length;
      redacted += this.#text.slice(copied, start);
      copied = start;
      const end = this.#endOfUserInfo(beginning, start);
      if (end === start) continue;
      const [at = ''] = /@$|%40$/.exec(this.#text.slice(end - 3, end)) ?? [];
      redacted += `***${at}`;
      copied = end;
    }
  }

  #endOfUserInfo(beginning: number, start: number): number {
    if (this.#text.slice(Math.max(0, beginning - 4), beginning).toLowerCase() === 'file') return start;
    if (this.#text[beginning] === '%') return this.#endOfEncoded(start);
    for (let end = start; ; ) {
      const further = this.#furtherEnd(start, end);
      if (further === end) {
        return end === start && hostAt(this.#text, start) === null ? this.#endOfUnfinished(start) : end;
      }
      end = further;
    }
  }

  /** Behind an `@` up to which everything belongs to user and password; `end`: they go no further. */
  #furtherEnd(start: number, end: number): number {
    const limit = start + maximumCharacters;
    const at = this.#ats.next(end);
    const blank = Math.min(this.#blanks.next(end), limit);
    const found = hostAt(this.#text, end);
    if (at < blank) {
      const last = this.#text.lastIndexOf('@', blank - 1);
      if (this.#isUserInfo(end === start, found, last)) return this.#lastCertain(end, last) + 1;
    }
    const barrier = Math.min(this.#barriers.next(end), limit);
    const line = Math.min(this.#lines.next(end), barrier);
    if (at >= line) {
      // A line break is in a password only where no address ends before it.
      const isOpen = end === start && found === null && this.#hasColon(start, blank);
      return isOpen && at < barrier ? at + 1 : end;
    }
    const last = this.#text.lastIndexOf('@', line - 1);
    if (last < blank || found?.certainty === 2) return end;
    const rest = this.#text.slice(blank, last);
    const goesOn =
      found?.hasPort === true ||
      this.#hasColon(found?.end ?? end, last) ||
      // Behind a user: a single word may be in the password; a name with a domain is the host, unless it looks as if not.
      (end > start && ((found?.certainty ?? 0) === 0 || !isAside(rest) || this.#text[end - 2] === ':'));
    return goesOn ? this.#firstCertain(blank, last) + 1 : end;
  }

  /** Whether what stands before an `@`, without a blank between, is no host with a path. */
  #isUserInfo(isFirst: boolean, found: Host | null, at: number): boolean {
    if (found === null || this.#hasColon(found.end, at)) return true;
    // "rtsp://camera/path@1" is a path, "rtsp://admin/12@gate.local" and "rtsp://admin:12/34@gate" are not.
    if (
      [at, this.#text.lastIndexOf('@', at - 1)].some((each) => each >= found.end && this.#leadsToHost(each))
    ) {
      return true;
    }
    if (!isFirst || !found.hasPort) return false;
    return found.certainty === 0 || !'/?#'.includes(this.#text[found.end] ?? '');
  }

  #leadsToHost(at: number): boolean {
    likelyHost.lastIndex = at + 1;
    return likelyHost.test(this.#text);
  }

  /** The last `@`, or the one before it when that leads to a host beyond doubt: "10.0.0.5/stream@2". */
  #lastCertain(from: number, last: number): number {
    const before = last > from ? this.#text.lastIndexOf('@', last - 1) : -1;
    if (before < from) return last;
    const found = hostAt(this.#text, before + 1);
    const isPath = found !== null && '/?#'.includes(this.#text[found.end] ?? '');
    return isPath && found.certainty > 0 && !this.#hasColon(found.end, last) ? before : last;
  }

  /** What follows an address with a blank in it may be about something else. */
  #firstCertain(from: number, last: number): number {
    for (let at = this.#text.indexOf('@', from); at < last; at = this.#text.indexOf('@', at + 1)) {
      if ((hostAt(this.#text, at + 1)?.certainty ?? 0) > 0) return at;
    }
    return last;
  }

  /** "rtsp://admin:secr" without a host: what was cut off in the middle of a password. */
  #endOfUnfinished(start: number): number {
    const end = Math.min(this.#blanks.next(start), this.#barriers.next(start), this.#text.length);
    return this.#hasColon(start, end) ? end : start;
  }

  #endOfEncoded(start: number): number {
    const blank = this.#blanks.next(start);
    let end = start;
    for (let at = this.#encodedAts.next(end); at < blank; at = this.#encodedAts.next(end)) {
      if (at - start > maximumCharacters) break;
      end = at + this.#encodedAts.length;
    }
    return end;
  }

  #hasColon(from: number, to: number): boolean {
    return this.#text.slice(from, Math.min(to, from + maximumCharacters)).includes(':');
  }
}

/** What is said behind an address and leads to another `@`: ", ask bob@example.com". */
function isAside(text: string): boolean {
  return /^\s+\S+\s+[\p{L}\p{N}._-]+$/u.test(text) || /^\s+\S+\s+\S+\s/.test(text);
}

function hostAt(text: string, index: number): Host | null {
  host.lastIndex = index;
  const match = host.exec(text);
  if (match === null) return null;
  const [whole, ipv6, name = '', port] = match;
  if (ipv6 !== undefined && !isIPv6(ipv6)) return null;
  const isAddress = ipv6 !== undefined || isIPv4(name);
  const isDotted = /[^.]\.\p{L}[\p{L}\p{N}-]*\.?$/u.test(name);
  return {
    end: index + whole.length,
    certainty: isAddress ? 2 : isDotted ? 1 : 0,
    hasPort: port !== undefined,
  };
}
