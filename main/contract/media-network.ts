import * as z from 'zod';
import { line } from './text.ts';

/** Each window takes one port on each address, and for a moment a second one when it changes its way. */
const minimumMediaPorts = 16;

const mediaPort = z.int().min(1024).max(65_535);

/** UDP ports, both ends included. */
export const mediaPorts = z.object({ first: mediaPort, last: mediaPort }).refine(
  ({ first, last }) => last - first + 1 >= minimumMediaPorts,
  // What is wrong with a range stands where its end is typed.
  { path: ['last'], error: `must be at least ${minimumMediaPorts} ports: each window takes one` },
);
export type MediaPorts = z.infer<typeof mediaPorts>;

/** Over which of this computer's networks pictures go to windows. Windows on this computer itself use loopback, too, whatever is chosen. */
export const mediaNetwork = z.object({
  /** Names of interfaces, as the operating system calls them; null: all but tunnels and those of virtual machines. */
  interfaces: z.array(line(80).min(1)).max(32).nullable(),
  /** Null: the operating system chooses. */
  ports: mediaPorts.nullable(),
});
export type MediaNetwork = z.infer<typeof mediaNetwork>;

/** What was chosen, and what this computer has to choose from: its interfaces that have an IPv4 address now. */
export const mediaNetworks = z.object({
  chosen: mediaNetwork,
  interfaces: z.array(
    z.object({
      name: z.string(),
      addresses: z.array(z.string()),
      /** Used as long as nobody has chosen any. */
      isUsual: z.boolean(),
    }),
  ),
});
export type MediaNetworks = z.infer<typeof mediaNetworks>;
/** An interface over which a window on another computer could be reached. */
export type MediaInterface = MediaNetworks['interfaces'][number];

export const everyMediaNetwork: MediaNetwork = { interfaces: null, ports: null };
