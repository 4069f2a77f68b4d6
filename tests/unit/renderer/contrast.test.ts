import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { themes } from '../../../renderer/looks/appearance.ts';

const styles = readFileSync(new URL('../../../renderer/tokens.css', import.meta.url), 'utf8');

/** The colours that the block after this selector gives. */
function block(selector: string): Map<string, string> {
  const start = styles.indexOf(`${selector} {`);
  if (start < 0) throw new Error(`tokens.css has no ${selector}`);
  const body = styles.slice(start, styles.indexOf('}', start));
  return new Map(
    [...body.matchAll(/--colour-([a-z-]+): (#[0-9a-f]+);/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
}

const dark = block(':root,\n.on-pictures');
const overPictures = block(
  ':root[data-theme="high-contrast"],\n:root[data-theme="high-contrast"] .on-pictures',
);
const colours = {
  dark,
  'high-contrast': new Map([...dark, ...overPictures]),
  light: new Map([...dark, ...block(':root[data-theme="light"]')]),
};

/** Relative luminance, 0 … 1 (WCAG 2.2). */
function luminance(hex: string): number {
  const digits =
    hex.length === 4 ? [...hex.slice(1)].map((digit) => digit + digit) : (hex.slice(1).match(/../g) ?? []);
  const [red = 0, green = 0, blue = 0] = digits.map((pair) => {
    const share = Number.parseInt(pair, 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dim = 0, bright = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dim + 0.05);
}

const surfaces = ['ground', 'raised', 'hover', 'chosen'];
const texts = ['text-faint', 'text', 'text-strong', 'accent', 'accent-strong', 'good', 'caution', 'bad'];
const pairs = [
  ...surfaces.flatMap((surface) => texts.map((text) => [text, surface] as const)),
  ['on-accent', 'accent'],
  ['on-accent', 'accent-strong'],
  ['on-bad', 'bad'],
  ['on-replay', 'replay'],
] as const;

describe.each(themes)('in the theme %s', (theme) => {
  const colour = (name: string) => {
    const found = colours[theme].get(name);
    if (found === undefined) throw new Error(`${theme} has no ${name}`);
    return found;
  };

  test('whatever is written can be read', () => {
    const least = theme === 'high-contrast' ? 7 : 4.5;
    const weak = pairs
      .map(([text, surface]) => ({ text, surface, ratio: contrast(colour(text), colour(surface)) }))
      .filter(({ ratio }) => ratio < least);
    expect(weak).toEqual([]);
  });

  test('edges of what can be pressed, and the focus, stand out', () => {
    const weak = surfaces
      .filter((surface) => surface === 'ground' || surface === 'raised')
      .flatMap((surface) => ['line-strong', 'accent'].map((edge) => contrast(colour(edge), colour(surface))))
      .filter((ratio) => ratio < 3);
    expect(weak).toEqual([]);
  });

  test('pictures have black around them', () => {
    expect(luminance(colour('wall'))).toBeLessThan(0.003);
  });
});
