/** Instructions and what they are given, as bytes of WebAssembly's binary format (WebAssembly 3.0 section 5); flat only in the end. */
export type Code = readonly (number | Code)[];

export interface WasmFunction {
  /** By this name it is exported. */
  readonly name: string;
  /** Integers of 32 bits: locals 0 and up. */
  readonly parameters: number;
  /** Further integers: the locals after them. */
  readonly integers: number;
  /** Vectors of 128 bits: the locals after those. */
  readonly vectors: number;
  readonly body: Code;
}

const i32Type = 0x7f;
const v128Type = 0x7b;

/** LEB128 (section 5.2.2). @param value 0 to 2^32 - 1 */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** @param value -2^31 to 2^31 - 1 */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    if (rest >= -0x40 && rest < 0x40) return [...bytes, rest & 0x7f];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

function flatten(code: Code, into: number[] = []): number[] {
  for (const part of code) {
    if (typeof part === 'number') into.push(part);
    else flatten(part, into);
  }
  return into;
}

const list = (items: readonly Code[]): Code => [unsigned(items.length), items];
const section = (id: number, content: Code): Code => [id, sized(content)];
const name = (text: string): Code => sized([...Buffer.from(text)]);

function sized(code: Code): Code {
  const bytes = flatten(code);
  return [unsigned(bytes.length), bytes];
}

/**
 * A module that imports nothing, and exports its functions and its memory, `memory`.
 * @param pages of its memory, 64 KiB each; it never grows
 */
export function wasmModule(functions: readonly WasmFunction[], pages: number): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [
    0x60,
    list(Array.from({ length: parameters }, () => [i32Type])),
    list([]),
  ]);
  const bodies = functions.map(({ integers, vectors, body }) =>
    sized([
      list([
        [unsigned(integers), i32Type],
        [unsigned(vectors), v128Type],
      ]),
      body,
      0x0b,
    ]),
  );
  const exports = functions.map((exported, index) => [name(exported.name), 0x00, unsigned(index)]);
  const module: Code = [
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    section(1, list(types)),
    section(3, list(functions.map((_, index) => unsigned(index)))),
    section(5, list([[0x01, unsigned(pages), unsigned(pages)]])),
    section(7, list([[name('memory'), 0x02, 0x00], ...exports])),
    section(10, list(bodies)),
  ];
  return Uint8Array.from(flatten(module));
}

const vector = (operation: number): Code => [0xfd, unsigned(operation)];

export const get = (local: number): Code => [0x20, unsigned(local)];
/** @param value what the local becomes */
export const set = (local: number, value: Code): Code => [value, 0x21, unsigned(local)];
export const call = (index: number, ...operands: Code[]): Code => [operands, 0x10, unsigned(index)];
/** Again for as long as `condition`, at its end, is not 0. */
export const repeatWhile = (body: Code, condition: Code): Code => [
  ...[0x03, 0x40],
  body,
  condition,
  ...[0x0d, 0x00, 0x0b],
];
/** Only if `condition` is not 0. */
export const when = (condition: Code, body: Code): Code => [condition, 0x04, 0x40, body, 0x0b];

export const integer = (value: number): Code => [0x41, signed(value)];
export const add = (left: Code, right: Code): Code => [left, right, 0x6a];
export const subtract = (left: Code, right: Code): Code => [left, right, 0x6b];
export const or = (left: Code, right: Code): Code => [left, right, 0x72];
export const shiftLeft = (value: Code, bits: number): Code => [value, integer(bits), 0x74];
export const shiftRight = (value: Code, bits: number): Code => [value, integer(bits), 0x76];
export const isBelow = (left: Code, right: Code): Code => [left, right, 0x49];
export const loadInteger = (address: Code, offset = 0): Code => [address, 0x28, 2, unsigned(offset)];

/** 16 bytes, from anywhere. */
export const load = (address: Code, offset = 0): Code => [address, vector(0x00), 0, unsigned(offset)];
export const store = (address: Code, value: Code, offset = 0): Code => [
  address,
  value,
  vector(0x0b),
  0,
  unsigned(offset),
];
/** @param values 16 of them */
export const bytes = (values: readonly number[]): Code => [vector(0x0c), values];
export const and = (left: Code, right: Code): Code => [left, right, vector(0x4e)];
export const xor = (first: Code, ...others: Code[]): Code => [
  first,
  others.map((other) => [other, vector(0x51)]),
];
/** Each byte shifted to the right. */
export const shiftBytesRight = (value: Code, bits: number): Code => [value, integer(bits), vector(0x6d)];
/** The bytes of two vectors, chosen by `places`: 16 numbers, 0 to 31. */
export const shuffle = (left: Code, right: Code, places: readonly number[]): Code => [
  left,
  right,
  vector(0x0d),
  places,
];
/**
 * For each byte of `index` the byte of `table` that it names: 0 to 15, or 128 and up for 0. What lies between is left to the
 * processor ("relaxed"), which saves an instruction each.
 */
export const lookUp = (table: Code, index: Code): Code => [table, index, vector(0x100)];
/** @param value an integer that becomes the last of four */
export const withLastInteger = (into: Code, value: Code): Code => [into, value, vector(0x1c), 3];
