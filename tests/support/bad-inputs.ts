import fc from 'fast-check';

/** A value where another one belongs. Two of them are the same when their names are. */
export interface BadValue {
  readonly name: string;
  readonly value: unknown;
}

/** A sample with one field replaced, left out, or, with no path, something else altogether. */
export interface BadInput {
  readonly name: string;
  /** Of the field that is wrong; empty for the input as a whole. */
  readonly path: readonly (string | number)[];
  readonly input: unknown;
}

const missing = Symbol('missing');

function nested(depth: number): unknown {
  let value: unknown = 'x';
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { value };
  return value;
}

function cyclic(): unknown {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
}

const nasty: readonly BadValue[] = [
  { name: 'left out', value: missing },
  ...[undefined, null, true, false, 0, -0, -1, 0.5, 1e308, 2 ** 53, Number.NaN, -Infinity, 10n ** 30n].map(
    (value) => ({
      name: typeof value === 'bigint' ? 'a big integer' : String(value),
      value,
    }),
  ),
  ...['', ' ', 'x', '1', 'null', '\0', '\u0007', 'a\nb', '\u202e', '\ud800', '%00', '../../../x'].map(
    (value) => ({
      name: `text ${JSON.stringify(value)}`,
      value,
    }),
  ),
  { name: 'SQL', value: "x'); DROP TABLE camera; --" },
  { name: 'a key of prototypes', value: '__proto__' },
  { name: '100,000 letters', value: 'x'.repeat(100_000) },
  { name: 'a million control characters', value: '\u0001'.repeat(1_000_000) },
  { name: 'no array items', value: [] },
  { name: 'an array of null', value: [null] },
  { name: '4,000 array items', value: Array(4_000).fill('x') },
  { name: '100,000 array items', value: Array(100_000).fill('x') },
  { name: 'an array with holes', value: Array(3) },
  { name: 'no keys', value: {} },
  { name: 'no prototype', value: Object.create(null) },
  { name: 'a prototype of its own', value: JSON.parse('{"__proto__": {"polluted": true}}') },
  { name: 'a constructor', value: { constructor: { prototype: { polluted: true } } } },
  { name: 'what calls itself text', value: { toString: 'x', length: 1 } },
  { name: 'something deep', value: nested(5_000) },
  { name: 'something cyclic', value: cyclic() },
  { name: 'a date', value: new Date(Number.NaN) },
  { name: 'a set', value: new Set(['x']) },
  { name: 'a map', value: new Map([['id', 'x']]) },
  { name: 'bytes', value: new Uint8Array(8) },
  { name: 'a file', value: new File(['x'], 'x') },
];

/**
 * Wrong inputs in place of a right one: each nasty value at each place of the sample, then `random` arbitrary values. The
 * same ones every time. Some are right by accident: whoever uses them asks the schema.
 */
export function badInputs(sample: unknown, random: number): BadInput[] {
  const places = placesOf(sample);
  const systematic = places.flatMap((path) => nasty.map((bad) => badInput(sample, path, bad)));
  const arbitrary = fc.tuple(
    fc.constantFrom(...places),
    fc.anything({ withBigInt: true, withDate: true, withMap: true }),
  );
  const drawn = fc.sample(arbitrary, { numRuns: random, seed: 1 });
  return [
    ...systematic,
    ...drawn.map(([path, value], index) =>
      badInput(sample, path, { name: `arbitrary value ${index}`, value }),
    ),
  ];
}

function badInput(sample: unknown, path: readonly (string | number)[], { name, value }: BadValue): BadInput {
  return { name: `${path.join('.') || 'the input'}: ${name}`, path, input: replaced(sample, path, value) };
}

/** Every place of a value, itself included. */
function placesOf(value: unknown): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [[]];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return [[], ...entries.flatMap(([key, inner]) => placesOf(inner).map((path) => [key, ...path]))];
}

function replaced(sample: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value === missing ? undefined : value;
  const copy = (Array.isArray(sample) ? [...sample] : { ...(sample as object) }) as Record<
    string | number,
    unknown
  >;
  if (rest.length === 0 && value === missing) delete copy[key];
  else copy[key] = replaced(copy[key], rest, value);
  return copy;
}
