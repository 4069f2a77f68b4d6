import * as z from 'zod';

/*
 * What the strings of devices may be: everything is a string until one of these types it. A value that makes no sense is as
 * good as none: a camera is not refused for the frame rate that it names.
 */

const maximumCharacters = 256;
// Line breaks and the like would break the lists that these stand in.
const controlCharacters = /\p{Cc}+/gu;

/** A name for people: one line of at most 256 characters. */
export const shortText = z
  .string()
  .transform((text) => text.replace(controlCharacters, ' ').trim().slice(0, maximumCharacters));

/** A reference to something of the device, to be given back as it is. */
export const token = z.string().min(1).max(maximumCharacters);

export const decimal = z
  .string()
  .regex(/^[+-]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(?:e[+-]?\d{1,2})?$/i)
  .transform(Number);

export const wholeNumber = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number);

/** xs:boolean, as cameras write it. */
export const flag = z
  .string()
  .regex(/^(?:true|false|1|0)$/i)
  .transform((text) => text === '1' || text.toLowerCase() === 'true');

/** Null for what is missing or makes no sense. */
export function orNull<Value>(schema: z.ZodType<Value, string>, text: string | undefined): Value | null {
  return text === undefined ? null : (schema.safeParse(text).data ?? null);
}
