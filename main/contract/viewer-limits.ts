import * as z from 'zod';

/** A window takes about 2 MB of memory and a port on each network. */
const mostWindows = 512;
const megabits = z.number().min(1).max(100_000);

/** How much windows may take together, and those of one user. Null: no limit of its own. */
export const viewerLimits = z.object({
  windows: z.int().min(1).max(mostWindows).default(128),
  windowsOfUser: z.int().min(1).max(mostWindows).nullable().default(64),
  /** Megabits a second of pictures and sound, windows and WHEP together. */
  megabits: megabits.nullable().default(null),
  megabitsOfUser: megabits.nullable().default(null),
});
export type ViewerLimits = z.infer<typeof viewerLimits>;

const used = z.object({
  windows: z.int().min(0),
  /** In the last second. */
  megabits: z.number().min(0),
});
export type ViewerUse = z.infer<typeof used>;

/** What is allowed, and what is used now. */
export const viewerLimitsInUse = z.object({
  limits: viewerLimits,
  used,
  /** Those who have windows, the one with most first. */
  users: z.array(used.extend({ name: z.string() })),
});
export type ViewerLimitsInUse = z.infer<typeof viewerLimitsInUse>;
