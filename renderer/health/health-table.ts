import type { Camera } from '../../main/contract/camera.ts';
import { codecWords } from '../../main/contract/codecs.ts';
import type { StreamHealth } from '../../main/contract/health.ts';

/** A stream with its camera. */
export interface HealthRow extends StreamHealth {
  readonly camera: Camera;
}

type Value = string | number | null;

export interface HealthColumn {
  readonly name: string;
  readonly title: string;
  /** What it is, for whoever points at it. */
  readonly explanation: string;
  /** What rows are sorted by, and what stands in a CSV. */
  value(row: HealthRow): Value;
  words(row: HealthRow): string;
}

const states: Record<StreamHealth['state'], string> = {
  waiting: 'No picture',
  connecting: 'Connecting',
  playing: 'Live',
  standby: 'Ready',
  idle: 'Not asked',
};

const figure = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

function number(
  name: string,
  title: string,
  explanation: string,
  value: (row: HealthRow) => number | null,
): HealthColumn {
  const words = (row: HealthRow) => {
    const known = value(row);
    return known === null ? '–' : figure.format(known);
  };
  return { name, title, explanation, value, words };
}

function text(
  name: string,
  title: string,
  explanation: string,
  value: (row: HealthRow) => string,
): HealthColumn {
  return { name, title, explanation, value, words: value };
}

export const healthColumns: readonly HealthColumn[] = [
  number('number', 'No.', 'Number of the camera', ({ camera }) => camera.number),
  text('camera', 'Camera', 'Name of the camera', ({ camera }) => camera.name),
  text('stream', 'Stream', 'Main stream or small picture', ({ profile }) =>
    profile === 'main' ? 'Main' : 'Small',
  ),
  text('state', 'State', 'How it is now', ({ state }) => states[state]),
  text('format', 'Format', 'Video format and size', ({ codec, width, height }) =>
    codec === null ? '–' : `${codecWords[codec]}${width === null ? '' : ` ${width}×${height}`}`,
  ),
  number('kbit/s', 'kbit/s', 'Bit rate over the last half minute', ({ kilobitsPerSecond }) =>
    kilobitsPerSecond === null ? null : Math.round(kilobitsPerSecond),
  ),
  number('fps', 'fps', 'Pictures a second', ({ picturesPerSecond }) => picturesPerSecond),
  number('loss %', 'Loss, %', 'Packets that did not arrive', ({ loss }) =>
    loss === null ? null : loss * 100,
  ),
  number('jitter ms', 'Jitter, ms', 'How unevenly packets come', ({ jitter }) => jitter),
  number(
    'delay ms',
    'Delay, ms',
    'How much later than the quickest packet the slowest one comes. How long the camera itself takes is not known',
    ({ delay }) => delay,
  ),
  number(
    'key frame s',
    'Key frame, s',
    'Seconds from one whole picture to the next',
    ({ keyFrameSeconds }) => keyFrameSeconds,
  ),
  number(
    'reconnects',
    'Lost',
    'How often the connection was lost during the last day',
    ({ reconnects }) => reconnects,
  ),
  {
    name: 'advice',
    title: 'What to do',
    explanation: 'What is wrong, and what to do about it',
    value: ({ advice }) => -advice.reduce((sum, { verdict }) => sum + (verdict === 'problem' ? 100 : 1), 0),
    words: ({ advice }) => advice.map(({ words }) => words).join(' '),
  },
];

export interface Sorting {
  /** Of a column. */
  readonly name: string;
  readonly descending: boolean;
}

/** By one column, then by number and stream; what has no value comes last. */
export function sortedRows(rows: readonly HealthRow[], { name, descending }: Sorting): readonly HealthRow[] {
  const column = healthColumns.find((each) => each.name === name);
  const sign = descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [left, right] = [column?.value(a) ?? null, column?.value(b) ?? null];
    const none = Number(left === null) - Number(right === null);
    const order = left === null || right === null ? none : sign * compare(left, right);
    return order || a.camera.number - b.camera.number || a.profile.localeCompare(b.profile);
  });
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
}

/** RFC 4180. What a spreadsheet would take for a formula is made a text. */
export function healthCsv(rows: readonly HealthRow[]): string {
  const lines = rows.map((row) =>
    healthColumns.map((column) => {
      const value = column.name === 'advice' ? column.words(row) : (column.value(row) ?? '');
      return cell(typeof value === 'number' ? String(Math.round(value * 1_000) / 1_000) : value);
    }),
  );
  return [healthColumns.map(({ name }) => cell(name)), ...lines]
    .map((line) => `${line.join(',')}\r\n`)
    .join('');
}

function cell(value: string): string {
  const isNumber = /^-?\d+(\.\d+)?$/.test(value);
  const harmless = !isNumber && /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
