import { XMLParser } from 'fast-xml-parser';

/** XML that is ready to be sent: made by the tag `xml` only, so that no text in it is unescaped. */
export class Xml {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type XmlValue = string | number | boolean | Xml | readonly Xml[] | null | undefined;

/** A template for XML: texts are escaped, XML and lists of it go in as they are, null and undefined leave nothing. */
export function xml(parts: TemplateStringsArray, ...values: readonly XmlValue[]): Xml {
  return new Xml(parts.map((part, index) => part + write(values[index])).join(''));
}

/** One element of a document that was read. Names are without their prefixes: no two cameras use the same ones. */
export interface XmlElement {
  readonly name: string;
  /** Of the name; empty when it has none. */
  readonly namespace: string;
  /** By their names without prefix; no declarations of namespaces. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly elements: readonly XmlElement[];
  /** What stands directly in it, trimmed. */
  readonly text: string;
}

/** Answers are a few kilobytes; the longest that are known, of recorders with 64 channels, are below 500. */
export const maximumXmlBytes: number = 1024 * 1024;
const maximumDepth = 64;
/** Of `<`, `=` and `&` each: about 10,000 elements, which the parser takes 100 ms for while everything else waits. */
const maximumMarks = 20_000;

/**
 * Reads a document of at most 1 MB, 64 levels and about 10,000 elements, every value a string. Documents that declare a type
 * are refused: SOAP forbids it (SOAP 1.2 part 1, section 5), and only attacks on readers need it.
 * @throws Error that says what is wrong with it
 */
export function parseXml(text: string): XmlElement {
  if (text.length > maximumXmlBytes) throw new Error('it is longer than 1 MB');
  if (/<!\s*(?:DOCTYPE|ENTITY)/i.test(text)) throw new Error('it declares a document type');
  if (['<', '=', '&'].some((mark) => count(text, mark) > maximumMarks)) {
    throw new Error('it has more than 10,000 elements');
  }
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    cdataPropName: '#cdata',
    // They are decoded below: the parser is slow with them, and leaves the numeric ones as they are.
    processEntities: false,
    jPath: false,
    // The root is not counted.
    maxNestedTags: maximumDepth - 1,
  });
  const root = read(parser.parse(text), new Map()).find(({ name }) => !name.startsWith('?'));
  if (root === undefined) throw new Error('it has no element');
  return root;
}

/** The same of what a stranger says without being asked; undefined when it is nothing that can be read. */
export function parseStrangersXml(text: string): XmlElement | undefined {
  try {
    return parseXml(text);
  } catch {
    return undefined;
  }
}

/** The first element at a path below this one. */
export function find(element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  return path.reduce<XmlElement | undefined>(
    (from, name) => from?.elements.find((child) => child.name === name),
    element,
  );
}

/** All elements of a name directly below this one. */
export function findAll(element: XmlElement | undefined, name: string): XmlElement[] {
  return element?.elements.filter((child) => child.name === name) ?? [];
}

/** The text at a path below this element; undefined when nothing or only an empty element is there. */
export function textAt(element: XmlElement | undefined, ...path: readonly string[]): string | undefined {
  const text = find(element, ...path)?.text;
  return text === '' ? undefined : text;
}

function write(value: XmlValue): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Xml) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return escapeText(String(value));
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#13;',
};

/** Control characters, most of which XML 1.0 cannot hold in any form, are left out. */
function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(/(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu, '')
    .replace(/[&<>"'\r]/g, (character) => escapes[character] ?? '');
}

function count(text: string, character: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) found++;
  return found;
}

const textName = '#text';
const cdataName = '#cdata';
const attributesName = ':@';

type Namespaces = ReadonlyMap<string, string>;

/** Makes elements of what fast-xml-parser gives with `preserveOrder`. */
function read(nodes: unknown, namespaces: Namespaces): XmlElement[] {
  return listOf(nodes).flatMap((node) => {
    const tag = Object.keys(node).find((key) => key !== attributesName);
    return tag === undefined || tag === textName || tag === cdataName ? [] : [element(tag, node, namespaces)];
  });
}

function element(tag: string, node: Readonly<Record<string, unknown>>, outer: Namespaces): XmlElement {
  const given = Object.entries((node[attributesName] ?? {}) as Readonly<Record<string, string>>);
  const attributes = new Map<string, string>();
  let namespaces = outer;
  for (const [name, value] of given) {
    const [prefix, local] = split(name);
    const declared = name === 'xmlns' ? '' : prefix === 'xmlns' ? local : undefined;
    if (declared === undefined) attributes.set(local, decode(value));
    else namespaces = new Map([...namespaces, [declared, decode(value)]]);
  }
  const [prefix, name] = split(tag);
  const children = node[tag];
  return {
    name,
    namespace: namespaces.get(prefix) ?? '',
    attributes,
    elements: read(children, namespaces),
    text: listOf(children).map(textOf).join('').trim(),
  };
}

function listOf(nodes: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(nodes) ? nodes : [];
}

function textOf(node: Readonly<Record<string, unknown>>): string {
  if (cdataName in node)
    return listOf(node[cdataName])
      .map((part) => String(part[textName] ?? ''))
      .join('');
  return textName in node ? decode(String(node[textName])) : '';
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The five entities that XML has by itself, and characters by their numbers; whatever else there is stays as it is. */
function decode(text: string): string {
  return text.replace(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi,
    (whole, hex, decimal, name) => {
      if (name !== undefined) return entities[String(name).toLowerCase()] ?? whole;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

function split(name: string): readonly [prefix: string, local: string] {
  const colon = name.indexOf(':');
  return colon === -1 ? ['', name] : [name.slice(0, colon), name.slice(colon + 1)];
}
