import * as z from 'zod';
import { line } from './text.ts';

/** Where it listens unless somebody has chosen another port; above those that need special rights. */
const usualLanPort = 8443;

/**
 * Names that nobody on the internet owns (RFC 6762, RFC 8375, RFC 9476, and what routers use): the own authority vouches for
 * these and for private addresses alone.
 */
const privateName =
  /^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?(\.[a-z0-9-]{1,63}){0,3}\.(local|lan|internal|home\.arpa|localdomain)$/;

const hostName = line(120)
  .toLowerCase()
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'must be a name such as gatehouse.lan')
  .refine((name) => !/^[\d.]+$/.test(name), 'must be a name: addresses are known already');

/** How the console is served to other computers. */
export const lanHost = z.object({
  open: z.boolean(),
  port: z.int().min(1024, 'must be 1024 or more').max(65_535, 'must be at most 65535'),
  /** Names of interfaces, as the operating system calls them; null: all but tunnels and those of virtual machines. */
  interfaces: z.array(line(80).min(1)).max(32).nullable(),
  /** By which this computer is reached, beside its addresses and its own name. */
  names: z.array(hostName).max(8),
});
export type LanHost = z.infer<typeof lanHost>;

export const closedLanHost: LanHost = { open: false, port: usualLanPort, interfaces: null, names: [] };

/** Whether the own authority may vouch for this name. */
export function isPrivateName(name: string): boolean {
  return privateName.test(name);
}

const pem = z.string().max(64 * 1024);

/** A certificate of somebody else's authority. */
export const givenCertificate = z.object({
  /** PEM: that of this computer first, then those between it and the authority. */
  certificate: pem,
  /** PEM, not encrypted. It is stored encrypted, and never given out again. */
  privateKey: pem,
});
export type GivenCertificate = z.infer<typeof givenCertificate>;

/** Everything about it for the settings. */
export const lanHostState = z.object({
  chosen: lanHost,
  /** This console can be served: it has a built page. */
  available: z.boolean(),
  /** Where it is open now, the best address first; each begins with https://. */
  addresses: z.array(z.string()),
  /** Why it is not open, or not on all chosen networks, and what to do; null: all is well. */
  problem: z.string().nullable(),
  certificate: z.object({
    kind: z.enum(['own', 'given']),
    /** SHA-256, in pairs of hex digits with colons: of the own authority, or of the given certificate. Null before it was opened once. */
    fingerprint: z.string().nullable(),
    /** Until when it is valid; milliseconds since 1970. */
    expiresAt: z.number().nullable(),
  }),
  /** This computer's networks now. */
  interfaces: z.array(z.object({ name: z.string(), addresses: z.array(z.string()), isUsual: z.boolean() })),
});
export type LanHostState = z.infer<typeof lanHostState>;
