import Papa from 'papaparse';
import type { InputIssue } from '../base/gatehouse-error.ts';
import type { Camera } from '../contract/camera.ts';
import type { CameraFileFormat } from '../contract/camera-file.ts';
import { maximumCameras } from '../contract/limits.ts';
import {
  CameraFileCheck,
  type CameraFileEntry,
  type CameraFileRow,
  type Field,
  type FieldNames,
  fields,
  findFields,
  isAddressOnly,
} from './camera-file-check.ts';

const jsonFormat = 'gatehouse-cameras';
const jsonVersion = 1;
const byteOrderMark = '\uFEFF';
/** What makes a spreadsheet take a cell for a formula, also in the width of Chinese and Japanese letters. */
const formula = /^'*[=+\-@\t\r＝＋－＠]/;
const guardedFormula = /^'+[=+\-@\t\r＝＋－＠]/;

/** Writes cameras as `parseCameraFile` reads them: JSON, or CSV with CRLF and a byte order mark for Excel. Never a password. */
export function writeCameraFile(cameras: readonly Camera[], format: CameraFileFormat): string {
  switch (format) {
    case 'json': {
      const list = cameras.map((camera) => {
        const { id, number, name, group, mainUrl, subUrl, onvifUrl, username } = camera;
        const { connection, transport, certificate } = camera;
        const addresses = { mainUrl, subUrl, onvifUrl };
        return { id, number, name, group, ...addresses, username, connection, transport, certificate };
      });
      return `${JSON.stringify({ format: jsonFormat, version: jsonVersion, cameras: list }, null, 2)}\n`;
    }
    case 'csv': {
      const values = cameras.map((camera) =>
        fields.map((field) => (field === 'password' ? '' : guard(String(camera[field] ?? '')))),
      );
      return `${byteOrderMark}${Papa.unparse([[...fields], ...values], { newline: '\r\n' })}\r\n`;
    }
    default:
      return format satisfies never;
  }
}

/** What a file says, and what is wrong with it. */
export interface CameraFileContent {
  readonly rows: readonly CameraFileRow[];
  readonly issues: readonly InputIssue[];
}

/**
 * Reads a list of cameras: JSON or CSV, told apart by the first character. Nothing may be imported unless `issues` is
 * empty. Their paths are `line 4, address` by the name of the column, `camera 3, mainUrl` in a JSON file, `line 4` or `file`;
 * their messages never repeat a password or an address. The first 200 are listed, and how many more there are.
 */
export function parseCameraFile(text: string): CameraFileContent {
  const check = new CameraFileCheck();
  const content = text.startsWith(byteOrderMark) ? text.slice(byteOrderMark.length) : text;
  const [first] = content.trimStart();
  if (first === undefined) check.refuse('file', 'is empty');
  else if (first === '{' || (first === '[' && !/^\s*\[[\da-f]*:/i.test(content))) readJson(content, check);
  else if (first === '<') check.refuse('file', 'is a web page or XML, and no list of cameras');
  else readCsv(content.replace(/\r\n?/g, '\n'), check);
  return check.result();
}

function readJson(text: string, check: CameraFileCheck): void {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    // The parser's own message repeats a piece of the file, which may be a password.
    const [, line] = /\(line (\d+) column \d+\)/.exec(error instanceof Error ? error.message : '') ?? [];
    const message = 'is not valid JSON: a comma, a quote or a bracket is missing or one too many';
    check.refuse(line === undefined ? 'file' : `line ${line}`, message);
    return;
  }
  if (!isObject(content) || content.format !== jsonFormat) {
    check.refuse(
      'file',
      `is JSON, but no list of cameras from Gatehouse: it needs "format": "${jsonFormat}"`,
    );
    return;
  }
  const { version, cameras } = content;
  if (typeof version === 'number' && version > jsonVersion) {
    check.refuse('file', 'was written by a newer Gatehouse. Update this one, or export it as CSV there');
    return;
  }
  if (version !== jsonVersion || !Array.isArray(cameras)) {
    check.refuse('file', `needs "version": ${jsonVersion} and a list of "cameras"`);
    return;
  }
  for (const [index, camera] of cameras.entries()) {
    const line = index + 1;
    const place = `camera ${line}`;
    if (index === maximumCameras) {
      check.refuse(place, tooMany);
      return;
    }
    if (!isObject(camera)) check.refuse(place, 'is no camera: it needs "name" and "mainUrl"');
    else check.add(entryOf({ line, place }, headerOf(Object.keys(camera)), Object.values(camera)));
  }
  if (cameras.length === 0) check.refuse('file', 'holds no cameras');
}

/** @param text with LF as its only line break */
function readCsv(text: string, check: CameraFileCheck): void {
  const unreadable = findUnreadable(text);
  if (unreadable !== null) {
    check.refuse(`line ${lineAt(text, unreadable.index)}`, unreadable.message);
    return;
  }
  const [declaration = '', declared] = /^\s*sep=([,;\t])[ \t]*\n/i.exec(text) ?? [];
  const table = text.slice(declaration.length);
  let line = lineAt(declaration, declaration.length);
  let header: Header | null = null;
  let headerPlace = '';
  let cameras = 0;
  let cursor = 0;
  Papa.parse<string[]>(table, {
    delimiter: declared ?? findSeparator(table),
    newline: '\n',
    step: ({ data: cells, errors, meta }, parser) => {
      const place = `line ${line}`;
      const rowLine = line;
      line += countLineBreaks(table, cursor, meta.cursor);
      cursor = meta.cursor;
      const used = cells.findLastIndex((cell) => cell.trim() !== '') + 1;
      if (errors.length > 0) {
        check.refuse(place, brokenQuote);
        if (header === null) parser.abort();
      } else if (used === 0) {
        return;
      } else if (header === null) {
        header = headerOf(cells.map(unguard));
        headerPlace = place;
        if (header.columns.size === 0 && isAddressOnly(unguard(cells[0] ?? ''))) {
          header = withoutHeader;
          cameras++;
          check.add(entryOf({ line: rowLine, place }, header, cells, unguardField));
          return;
        }
        if (refuseHeader(header.columns, place, check)) parser.abort();
      } else if (used > header.width) {
        check.refuse(place, tooManyValues);
      } else if (cameras === maximumCameras) {
        check.refuse(place, tooMany);
        parser.abort();
      } else if (!header.columns.has('name') && !isAddressOnly(addressIn(header, cells))) {
        // Said once, for all of its lines.
        check.refuse(headerPlace, 'has no column for the names (name)');
        parser.abort();
      } else {
        cameras++;
        check.add(entryOf({ line: rowLine, place }, header, cells, unguardField));
      }
    },
  });
  if (cameras === 0 && check.isClean) check.refuse('file', 'holds no cameras');
}

/** What a file calls its fields, and where they are. */
interface Header {
  readonly names: FieldNames;
  readonly columns: ReadonlyMap<Field, number>;
  readonly width: number;
}

/** A list of addresses, each with what may stand behind it. */
const withoutHeader = headerOf(['address', 'name', 'username', 'password']);

function headerOf(cells: readonly string[]): Header {
  const columns = findFields(cells);
  const names = new Map(
    [...columns].map(([field, column]) => [field, cells[column]?.replace(/\W+/g, ' ').trim() || field]),
  );
  return { names, columns, width: cells.length };
}

function addressIn({ columns }: Header, cells: readonly string[]): string {
  return unguard(cells[columns.get('mainUrl') ?? -1] ?? '');
}

const brokenQuote =
  'has a quote (") that is not closed, or no separator behind it. Inside a value, write "" for one';
const tooManyValues = 'has more values than there are columns. Put values with a separator into quotes';
const tooMany = `is one too many: Gatehouse holds at most ${maximumCameras.toLocaleString('en')} cameras`;

function refuseHeader(columns: ReadonlyMap<Field, number>, place: string, check: CameraFileCheck): boolean {
  if (columns.size === 0) {
    check.refuse(place, 'must say what the columns are: at least name,address');
    return true;
  }
  if (columns.has('mainUrl')) return false;
  check.refuse(place, 'has no column for the addresses (mainUrl or address)');
  return true;
}

function entryOf(
  at: { line: number; place: string },
  { names, columns }: Header,
  values: readonly unknown[],
  convert: (value: unknown, field: Field) => unknown = (value) => value,
): CameraFileEntry {
  const found = [...columns].map(([field, column]) => [field, convert(values[column], field)] as const);
  return { ...at, names, values: new Map(found) };
}

/** Where a text says that it is none, or that it was read with the wrong characters. */
function findUnreadable(text: string): { index: number; message: string } | null {
  const control = text.search(/(?![\t\n\v\f])\p{Cc}/u);
  if (control !== -1) {
    const message = 'is not text. Save the list as CSV (UTF-8); a spreadsheet as it is cannot be read';
    return { index: control, message };
  }
  const lost = text.indexOf('\uFFFD');
  if (lost !== -1) {
    return { index: lost, message: 'holds letters that cannot be read. Save the file as CSV UTF-8' };
  }
  // papaparse looks at blanks behind a misplaced quote again and again.
  const blanks = text.search(/(?<![^\S\n])[^\S\n]{257}/);
  return blanks === -1
    ? null
    : { index: blanks, message: 'holds more than 256 blanks in a row. Take them out' };
}

/** The separator that the first line with anything in it has most of, outside quotes. */
function findSeparator(text: string): string {
  const [header = ''] = /\S[^\n]*/.exec(text) ?? [];
  const bare = header.replace(/"[^"]*"/g, '');
  const counts = [',', ';', '\t'].map((separator) => ({ separator, count: bare.split(separator).length }));
  return counts.reduce((most, next) => (next.count > most.count ? next : most)).separator;
}

function lineAt(text: string, index: number): number {
  return 1 + countLineBreaks(text, 0, index);
}

function countLineBreaks(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', start); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** An apostrophe in front keeps spreadsheets from calculating; one more where there is one already, to tell them apart. */
function guard(cell: string): string {
  return formula.test(cell) ? `'${cell}` : cell;
}

function unguard(cell: string): string {
  return guardedFormula.test(cell) ? cell.slice(1) : cell;
}

/** Passwords are never written, so that an apostrophe in front of one belongs to it. */
function unguardField(value: unknown, field: Field): unknown {
  return typeof value === 'string' && field !== 'password' ? unguard(value) : value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
