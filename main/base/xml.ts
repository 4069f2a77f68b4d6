import { XMLParser } from 'fast-xml-parser';

/** What an element holds: text, or elements by their names without prefix. Attributes are left out. */
export type XmlNode = string | { readonly [name: string]: XmlNode | readonly XmlNode[] };

const maximumDepth = 32;

const parser = new XMLParser({
  removeNSPrefix: true,
  ignoreAttributes: true,
  // A model "1.10" must not become 1.1.
  parseTagValue: false,
  trimValues: true,
  processEntities: true,
  htmlEntities: false,
  maxNestedTags: maximumDepth,
});

/**
 * Reads a document that a stranger sent; the caller has capped its size. Undefined when it is no XML, is nested deeper than
 * 32 elements, or has a DOCTYPE, which no device needs and which can grow without end.
 */
export function parseXml(text: string): XmlNode | undefined {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) return undefined;
  try {
    const document: unknown = parser.parse(text);
    return typeof document === 'object' && document !== null ? (document as XmlNode) : undefined;
  } catch {
    return undefined;
  }
}

/** The elements of this name directly inside; none inside text. */
export function xmlChildren(node: XmlNode | undefined, name: string): readonly XmlNode[] {
  if (node === undefined || typeof node === 'string' || !Object.hasOwn(node, name)) return [];
  const child = node[name];
  return child === undefined ? [] : Array.isArray(child) ? child : [child as XmlNode];
}

/** The first element at the end of a path of names; undefined when there is none. */
export function xmlChild(node: XmlNode | undefined, ...path: readonly string[]): XmlNode | undefined {
  return path.reduce<XmlNode | undefined>((parent, name) => xmlChildren(parent, name)[0], node);
}

/** The text at the end of a path of names; empty when there is none. */
export function xmlText(node: XmlNode | undefined, ...path: readonly string[]): string {
  const found = xmlChild(node, ...path);
  if (typeof found === 'string') return found;
  // With attributes or a comment beside it.
  const text = found?.['#text'];
  return typeof text === 'string' ? text : '';
}
