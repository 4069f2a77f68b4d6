import { nativeTheme } from 'electron';
import type { WindowTheme } from '../contract/shell.ts';

/** The page's ground in each theme (renderer/tokens.css), so that a window begins as it goes on. */
const grounds = { dark: '#0d0f12', 'high-contrast': '#000000', light: '#f3f5f7' } as const;

/** Makes frames, menus and what pages hear of the operating system go with a theme. */
export function useTheme(theme: WindowTheme): void {
  nativeTheme.themeSource = theme === 'high-contrast' ? 'dark' : theme;
}

/** What a window shows before its page does. @param theme that is in use */
export function groundOf(theme: WindowTheme): string {
  if (theme !== 'system') return grounds[theme];
  if (nativeTheme.shouldUseHighContrastColors) return grounds['high-contrast'];
  return nativeTheme.shouldUseDarkColors ? grounds.dark : grounds.light;
}
