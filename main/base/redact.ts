import { redactAddresses } from './redact-address.ts';

/** What JSON can say. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** Characters of one string in a line of the log, and of all its fields together. */
const maximumText = 2_048;
const maximumFields = 16_384;
const maximumName = 128;
const maximumItems = 100;
const maximumDepth = 8;

const strongNames =
  'pass(?:word|wd|phrase|code)[\\w-]{0,16}|pass(?![a-z])\\w{0,8}|(?:pwd|secret|token)[\\w-]{0,16}|loginpas';
/** Only as a whole word: "monkey" is no secret. In addresses users go with their passwords. */
const weakNames =
  '(?<![a-z0-9])(?:api|access|private)?_?(?:auth|key|session|sid|usr|user|username|login|loginuse)(?:[_-]?(?:id|key|data|basic|code|info|name|hash))?';
/** A name and what leads to its value: `name=`, `"name":`, `\"name\" :`, `name%3D`; of strong names also `name: `. */
const assignments = new RegExp(
  `(?:(?:${strongNames})(?:\\\\{0,8}["'])?\\s{0,4}(?:[:=]|%3D)|${weakNames}(?:\\s{0,4}(?:=|%3D)|\\\\{0,8}["']\\s{0,4}[:=]))\\s{0,4}`,
  'gi',
);
/** Up to the end of a parameter; a quote or bracket belongs to it unless it ends something. */
const bareValue = /(?:[^&\s"'<>,)}\]]|["',)}\]](?![\s"',)}\];:.&]|$))*/y;
const openingQuote = /(\\{0,8})(["'])/y;
const harmlessValue = /(?:null|true|false|undefined)(?![\w-])/iy;
const credentials =
  /\b((?:proxy-)?authorization\\{0,8}["']?\s{0,4}[:=](?!\s{0,4}\\{0,8}["']?digest\s)\s{0,4}\\{0,8}["']?)([^\r\n"']+)/gi;
const cookies = /\b((?:set-)?cookie\\{0,8}["']?\s{0,4}[:=]\s{0,4}\\{0,8}["']?)([^\r\n"']+)/gi;
const digestResponse = /\b(response\s{0,4}=\s{0,4})(\\{0,8}["'][^"'\\]{1,512}|[0-9a-f]{8,512})/gi;
const elements = /(<[\w:-]{0,32}(?:password|passwd|pwd|secret|token)[\w:-]{0,32}(?:\s[^<>]{0,256})?>)[^<]+/gi;
const secretName = /pass(?:word|wd|phrase|code)|pwd|secret|token|authorization|cookie|credentials/;
const secretWords = new Set(['pass', 'loginpas', 'auth', 'key', 'session', 'sid']);

/**
 * Takes secrets out of a text of any origin and length: user and password of addresses, Authorization and Cookie headers,
 * parameters, JSON fields and XML elements whose names say that they are secret. `***` stands for what was there.
 */
export function redactText(text: string): string {
  // Whatever is taken out has one of these at its beginning; most names and words have none.
  if (!/[:=%<]/.test(text)) return text;
  // Addresses first: what is left of one after the others had a part of it could no longer be recognised.
  const redacted = redactAddresses(text)
    .replace(credentials, (_header, name: string, value: string) => `${name}${redactCredentials(value)}`)
    .replace(cookies, '$1***')
    .replace(digestResponse, (_parameter, name: string, value: string) => `${name}${openedBy(value)}***`)
    .replace(elements, '$1***');
  return redactAssignments(redacted);
}

/** The same for a value: its strings, the names of its fields, and whole fields whose name says that they are secret. */
export function redactJson(value: JsonValue): JsonValue {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map(redactJson);
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [redactText(name), hide(name, field) ?? redactJson(field)]),
  );
}

/** An address as it may be shown to strangers: no user, no password, the names of the query without their values. */
export function redactAddress(address: string): string {
  const shown = redactAddresses(address);
  const query = shown.indexOf('?');
  if (query === -1) return redactText(shown);
  const names = shown
    .slice(query + 1)
    .split('&')
    .map((parameter) => (parameter.includes('=') ? `${parameter.split('=', 1)[0]}=***` : '***'));
  return redactText(`${shown.slice(0, query)}?${names.join('&')}`);
}

/**
 * A line of the log without secrets, at most about 20 kB of it: strings over 2 kB and fields over 16 kB are cut.
 * @param line JSON as pino writes it, or anything else; with or without the line break, which stays
 */
export function redactLine(line: string): string {
  const end = line.endsWith('\n') ? '\n' : '';
  let fields: JsonValue;
  try {
    fields = JSON.parse(line) as JsonValue;
  } catch {
    return `${cut(redactText(line.trimEnd()), maximumFields)}${end}`;
  }
  if (typeof fields !== 'object' || fields === null || isList(fields)) {
    return `${JSON.stringify(new Shortener().shorten(fields))}${end}`;
  }
  const { msg, ...others } = fields;
  const short = new Shortener().shorten(others);
  // The message is what a person looks for: no field takes its room.
  const message = msg === undefined ? {} : { msg: new Shortener().shorten(msg) };
  return `${JSON.stringify({ ...(short as object), ...message })}${end}`;
}

/** Redacts and cuts. Redacts first: half of an address would no longer be recognised. */
class Shortener {
  #left = maximumFields;

  shorten(value: JsonValue, depth = 0): JsonValue {
    if (this.#left <= 0) return '…';
    if (typeof value === 'string') {
      const text = cut(redactText(value), maximumText);
      this.#left -= text.length;
      return text;
    }
    this.#left -= 8;
    if (typeof value !== 'object' || value === null) return value;
    if (depth === maximumDepth) return '…';
    if (isList(value)) return value.slice(0, maximumItems).map((item) => this.shorten(item, depth + 1));
    return Object.fromEntries(
      Object.entries(value)
        .slice(0, maximumItems)
        .map(([name, field]) => {
          const shown = cut(redactText(name), maximumName);
          this.#left -= shown.length;
          return [shown, hide(name, field) ?? this.shorten(field, depth + 1)];
        }),
    );
  }
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** What to show of a field whose name says that it is secret; undefined: all of it. Whether there is one may be said. */
function hide(name: string, value: JsonValue): JsonValue | undefined {
  if (value === null || typeof value === 'boolean' || value === '' || !isSecret(name)) return undefined;
  return '***';
}

function isSecret(name: string): boolean {
  if (name.length > maximumName) return true;
  if (secretName.test(name.toLowerCase())) return true;
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return secretWords.has(words.at(-1) ?? '') || words.includes('pass');
}

function redactCredentials(value: string): string {
  const [, scheme = '', token = '', rest = ''] = /^(\w{1,32}\s{1,4})?(\S*)(.*)$/s.exec(value) ?? [];
  if (/^basic\s/i.test(scheme)) return `${scheme}***${token.replace(/^[\w+/=.~-]*/, '')}${rest}`;
  return `${scheme}***`;
}

function openedBy(value: string): string {
  return /^\\*["']/.exec(value)?.[0] ?? '';
}

function redactAssignments(text: string): string {
  let redacted = '';
  let copied = 0;
  assignments.lastIndex = 0;
  for (let match = assignments.exec(text); match !== null; match = assignments.exec(text)) {
    const start = match.index + match[0].length;
    const [from, to] = valueAt(text, start);
    redacted += text.slice(copied, from);
    if (to > from) redacted += '***';
    copied = to;
    assignments.lastIndex = to;
  }
  return redacted + text.slice(copied);
}

/** From where to where the value at an index goes, without its quotes; nothing when it is no secret. */
function valueAt(text: string, index: number): [from: number, to: number] {
  if (matchAt(harmlessValue, text, index) !== null) return [index, index];
  const quote = matchAt(openingQuote, text, index);
  if (quote === null) return [index, index + (matchAt(bareValue, text, index)?.[0].length ?? 0)];
  const [opening, backslashes = '', mark = '"'] = quote;
  const from = index + opening.length;
  for (let end = text.indexOf(mark, from); end !== -1; end = text.indexOf(mark, end + 1)) {
    let before = 0;
    while (text[end - 1 - before] === '\\' && end - 1 - before >= from) before++;
    // One that is escaped more often than the first belongs to the value.
    if (before <= backslashes.length) return [from, end - before];
  }
  return [from, text.length];
}

function matchAt(pattern: RegExp, text: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index;
  return pattern.exec(text);
}

function cut(text: string, characters: number): string {
  if (text.length <= characters) return text;
  return `${text.slice(0, characters).toWellFormed()}… (${text.length} characters)`;
}
