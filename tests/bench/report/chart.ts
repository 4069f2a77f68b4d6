import { figure } from './table.ts';

/*
 * Plots as SVG, small and the same for the same figures. Each carries its background, light or dark as the reader's system is,
 * so that it can be read on any page.
 */

const width = 760;
const margin = 16;
const titleHeight = 44;
const legendHeight = 22;
const fontSize = 12;
const characterWidth = 6.6;
/** Of Okabe and Ito's palette, which the colour-blind can tell apart, lighter for the dark. */
const colours = ['#8a929c', '#0f8a6b', '#2f7fd0', '#c77700', '#b5468f'] as const;
const darkColours = ['#98a2ad', '#2fc79d', '#62aef5', '#f0a53a', '#e27fbf'] as const;

export interface Series {
  readonly name: string;
  /** One for each group or point; NaN where there is none. */
  readonly values: readonly number[];
  /** Ends of thin lines behind the bars, such as p95. */
  readonly ends?: readonly number[];
}

export interface Chart {
  readonly title: string;
  /** What the numbers are. */
  readonly unit: string;
  /** Groups of bars, or points on the axis. */
  readonly labels: readonly string[];
  readonly series: readonly Series[];
}

/** Groups of horizontal bars with their numbers. */
export function barChart(chart: Chart): string {
  const { labels, series } = chart;
  const [barHeight, barGap, groupGap] = [15, 3, 14];
  const labelWidth = Math.max(...labels.map((label) => label.length)) * characterWidth + margin;
  const left = margin + labelWidth;
  // The number of the longest bar stands behind it.
  const right =
    width - margin - Math.max(...numbersOf(series).map((number) => number.length)) * characterWidth - 8;
  const top = titleHeight + (series.length > 1 ? legendHeight : 0) + 6;
  const groupHeight = series.length * (barHeight + barGap) + groupGap;
  const height = top + labels.length * groupHeight + margin;
  const largest = largestOf(series);
  const x = (value: number) => left + (value / largest) * (right - left);
  const parts: string[] = [];
  for (const [group, label] of labels.entries()) {
    const groupTop = top + group * groupHeight;
    const middle = groupTop + (series.length * (barHeight + barGap) - barGap) / 2 + 4;
    parts.push(text(left - 10, middle, label, 'end'));
    for (const [index, { values, ends }] of series.entries()) {
      const value = values[group] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      const y = groupTop + index * (barHeight + barGap);
      const end = ends?.[group];
      const colour = colourOf(index, series);
      parts.push(
        `<rect x="${tenth(left)}" y="${y}" width="${tenth(Math.max(1, x(value) - left))}" height="${barHeight}" rx="2" class="c${colour}"/>`,
      );
      const hasEnd = end !== undefined && Number.isFinite(end) && end > value;
      if (hasEnd) {
        const at = y + barHeight / 2;
        parts.push(
          `<path d="M${tenth(x(value))} ${at}H${tenth(x(end))}M${tenth(x(end))} ${at - 4}v8" class="l${colour}"/>`,
        );
      }
      parts.push(text(x(hasEnd ? end : value) + 6, y + 12, numberOf(value, end), 'start', 'number'));
    }
  }
  return frame(chart, height, parts);
}

/** Lines over points that are the same distance apart. */
export function lineChart(chart: Chart): string {
  const { labels, series } = chart;
  const [left, right] = [margin + 48, width - margin - 64];
  const top = titleHeight + legendHeight + 10;
  const bottom = top + 190;
  const largest = niceCeiling(largestOf(series));
  const x = (index: number) => left + (index / Math.max(1, labels.length - 1)) * (right - left);
  const y = (value: number) => bottom - (value / largest) * (bottom - top);
  const parts: string[] = [];
  for (const step of [0, 0.25, 0.5, 0.75, 1]) {
    const at = tenth(y(largest * step));
    parts.push(`<path d="M${left} ${at}H${right}" class="grid"/>`);
    parts.push(text(left - 8, at + 4, figure(largest * step), 'end', 'number'));
  }
  for (const [index, label] of labels.entries()) parts.push(text(x(index), bottom + 20, label, 'middle'));
  const lastLabels = labelPlaces(series.map(({ values }) => y(values.at(-1) || 0)));
  for (const [index, { values }] of series.entries()) {
    const colour = colourOf(index, series);
    const points = values.flatMap((value, at) =>
      Number.isFinite(value) ? [`${tenth(x(at))} ${tenth(y(value))}`] : [],
    );
    if (points.length === 0) continue;
    parts.push(`<path d="M${points.join('L')}" class="l${colour}"/>`);
    for (const point of points) {
      const [cx, cy] = point.split(' ');
      parts.push(`<circle cx="${cx}" cy="${cy}" r="3" class="c${colour}"/>`);
    }
    const last = values.at(-1) ?? Number.NaN;
    if (Number.isFinite(last)) {
      parts.push(text(right + 10, (lastLabels[index] ?? 0) + 4, figure(last), 'start', 'number'));
    }
  }
  return frame(chart, bottom + 20 + margin, parts);
}

function frame({ title, unit, series }: Chart, height: number, parts: readonly string[]): string {
  const rules = (palette: readonly string[]) =>
    palette.map((colour, index) => `.c${index}{fill:${colour}}.l${index}{stroke:${colour}}`).join('');
  const legend: string[] = [];
  let at = margin;
  if (series.length > 1) {
    for (const [index, { name }] of series.entries()) {
      legend.push(
        `<rect x="${tenth(at)}" y="${titleHeight}" width="11" height="11" rx="2" class="c${index % colours.length}"/>`,
      );
      legend.push(text(at + 17, titleHeight + 10, name));
      at += 17 + name.length * characterWidth + 18;
    }
  }
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${tenth(height)}" width="${width}" height="${tenth(height)}" role="img" aria-label="${escaped(title)}">`,
    `<style>text{font:${fontSize}px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#24292f}.title{font-size:15px;font-weight:600}.quiet{fill:#57606a}.number{font-variant-numeric:tabular-nums}.back{fill:#fff;stroke:#d0d7de}.grid{stroke:#d0d7de;stroke-width:1}path{fill:none;stroke-width:2}${rules(colours)}@media(prefers-color-scheme:dark){text{fill:#e6edf3}.quiet{fill:#9da7b3}.back{fill:#0d1117;stroke:#30363d}.grid{stroke:#30363d}${rules(darkColours)}}</style>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${tenth(height - 1)}" rx="6" class="back"/>`,
    text(margin, 27, title, 'start', 'title'),
    text(width - margin, 27, unit, 'end', 'quiet'),
    ...legend,
    ...parts,
    '</svg>',
  ].join('\n')}\n`;
}

function text(x: number, y: number, words: string, anchor = 'start', kind?: string): string {
  const attributes = `${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}${kind === undefined ? '' : ` class="${kind}"`}`;
  return `<text x="${tenth(x)}" y="${tenth(y)}"${attributes}>${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** What stands behind the bars. */
function numbersOf(series: readonly Series[]): string[] {
  return series.flatMap(({ values, ends }) => values.map((value, index) => numberOf(value, ends?.[index])));
}

function numberOf(value: number, end: number | undefined): string {
  return end !== undefined && Number.isFinite(end) && end > value
    ? `${figure(value)} – ${figure(end)}`
    : figure(value);
}

/** The only one is ours. */
function colourOf(index: number, series: readonly Series[]): number {
  return series.length === 1 ? 1 : index % colours.length;
}

function largestOf(series: readonly Series[]): number {
  const values = series.flatMap(({ values: own, ends = [] }) => [...own, ...ends]).filter(Number.isFinite);
  return Math.max(Number.EPSILON, ...values);
}

/** 1, 2, 4 or 5 and zeros. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 4, 5, 8, 10].find((step) => step * power >= value) ?? 10);
}

/** Moves numbers apart that would stand on each other. */
function labelPlaces(wanted: readonly number[]): number[] {
  const places = [...wanted];
  let last = Number.NEGATIVE_INFINITY;
  for (const index of wanted.map((_, at) => at).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0))) {
    last = Math.max(wanted[index] ?? 0, last + fontSize + 2);
    places[index] = last;
  }
  return places;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
