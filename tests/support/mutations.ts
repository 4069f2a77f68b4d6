/** Numbers from 0 to `limit` - 1, the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** Bytes that mean something to a parser of this project. */
const telling = [
  '\r\n',
  '\n',
  '\r\n\r\n',
  ' ',
  '\t',
  '$',
  '"',
  '\\',
  ',',
  ';',
  ':',
  '=',
  '%',
  '@',
  '/',
  '[',
  '\0',
  '-1',
  '99999999999',
  'é',
].map((text) => Buffer.from(text));

/** One valid sample after one to four small accidents: bytes changed, lost, doubled, inserted, cut off, mixed with another. */
export function mutate(samples: readonly Buffer[], random: (limit: number) => number): Buffer {
  const pick = () => samples[random(samples.length)] ?? Buffer.alloc(0);
  let data = Buffer.from(pick());
  for (let accidents = 1 + random(4); accidents > 0; accidents--) {
    const at = random(data.length + 1);
    const length = 1 + random(random(8) === 0 ? 64 : 6);
    const before = data.subarray(0, at);
    switch (random(6)) {
      case 0:
        if (at < data.length) data[at] = random(256);
        break;
      case 1:
        data = Buffer.concat([before, data.subarray(at + length)]);
        break;
      case 2:
        data = Buffer.concat([before, data.subarray(at, at + length), data.subarray(at)]);
        break;
      case 3:
        data = Buffer.concat([before, telling[random(telling.length)] ?? before, data.subarray(at)]);
        break;
      case 4:
        data = Buffer.from(before);
        break;
      default: {
        const other = pick();
        data = Buffer.concat([before, other.subarray(random(other.length + 1))]);
      }
    }
  }
  return data;
}

/** `npm run fuzz` asks for more. */
export const fuzzCases = Number(process.env.GATEHOUSE_FUZZ_CASES ?? 100_000);
