import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import { barChart, type Chart, lineChart } from '../../bench/report/chart.ts';

const chart: Chart = {
  title: 'Cost & <more>',
  unit: 'µs',
  labels: ['1 × 1', '64 × 8'],
  series: [
    { name: 'ours', values: [10, 20], ends: [15, 40] },
    { name: 'theirs', values: [5, Number.NaN] },
  ],
};

interface Shape {
  readonly class?: string;
  readonly x: string;
  readonly y: string;
  readonly width: string;
}

function read(svg: string) {
  expect(XMLValidator.validate(svg)).toBe(true);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    isArray: (name) => ['rect', 'text', 'path', 'circle'].includes(name),
  });
  const { rect = [], text = [], circle = [] } = parser.parse(svg).svg;
  const words: string[] = text.map((entry: unknown) =>
    String(typeof entry === 'object' && entry !== null && '#text' in entry ? entry['#text'] : entry),
  );
  const bars = (rect as Shape[]).filter((entry) => Number(entry.width) > 11 && entry.class !== 'back');
  return { bars, words, circles: circle as Shape[] };
}

test('bars are as long as their figures, and a figure that is missing has none', () => {
  const { bars, words } = read(barChart(chart));
  const [first = 0, second = 0, third = 0] = bars.map(({ width }) => Number(width));
  expect(bars).toHaveLength(3);
  expect(second / first).toBeCloseTo(0.5, 2);
  expect(third / first).toBeCloseTo(2, 2);
  expect(words).toContain('10 – 15');
  expect(words).toContain('5');
  expect(words).not.toContain('NaN');
});

test('titles may hold any characters', () => {
  expect(read(barChart(chart)).words).toContain('Cost & <more>');
});

test('points of a line rise with their figures', () => {
  const svg = lineChart({ ...chart, series: [{ name: 'a', values: [1, 4] }] });
  const heights = [...svg.matchAll(/<circle cx="[\d.]+" cy="([\d.]+)"/g)].map((match) => Number(match[1]));
  expect(heights).toHaveLength(2);
  expect(heights[1]).toBeLessThan(heights[0] ?? 0);
});

test('a plot has colours for light and dark pages, and a background of its own', () => {
  for (const svg of [barChart(chart), lineChart(chart)]) {
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg).toContain('class="back"');
  }
});

test('whatever is measured, the plot is whole and nothing is drawn outside of it', () => {
  const values = fc.array(fc.oneof(fc.double({ min: 0, max: 1e7, noNaN: true }), fc.constant(Number.NaN)), {
    minLength: 3,
    maxLength: 3,
  });
  fc.assert(
    fc.property(
      fc.array(fc.record({ name: fc.string(), values }), { minLength: 1, maxLength: 5 }),
      (series) => {
        for (const draw of [barChart, lineChart]) {
          const svg = draw({ title: 't', unit: 'u', labels: ['a', 'b', 'c'], series });
          expect(XMLValidator.validate(svg)).toBe(true);
          expect(svg).not.toMatch(/="[^"]*(NaN|Infinity)/);
          const right = [...svg.matchAll(/<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)].map(
            (match) => Number(match[1]) + Number(match[2]),
          );
          expect(Math.max(...right)).toBeLessThanOrEqual(760);
          // Numbers, as wide as most fonts make them.
          const numbers = [...svg.matchAll(/<text x="([\d.]+)" y="[\d.]+" class="number">([^<]+)/g)];
          for (const [, x, words = ''] of numbers)
            expect(Number(x) + words.length * 6.6).toBeLessThanOrEqual(760);
        }
      },
    ),
    { numRuns: 60 },
  );
});
