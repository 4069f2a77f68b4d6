import * as z from 'zod';

/** The most keys that one person has changed. */
const maximumKeys = 100;

/** As the console binds it: `f`, `Shift+A`, `$mod+k`.. */
const keyBinding = z
  .string()
  .max(40)
  .regex(
    /^(?:(?:\$mod|Shift|Alt|\[Shift\])\+)*[^\s\p{Cc}]{1,20}$/u,
    'must be one key, with or without modifiers',
  );

/** What somebody has made of the keys: by the name of a command; the others are as they come. */
export const customKeys = z
  .record(z.string().regex(/^[a-z-]{1,40}$/), keyBinding)
  .refine((keys) => Object.keys(keys).length <= maximumKeys, `must be at most ${maximumKeys} keys`);
export type CustomKeys = z.infer<typeof customKeys>;
