/** What a theme is called in `data-theme` (tokens.css). */
export const themes = ['dark', 'high-contrast', 'light'] as const;
export type Theme = (typeof themes)[number];

/** How large everything is, in percent of the usual size. */
export const sizes = [90, 100, 110, 125, 150, 175, 200] as const;
export type Size = (typeof sizes)[number];

/** How the console looks on this computer. `system`: as the operating system is set. */
export interface Appearance {
  readonly theme: Theme | 'system';
  readonly size: Size;
  readonly motion: 'system' | 'reduced';
}

/** A wall in a dark room is dark, whatever the system says, until somebody chooses. */
export const usualAppearance: Appearance = { theme: 'dark', size: 100, motion: 'system' };

/** What the operating system asks for. */
export interface SystemLooks {
  readonly prefersLight: boolean;
  readonly prefersContrast: boolean;
}

export function themeOf({ theme }: Appearance, system: SystemLooks): Theme {
  if (theme !== 'system') return theme;
  if (system.prefersContrast) return 'high-contrast';
  return system.prefersLight ? 'light' : 'dark';
}

/** What was stored, as far as it is known here; the usual for the rest. */
export function appearanceOf(text: string | null): Appearance {
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? 'null');
  } catch {
    return usualAppearance;
  }
  if (typeof stored !== 'object' || stored === null) return usualAppearance;
  const { theme, size, motion } = stored as Record<string, unknown>;
  return {
    theme: theme === 'system' ? theme : (themes.find((known) => known === theme) ?? usualAppearance.theme),
    size: sizes.find((known) => known === size) ?? usualAppearance.size,
    motion: motion === 'reduced' ? motion : usualAppearance.motion,
  };
}
