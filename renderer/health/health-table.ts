import type { Camera } from '../../main/contract/camera.ts';
import { codecWords } from '../../main/contract/codecs.ts';
import type { StreamHealth } from '../../main/contract/health.ts';
import { numberFormat } from '../language/formats.ts';
import { m } from '../language/messages.ts';
import { adviceWords } from './advice-words.ts';

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

const states: Record<StreamHealth['state'], () => string> = {
  waiting: m.health_state_waiting,
  connecting: m.health_state_connecting,
  playing: m.health_state_playing,
  standby: m.health_state_standby,
  idle: m.health_state_idle,
};

const figure = numberFormat({ maximumFractionDigits: 1 });

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
  number('number', m.health_number(), m.health_number_explanation(), ({ camera }) => camera.number),
  text('camera', m.health_camera(), m.health_camera_explanation(), ({ camera }) => camera.name),
  text('stream', m.health_stream(), m.health_stream_explanation(), ({ profile }) =>
    profile === 'main' ? m.health_stream_main() : m.health_stream_sub(),
  ),
  text('state', m.health_state(), m.health_state_explanation(), ({ state }) => states[state]()),
  text('format', m.health_format(), m.health_format_explanation(), ({ codec, width, height }) =>
    codec === null ? '–' : `${codecWords[codec]}${width === null ? '' : ` ${width}×${height}`}`,
  ),
  number('kbit/s', m.health_bit_rate(), m.health_bit_rate_explanation(), ({ kilobitsPerSecond }) =>
    kilobitsPerSecond === null ? null : Math.round(kilobitsPerSecond),
  ),
  number(
    'fps',
    m.health_pictures(),
    m.health_pictures_explanation(),
    ({ picturesPerSecond }) => picturesPerSecond,
  ),
  number('loss %', m.health_loss(), m.health_loss_explanation(), ({ loss }) =>
    loss === null ? null : loss * 100,
  ),
  number('jitter ms', m.health_jitter(), m.health_jitter_explanation(), ({ jitter }) => jitter),
  number('delay ms', m.health_delay(), m.health_delay_explanation(), ({ delay }) => delay),
  number(
    'key frame s',
    m.health_key_frame(),
    m.health_key_frame_explanation(),
    ({ keyFrameSeconds }) => keyFrameSeconds,
  ),
  number(
    'reconnects',
    m.health_reconnects(),
    m.health_reconnects_explanation(),
    ({ reconnects }) => reconnects,
  ),
  {
    name: 'advice',
    title: m.health_advice(),
    explanation: m.health_advice_explanation(),
    value: ({ advice }) => -advice.reduce((sum, { verdict }) => sum + (verdict === 'problem' ? 100 : 1), 0),
    words: ({ advice }) => advice.map((each) => adviceWords(each)).join(' '),
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
