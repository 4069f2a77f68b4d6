/*
 * A movie in fragments behind its description (ISO 14496-12 section 8.8): each is whole by itself. Pure functions, written here since
 * mediabunny begins fragments with key frames alone, which some cameras send every ten seconds and more seldom.
 */

/** A picture or piece of sound; times are in ticks of its track. */
export interface FragmentSample {
  readonly data: Buffer;
  /** From 0 on. */
  readonly at: number;
  readonly duration: number;
  readonly isKey: boolean;
}

/** What a fragment has of a track. */
export interface TrackRun {
  /** From 1 on, as the description numbers them. */
  readonly track: number;
  /** Each begins where the one before ends. */
  readonly samples: readonly [FragmentSample, ...FragmentSample[]];
}

/** Where a player may begin. */
export interface Entrance {
  /** In ticks of the track. */
  readonly at: number;
  /** Where the fragment begins in the file that begins with a key frame. */
  readonly position: number;
}

const headerBytes = 8;
/** Data lies where the fragment says, counted from its own beginning (section 8.8.7). */
const baseIsFragment = 0x02_00_00;
/** Each sample has a duration, a size and flags; there is a position of the first one (section 8.8.8). */
const runFlags = 0x07_01;
/** What a sample depends on (section 8.8.3.1): on no other one, or on others and nothing to begin with. */
const [keyFlags, otherFlags] = [0x02_00_00_00, 0x01_01_00_00];

/** @param number of the fragment, from 1 on */
export function movieFragment(number: number, runs: readonly TrackRun[]): Buffer {
  // How long it is does not depend on where its data lies.
  const { length } = describe(number, runs, 0);
  const data = runs.flatMap(({ samples }) => samples.map((sample) => sample.data));
  return Buffer.concat([describe(number, runs, length + headerBytes), box('mdat', ...data)]);
}

/** The index at the end of the file (section 8.8.9). */
export function randomAccess(track: number, entrances: readonly Entrance[]): Buffer {
  // The run and the sample are the first ones; their numbers have a byte each.
  const entries = entrances.map(({ at, position }) => bytes([8, at], [8, position], [1, 1], [1, 1], [1, 1]));
  const count = bytes([4, track], [4, 0], [4, entries.length]);
  const ofTrack = fullBox('tfra', 1, 0, count, ...entries);
  const offsetBytes = 16;
  const length = headerBytes + ofTrack.length + offsetBytes;
  return box('mfra', ofTrack, fullBox('mfro', 0, 0, bytes([4, length])));
}

/** @param dataAt where the data of the first track begins, counted from the beginning of the fragment */
function describe(number: number, runs: readonly TrackRun[], dataAt: number): Buffer {
  let at = dataAt;
  const tracks = runs.map(({ track, samples }) => {
    const [first] = samples;
    const run = fullBox(
      'trun',
      0,
      runFlags,
      bytes([4, samples.length], [4, at]),
      ...samples.map(({ data, duration, isKey }) =>
        bytes([4, duration], [4, data.length], [4, isKey ? keyFlags : otherFlags]),
      ),
    );
    for (const { data } of samples) at += data.length;
    return box(
      'traf',
      fullBox('tfhd', 0, baseIsFragment, bytes([4, track])),
      fullBox('tfdt', 1, 0, bytes([8, first.at])),
      run,
    );
  });
  return box('moof', fullBox('mfhd', 0, 0, bytes([4, number])), ...tracks);
}

function fullBox(type: string, version: number, flags: number, ...content: readonly Buffer[]): Buffer {
  return box(type, bytes([1, version], [3, flags]), ...content);
}

function box(type: string, ...content: readonly Buffer[]): Buffer {
  const length = content.reduce((sum, part) => sum + part.length, headerBytes);
  return Buffer.concat([bytes([4, length]), Buffer.from(type, 'latin1'), ...content], length);
}

/** Numbers, the most significant byte first. */
function bytes(...fields: readonly (readonly [width: 1 | 3 | 4 | 8, value: number])[]): Buffer {
  const data = Buffer.alloc(fields.reduce((sum, [width]) => sum + width, 0));
  let at = 0;
  for (const [width, value] of fields) {
    at = width === 8 ? data.writeBigUInt64BE(BigInt(value), at) : data.writeUIntBE(value, at, width);
  }
  return data;
}
