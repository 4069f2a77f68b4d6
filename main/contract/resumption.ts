/** Asked for as the WebSocket's subprotocol. Without it a socket carries oRPC's messages alone, and ends what it carried with itself. */
export const resumableProtocol = 'gatehouse.resumable.1';

/** For so long after its socket was lost an engine keeps what a page had open. */
export const resumeMilliseconds = 12_000;
/** The engine says something at least this often, and the page answers to it. */
export const beatMilliseconds = 5_000;
/** Who hears nothing for so long takes the socket for a lost one. */
export const silenceMilliseconds = 12_000;

/** Codes with which a WebSocket is closed (RFC 6455 section 7.4): all others, and none, are a socket that was lost. */
export const closeCodes = {
  /** By the page, for good. */
  goodbye: 1000,
  /** By the browser, with the page. */
  pageLeft: 1001,
  /** By the page, which has another socket or looks for one. */
  replaced: 4000,
  /** By the engine, for good. */
  ended: 4001,
} as const;

/** What was received is confirmed after so many messages or characters, and with each beat. */
const confirmedMessages = 32;
const confirmedCharacters = 64 * 1024;
/** A message may be larger, but nothing is kept behind so many characters that were not confirmed. */
const maximumKeptCharacters = 8 * 1024 * 1024;
const maximumKeptMessages = 16_384;
const maximumTokenCharacters = 64;
const maximumControlCharacters = 256;

/** What oRPC hands over: text, or bytes where a file is in it. */
export type LinkMessage = string | Uint8Array<ArrayBuffer>;

/**
 * What the two ends say about the link itself, as a JSON array; oRPC's own texts are objects. Counts are of oRPC's messages since
 * the link was opened.
 */
export type LinkControl =
  /** The page's first word on a socket. */
  | readonly ['open']
  | readonly ['resume', token: string, received: number]
  /** The engine's answer; the token is good for the next socket, and only with the same session. */
  | readonly ['opened', token: string]
  | readonly ['resumed', received: number]
  /** There is nothing to go on with. */
  | readonly ['gone']
  /** The engine's sign of life, which the page answers with `received`. */
  | readonly ['beat', received: number]
  | readonly ['received', received: number];

export function isLinkControl(message: unknown): message is string {
  return typeof message === 'string' && message.startsWith('[');
}

/** Pure. Undefined: it is none. */
export function parseLinkControl(text: string): LinkControl | undefined {
  if (text.length > maximumControlCharacters) return undefined;
  let parts: unknown;
  try {
    parts = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts)) return undefined;
  const [kind, first, second, ...more] = parts as unknown[];
  if (more.length > 0) return undefined;
  switch (kind) {
    case 'open':
    case 'gone':
      return parts.length === 1 ? [kind] : undefined;
    case 'opened':
      return parts.length === 2 && isToken(first) ? [kind, first] : undefined;
    case 'resume':
      return isToken(first) && isCount(second) ? [kind, first, second] : undefined;
    case 'resumed':
    case 'beat':
    case 'received':
      return parts.length === 2 && isCount(first) ? [kind, first] : undefined;
    default:
      return undefined;
  }
}

function isToken(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= maximumTokenCharacters;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * One end's account of a link that outlives its sockets: what was sent and not yet confirmed is kept, what was received is counted.
 * Both ends do the same, so that every message arrives once and in order, or the link ends.
 */
export class MessageLedger {
  #kept: LinkMessage[] = [];
  #keptCharacters = 0;
  #confirmed = 0;
  #received = 0;
  #unsaidMessages = 0;
  #unsaidCharacters = 0;

  /** How many messages came. */
  get received(): number {
    return this.#received;
  }

  /** Keeps a message that is being sent. @returns false when too much is not confirmed: the link has to end */
  keep(message: LinkMessage): boolean {
    if (this.#keptCharacters > maximumKeptCharacters || this.#kept.length >= maximumKeptMessages)
      return false;
    this.#kept.push(message);
    this.#keptCharacters += message.length;
    return true;
  }

  /** The other end has so many. @returns false when it cannot have */
  confirm(received: number): boolean {
    const count = received - this.#confirmed;
    if (count < 0 || count > this.#kept.length) return false;
    for (const message of this.#kept.splice(0, count)) this.#keptCharacters -= message.length;
    this.#confirmed = received;
    return true;
  }

  /** What the other end may not have, in order. */
  get kept(): readonly LinkMessage[] {
    return this.#kept;
  }

  /** Counts a message that came. @returns whether it is time to confirm */
  count(message: LinkMessage): boolean {
    this.#received++;
    this.#unsaidMessages++;
    this.#unsaidCharacters += message.length;
    return this.#unsaidMessages >= confirmedMessages || this.#unsaidCharacters >= confirmedCharacters;
  }

  /** The other end is being told how many messages came. */
  tellReceived(): number {
    this.#unsaidMessages = 0;
    this.#unsaidCharacters = 0;
    return this.#received;
  }
}
