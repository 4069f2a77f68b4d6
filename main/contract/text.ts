import * as z from 'zod';

/** One line of text as a person types it: trimmed, no control characters. */
export function line(maximum: number): z.ZodString {
  return z
    .string()
    .trim()
    .max(maximum, `must be at most ${maximum} characters long`)
    .regex(/^\P{Cc}*$/u, 'must be one line without control characters');
}

/** The same, and not empty. */
export function filledLine(maximum: number): z.ZodString {
  return line(maximum).min(1, 'must not be empty');
}
