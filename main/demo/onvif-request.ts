import { createHash } from 'node:crypto';
import { XMLParser } from 'fast-xml-parser';

/** A SOAP request as the virtual device reads it, written apart from the client's reader. */
export interface OnvifRequest {
  /** Name of the element in the body, without prefix. */
  readonly operation: string;
  readonly body: Node;
  readonly header: Node;
}

/** Names without prefixes; attributes begin with `@`, the text of an element that has some is `#text`. */
export type Node = Readonly<Record<string, unknown>>;

const parser = new XMLParser({
  removeNSPrefix: true,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  htmlEntities: true,
});

/** Null for what is no SOAP. */
export function readRequest(text: string): OnvifRequest | null {
  try {
    const envelope = nodeAt(parser.parse(text), 'Envelope');
    const body = nodeAt(envelope, 'Body');
    const operation = Object.keys(body).find((key) => !key.startsWith('@'));
    if (operation === undefined) return null;
    return { operation, body: nodeAt(body, operation), header: nodeAt(envelope, 'Header') };
  } catch {
    return null;
  }
}

/** The node at a path; an empty one when there is none. */
export function nodeAt(node: unknown, ...path: readonly string[]): Node {
  let at: unknown = node;
  for (const name of path) at = isNode(at) ? at[name] : undefined;
  return isNode(at) ? at : {};
}

/** The text at a path; undefined when there is none. */
export function textOf(node: unknown, ...path: readonly string[]): string | undefined {
  const parent = nodeAt(node, ...path.slice(0, -1));
  const value = parent[path.at(-1) ?? ''];
  const text = isNode(value) ? value['#text'] : value;
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** A number at a path; undefined when there is none. */
export function numberOf(node: unknown, ...path: readonly string[]): number | undefined {
  const text = textOf(node, ...path);
  const value = Number(text);
  return text === undefined || !Number.isFinite(value) ? undefined : value;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const toleratedMilliseconds = 10_000;
const maximumNonces = 1_000;

/** The device's side of the UsernameToken profile: each nonce counts once, and only near the device's own time. */
export class TokenCheck {
  readonly #account: { readonly username: string; readonly password: string };
  /** Seen lately; the oldest go first. */
  readonly #nonces = new Set<string>();

  constructor(account: { readonly username: string; readonly password: string }) {
    this.#account = account;
  }

  /** @param now the device's time, milliseconds since 1970 */
  accepts(header: Node, now: number): boolean {
    const token = nodeAt(header, 'Security', 'UsernameToken');
    const nonce = textOf(token, 'Nonce');
    const created = textOf(token, 'Created');
    if (nonce === undefined || created === undefined || this.#nonces.has(nonce)) return false;
    if (Math.abs(Date.parse(created) - now) > toleratedMilliseconds) return false;
    const { username, password } = this.#account;
    const digest = createHash('sha1')
      .update(Buffer.concat([Buffer.from(nonce, 'base64'), Buffer.from(created + password)]))
      .digest('base64');
    if (textOf(token, 'Username') !== username || textOf(token, 'Password') !== digest) return false;
    this.#nonces.add(nonce);
    const [oldest] = this.#nonces;
    if (this.#nonces.size > maximumNonces && oldest !== undefined) this.#nonces.delete(oldest);
    return true;
  }
}
