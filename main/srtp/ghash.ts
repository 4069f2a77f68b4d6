import {
  add,
  and,
  bytes,
  type Code,
  call,
  get,
  integer,
  isBelow,
  load,
  loadInteger,
  lookUp,
  or,
  repeatWhile,
  set,
  shiftBytesRight,
  shiftLeft,
  shiftRight,
  shuffle,
  store,
  subtract,
  type WasmFunction,
  wasmModule,
  when,
  withLastInteger,
  xor,
} from './wasm-module.ts';

/*
 * GHASH (NIST SP 800-38D section 6.4) for 16 lanes at once, in instructions that take as long for any key and any text: no
 * branch and no address depends on either. The sum of each lane is kept as 16 rows: row k holds byte k of all lanes. To
 * multiply, each half of a byte looks up what it gives times the key's H, in a table of 16 entries: the vector instruction for
 * this looks up 16 lanes at once. Bits are as GCM has them, the first bit of the first byte is the coefficient of x^0.
 */

/** Blocks that are hashed at once. */
export const lanes = 16;
export const blockBytes = 16;
/** A byte times 16 others gives 17; one row of a table is one of them, for each value of half a byte. */
const productBytes = 17;
/** Of one factor: for the first half of a byte, then for the second. */
const tableBytes = 2 * productBytes * blockBytes;
/** H, H^2, H^4, H^8 and H^16. */
const factors = 5;

/** Where things are in the module's memory. */
const rowsAt = 1_024;
const productAt = rowsAt + lanes * blockBytes;
const shiftsAt = productAt + 32 * blockBytes;
const tagsAt = shiftsAt + 2 * blockBytes;
export const laneOffsetsAt = tagsAt + lanes * blockBytes;
export const nonceAt = laneOffsetsAt + lanes * 4;
const masksAt = nonceAt + blockBytes;
const tablesAt = 4_096;
/** Free for texts, to the end. */
export const textsAt = 8_192;

/** The largest payload of a UDP datagram, and room for a header and a tag. */
const largestText = 65_536 + 128;
const pages = Math.ceil((textsAt + 2 * lanes * largestText) / 65_536);

const repeat = <T>(count: number, each: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => each(index));
const zero = bytes(repeat(16, () => 0));
const lowHalves = bytes(repeat(16, () => 0x0f));
const nowhere = integer(0);
const rowAt = (row: number) => rowsAt + row * blockBytes;
const productRowAt = (row: number) => productAt + row * blockBytes;

/** Rows times the factor whose table is at local 0. */
const multiply: Code = (() => {
  const [table, row, first, second, nextFirst, nextSecond, value] = [0, 1, 2, 3, 4, 5, 6];
  const split = (offset: number, high: number, low: number) => [
    ...set(value, load(get(row), rowsAt + offset)),
    ...set(high, shiftBytesRight(get(value), 4)),
    ...set(low, and(get(value), lowHalves)),
  ];
  const partOf = (place: number, high: number, low: number): Code[] =>
    place < 0 || place >= productBytes
      ? []
      : [
          lookUp(load(get(table), place * blockBytes), get(high)),
          lookUp(load(get(table), (productBytes + place) * blockBytes), get(low)),
        ];
  // Two bytes of each lane in a turn, as they add to nearly the same rows: byte j times byte k adds to row j + k.
  const turn = [
    ...split(0, first, second),
    ...split(blockBytes, nextFirst, nextSecond),
    ...repeat(productBytes + 1, (place) =>
      store(
        get(row),
        xor(
          load(get(row), productRowAt(place)),
          ...partOf(place, first, second),
          ...partOf(place - 1, nextFirst, nextSecond),
        ),
        productRowAt(place),
      ),
    ),
  ];
  // x^128 is 1 + x + x^2 + x^7: what is past the end comes back at the beginning, from the last row on.
  const here = (byte: number) => byte ^ (byte >> 1) ^ (byte >> 2) ^ (byte >> 7);
  const next = (byte: number) => ((byte << 7) ^ (byte << 6) ^ (byte << 1)) & 0xff;
  const addTo = (place: number, of: (byte: number) => number) =>
    store(
      nowhere,
      xor(
        load(nowhere, productRowAt(place)),
        lookUp(bytes(repeat(16, (half) => of(half << 4))), get(first)),
        lookUp(bytes(repeat(16, (half) => of(half))), get(second)),
      ),
      productRowAt(place),
    );
  const reduce = (place: number) => [
    ...set(value, load(nowhere, productRowAt(16 + place))),
    ...set(first, shiftBytesRight(get(value), 4)),
    ...set(second, and(get(value), lowHalves)),
    ...addTo(place, here),
    ...addTo(place + 1, next),
  ];
  return [
    ...repeat(32, (place) => store(nowhere, zero, productRowAt(place))),
    ...set(row, integer(0)),
    ...repeatWhile(
      [...turn, ...set(row, add(get(row), integer(2 * blockBytes)))],
      isBelow(get(row), integer(16 * blockBytes)),
    ),
    ...repeat(16, (place) => reduce(15 - place)),
    ...repeat(16, (place) => store(nowhere, load(nowhere, productRowAt(place)), rowAt(place))),
  ];
})();

/** The bytes of two vectors in turn: of their first halves, of their second halves. */
const firstHalves = repeat(16, (lane) => (lane >> 1) + (lane & 1) * 16);
const secondHalves = firstHalves.map((lane) => lane + 8);

/** Turns 16 vectors, in locals from `from` on, into rows; or back, which is the same. @returns which locals then hold them */
function transpose(from: number): { readonly code: Code; readonly result: number } {
  const stages = repeat(4, (stage) => {
    const at = from + stage * 16;
    return repeat(8, (place) => [
      ...set(at + 16 + 2 * place, shuffle(get(at + place), get(at + place + 8), firstHalves)),
      ...set(at + 17 + 2 * place, shuffle(get(at + place), get(at + place + 8), secondHalves)),
    ]);
  });
  return { code: stages.flat(), result: from + 64 };
}

/** Adds a block to each lane: that which lies local 0 bytes after where the lane begins. */
const gather: Code = (() => {
  const { code, result } = transpose(1);
  return [
    ...repeat(lanes, (lane) =>
      set(1 + lane, load(add(loadInteger(nowhere, laneOffsetsAt + 4 * lane), get(0)))),
    ),
    ...code,
    ...repeat(16, (row) => store(nowhere, xor(load(nowhere, rowAt(row)), get(result + row)), rowAt(row))),
  ];
})();

const multiplyIndex = 0;
const gatherIndex = 1;

/** For as many blocks of each lane as local 2 says, local 1 bytes apart: sum = sum times the factor (its table at local 0), plus block. */
const hash: Code = [
  ...repeat(16, (row) => store(nowhere, zero, rowAt(row))),
  ...set(3, integer(0)),
  ...repeatWhile(
    [
      ...call(gatherIndex, get(3)),
      ...set(3, add(get(3), get(1))),
      ...set(2, subtract(get(2), integer(1))),
      ...when(get(2), call(multiplyIndex, get(0))),
    ],
    get(2),
  ),
];

/** Each lane becomes itself times the factor (its table at local 0) plus the lane that is local 1 lanes further. */
const fold: Code = [
  ...repeat(16, (row) => set(3 + row, load(nowhere, rowAt(row)))),
  ...call(multiplyIndex, get(0)),
  ...set(2, load(get(1), shiftsAt)),
  ...repeat(16, (row) =>
    store(nowhere, xor(load(nowhere, rowAt(row)), lookUp(get(3 + row), get(2))), rowAt(row)),
  ),
];

/** The sums of the lanes as blocks, one after the other. */
const collect: Code = (() => {
  const { code, result } = transpose(0);
  return [
    ...repeat(16, (row) => set(row, load(nowhere, rowAt(row)))),
    ...code,
    ...repeat(lanes, (lane) => store(nowhere, get(result + lane), tagsAt + lane * blockBytes)),
  ];
})();

/** Writes the blocks that counter mode encrypts, from local 0 on: counters 2 to local 1 + 1, and 1 (RFC 7714 section 8). */
const count: Code = (() => {
  const [at, left, counter, nonce] = [0, 1, 2, 3];
  const block = (value: Code) => store(get(at), withLastInteger(get(nonce), value));
  // Below 65,536 always; the processor's first byte is the counter's last.
  const swapped = or(shiftLeft(get(counter), 24), shiftLeft(shiftRight(get(counter), 8), 16));
  return [
    ...set(nonce, load(nowhere, nonceAt)),
    ...set(counter, integer(2)),
    ...when(
      get(left),
      repeatWhile(
        [
          ...block(swapped),
          ...set(at, add(get(at), integer(blockBytes))),
          ...set(counter, add(get(counter), integer(1))),
          ...set(left, subtract(get(left), integer(1))),
        ],
        get(left),
      ),
    ),
    ...block(integer(1 << 24)),
  ];
})();

/** The text at local 1 and the key stream at local 0 both become the text encrypted; local 2 bytes, then zeros to the block's end. */
const encrypt: Code = (() => {
  const [stream, text, left, value] = [0, 1, 2, 3];
  const both = (code: Code) => [
    ...set(value, code),
    ...store(get(stream), get(value)),
    ...store(get(text), get(value)),
  ];
  const mixed = xor(load(get(stream)), load(get(text)));
  // 16 bytes of ones, then zeros: a mask for n bytes begins 16 - n bytes further on.
  const mask = load(subtract(integer(masksAt + blockBytes), get(left)));
  return [
    ...when(
      isBelow(integer(blockBytes - 1), get(left)),
      repeatWhile(
        [
          ...both(mixed),
          ...set(stream, add(get(stream), integer(blockBytes))),
          ...set(text, add(get(text), integer(blockBytes))),
          ...set(left, subtract(get(left), integer(blockBytes))),
        ],
        isBelow(integer(blockBytes - 1), get(left)),
      ),
    ),
    ...when(get(left), both(and(mixed, mask))),
  ];
})();

/** The tag of lane local 0: its sum, and the block of key stream at local 1, written to local 2. */
const seal: Code = store(get(2), xor(load(shiftLeft(get(0), 4), tagsAt), load(get(1))));

const functions: readonly WasmFunction[] = [
  { name: 'multiply', parameters: 1, integers: 1, vectors: 5, body: multiply },
  { name: 'gather', parameters: 1, integers: 0, vectors: 80, body: gather },
  { name: 'hash', parameters: 3, integers: 1, vectors: 0, body: hash },
  { name: 'fold', parameters: 2, integers: 0, vectors: 17, body: fold },
  { name: 'collect', parameters: 0, integers: 0, vectors: 80, body: collect },
  { name: 'count', parameters: 2, integers: 1, vectors: 1, body: count },
  { name: 'encrypt', parameters: 3, integers: 0, vectors: 1, body: encrypt },
  { name: 'seal', parameters: 3, integers: 0, vectors: 0, body: seal },
];

/** What the module does; each does nothing but this, and all of it at once. */
interface Ghash {
  /** Rows times a factor. @param table address of the factor's */
  multiply(table: number): void;
  /** Hashes into rows: of each lane `blocks` blocks, `step` bytes apart, from what `laneOffsetsAt` says on. */
  hash(table: number, step: number, blocks: number): void;
  /** Each lane becomes itself times a factor plus the lane that is `lanes` further. */
  fold(table: number, lanes: number): void;
  /** Rows become blocks again, one for each lane, for `seal`. */
  collect(): void;
  /** Writes what counter mode encrypts with the nonce at `nonceAt`: `blocks` blocks for the text, and one for the tag. */
  count(at: number, blocks: number): void;
  /** The key stream at `stream` and the text at `text` both become the encrypted text, with zeros up to the block's end. */
  encrypt(stream: number, text: number, length: number): void;
  /** Writes the tag of a lane. @param mask address of the key stream's block for it */
  seal(lane: number, mask: number, at: number): void;
}

const { memory, ...exported } = new WebAssembly.Instance(new WebAssembly.Module(wasmModule(functions, pages)))
  .exports as unknown as Ghash & { readonly memory: { readonly buffer: ArrayBuffer } };
export const ghash: Ghash = exported;
export const ghashMemory = new Uint8Array(memory.buffer);
ghashMemory.set([...repeat(16, (lane) => lane), ...repeat(16, () => 0x80)], shiftsAt);
ghashMemory.fill(0xff, masksAt, masksAt + blockBytes);

/** Address of the table of H^(2^power) of the key that is in use. @param power 0 to 4 */
export function tableAt(power: number): number {
  return tablesAt + power * tableBytes;
}

/**
 * The tables of a key, for `useKeyTables`.
 * @param factor H: the encrypted block of zeros
 */
export function keyTables(factor: Uint8Array): Uint8Array {
  let power = factor;
  for (let index = 0; index < factors; index++) {
    writeTable(ghashMemory.subarray(tableAt(index)), power);
    // Lane 0 becomes the factor's square.
    for (let row = 0; row < blockBytes; row++) ghashMemory[rowAt(row)] = power[row] ?? 0;
    ghash.multiply(tableAt(index));
    power = Uint8Array.from(repeat(blockBytes, (row) => ghashMemory[rowAt(row)] ?? 0));
  }
  return ghashMemory.slice(tablesAt, tableAt(factors));
}

export function useKeyTables(tables: Uint8Array): void {
  ghashMemory.set(tables, tablesAt);
}

function writeTable(table: Uint8Array, factor: Uint8Array): void {
  for (let place = 0; place < productBytes; place++) {
    const bits = ((factor[place - 1] ?? 0) << 8) | (factor[place] ?? 0);
    for (let half = 0; half < 16; half++) {
      let first = 0;
      let second = 0;
      for (let bit = 0; bit < 4; bit++) {
        if ((half & (8 >> bit)) === 0) continue;
        first ^= bits >> bit;
        second ^= bits >> (4 + bit);
      }
      table[place * blockBytes + half] = first;
      table[(productBytes + place) * blockBytes + half] = second;
    }
  }
}
