import { type Appearance, type Theme, themeOf } from './appearance.ts';

export const prefersLight = '(prefers-color-scheme: light)';
export const prefersContrast = '(prefers-contrast: more)';

/** Gives the page its theme, size and motion, for its styles (tokens.css). @returns the theme that is shown */
export function showAppearance(appearance: Appearance): Theme {
  const page = document.documentElement;
  const theme = themeOf(appearance, {
    prefersLight: matchMedia(prefersLight).matches,
    prefersContrast: matchMedia(prefersContrast).matches,
  });
  page.dataset.theme = theme;
  page.dataset.motion = appearance.motion;
  page.style.setProperty('--scale', String(appearance.size / 100));
  return theme;
}
