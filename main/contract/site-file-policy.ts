import * as z from 'zod';

/** What the desktop shell does on a wall that nobody may leave. The PIN itself never leaves the engine. */
export const kioskPolicy = z.object({
  enabled: z.boolean(),
  /** Numbers of displays, from 1. */
  displays: z.union([z.literal('all'), z.array(z.int())]),
  startAtLogin: z.boolean(),
  /** Whether a PIN is needed to leave it. */
  hasPin: z.boolean(),
});

/** Where new versions come from, and when they are installed. */
export const updatePolicy = z.object({
  /** An http(s) address or a folder; null: nowhere, nobody is asked. */
  feed: z.string().nullable(),
  /** `quit`: when Gatehouse is closed; else a time of day, `03:00`, in the machine's own zone. */
  installAt: z.string(),
  forbidden: z.boolean(),
});

/** What the site prescribes for the desktop shell; null where it prescribes nothing. */
export const policy = z.object({ kiosk: kioskPolicy.nullable(), updates: updatePolicy.nullable() });
export type Policy = z.infer<typeof policy>;

const pin = z.string().regex(/^\d{4,12}$/, 'must be 4 to 12 digits');

/** How the kiosk is to be; it counts from the next start of the desktop app. */
export const kioskChange = z.object({
  enabled: z.boolean(),
  displays: z.union(
    [z.literal('all'), z.array(z.int().min(1).max(64)).min(1).max(64)],
    'must be all displays, or numbers of displays from 1 to 64',
  ),
  startAtLogin: z.boolean(),
  /** Left out, the PIN stays; null takes it away. */
  newPin: pin.nullable().optional(),
  /** Needed where there is a PIN. */
  currentPin: pin.optional(),
});
export type KioskChange = z.infer<typeof kioskChange>;

export const pinTry = z.object({ pin });

/** An http(s) address or a folder; null: nowhere, nobody is asked. */
const updateFeed = z
  .string()
  .max(1024, 'must be at most 1024 characters long')
  .regex(
    /^(?:https?:\/\/[^\s@/]+(?:\/[^\s@]*)?|\/\P{Cc}*|[A-Za-z]:[\\/]\P{Cc}*|\\\\\P{Cc}+)$/u,
    'must be an address (http:// or https://, without user and password) or the full path of a folder',
  )
  .nullable();
const installAt = z
  .string()
  .regex(/^(?:quit|(?:[01]\d|2[0-3]):[0-5]\d)$/, 'must be "quit" or a time of day such as "03:00"');

/** As a site file says it. */
export const siteFileUpdates = z.strictObject({
  feed: updateFeed.default(null),
  installAt: installAt.default('quit'),
  forbidden: z.boolean().default(false),
});

/** What a person chooses; only a site file forbids updates, or allows them again. */
export const updatesChange = z.object({ feed: updateFeed, installAt });
export type UpdatesChange = z.infer<typeof updatesChange>;
