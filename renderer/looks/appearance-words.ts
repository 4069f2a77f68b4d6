/** Title and explanation of each setting. */
export const appearanceWords = {
  theme: ['Theme', 'On this computer. Pictures have black around them in every theme.'],
  size: ['Size', 'Of words and buttons, on this computer.'],
  motion: ['Motion', 'Reduced: nothing moves or flashes but pictures.'],
} as const;
