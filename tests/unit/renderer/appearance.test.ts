import { describe, expect, test } from 'vitest';
import { appearanceOf, themeOf, usualAppearance } from '../../../renderer/looks/appearance.ts';

const plain = { prefersLight: false, prefersContrast: false };

describe('the theme', () => {
  test('that somebody chose is shown whatever the system asks for', () => {
    const light = { ...plain, prefersLight: true };
    expect(themeOf(usualAppearance, light)).toBe('dark');
    expect(themeOf({ ...usualAppearance, theme: 'high-contrast' }, light)).toBe('high-contrast');
  });

  test('goes along with the system where it shall, contrast before light', () => {
    const system = { ...usualAppearance, theme: 'system' } as const;
    expect(themeOf(system, plain)).toBe('dark');
    expect(themeOf(system, { ...plain, prefersLight: true })).toBe('light');
    expect(themeOf(system, { prefersLight: true, prefersContrast: true })).toBe('high-contrast');
  });
});

describe('what was stored', () => {
  test('comes back as it was chosen', () => {
    const chosen = { theme: 'system', size: 150, motion: 'reduced' } as const;
    expect(appearanceOf(JSON.stringify(chosen))).toEqual(chosen);
  });

  test.each([null, '', '{', '[]', '7', '{"theme":"pink","size":1000,"motion":true}'])(
    'is the usual where it is %s',
    (text) => {
      expect(appearanceOf(text)).toEqual(usualAppearance);
    },
  );

  test('keeps what is known of it', () => {
    expect(appearanceOf('{"theme":"light","size":101}')).toEqual({ ...usualAppearance, theme: 'light' });
  });
});
