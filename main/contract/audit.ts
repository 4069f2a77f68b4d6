import * as z from 'zod';
import { line } from './text.ts';

/** Who did something. `share`: whoever holds the token of a shared camera; `nobody`: not signed in; `gatehouse`: the engine by itself. */
const auditActors = ['person', 'station', 'share', 'nobody', 'gatehouse'] as const;

/** JSON that is short: what was asked for, without secrets. */
const details = z.record(z.string(), z.json());

/** One line of the audit. */
export const auditEntry = z.object({
  /** From 1, without a gap. */
  seq: z.int().min(1),
  /** SHA-256 in hex of the line before; of the first: 64 zeros. */
  previous: z.string().regex(/^[0-9a-f]{64}$/),
  /** Milliseconds since 1970, by the clock of the computer that runs Gatehouse. */
  at: z.int(),
  who: z.object({
    kind: z.enum(auditActors),
    /** Of the user or the share; null: none. */
    id: z.string().nullable(),
    name: z.string(),
  }),
  /** An address, or words such as `desktop`; empty: nowhere. */
  from: z.string(),
  /** Of the browser; null: none. */
  session: z.string().nullable(),
  /** A procedure of the API, such as `cameras.edit`, or what else happened, such as `session.opened`. */
  did: z.string(),
  /** `done`, or the code of the error. */
  outcome: z.string(),
  /** What it was done to, by the names of that time. */
  about: z.array(z.object({ id: z.string(), name: z.string() })),
  details,
});
export type AuditEntry = z.infer<typeof auditEntry>;

export const auditQuery = z.object({
  /** User or share. */
  who: z.string().max(64).optional(),
  /** The beginning of what was done: `cameras.` for all about cameras. */
  did: z.string().max(64).optional(),
  /** Whether it was done; left out: both. */
  done: z.boolean().optional(),
  /** In names, addresses, what was done and its details. */
  text: line(100).optional(),
  /** Milliseconds since 1970. */
  from: z.number().optional(),
  until: z.number().optional(),
  /** Only entries before this one. */
  before: z.int().min(1).optional(),
  limit: z.int().min(1).max(500),
});
export type AuditQuery = z.infer<typeof auditQuery>;

export const auditPage = z.object({
  /** The newest first. */
  entries: z.array(auditEntry),
  /** Where the next page begins; null: there is none. */
  before: z.int().nullable(),
});
export type AuditPage = z.infer<typeof auditPage>;

/** How it stands with the audit. */
export const auditState = z.object({
  entries: z.int(),
  /** Of the oldest entry: milliseconds since 1970; null: there is none. */
  oldestAt: z.number().nullable(),
  /** SHA-256 of the public key in hex: whoever noted it elsewhere sees whether another key has signed. */
  fingerprint: z.string(),
  /** Days for which entries are kept. */
  keepDays: z.int(),
});
export type AuditState = z.infer<typeof auditState>;

export const auditChange = z.object({ keepDays: z.int().min(7).max(3_650) });
