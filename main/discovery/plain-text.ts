/** Control characters, line and paragraph separators, and what turns the direction of text around. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;

/** What a stranger on the network calls itself, as one short line that can be shown; null when nothing is left of it. */
export function plainText(text: string, maximumCharacters: number = 100): string | null {
  // Cut first: a megabyte of blanks is not looked at.
  const line = text
    .slice(0, maximumCharacters * 4)
    .replace(unprintable, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return line === '' ? null : [...line].slice(0, maximumCharacters).join('').trim();
}
