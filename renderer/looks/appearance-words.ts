import { m } from '../language/messages.ts';

/** Title and explanation of each setting. */
export const appearanceWords = {
  theme: [m.settings_theme, m.settings_theme_explained],
  size: [m.settings_size, m.settings_size_explained],
  motion: [m.settings_motion, m.settings_motion_explained],
} as const;
