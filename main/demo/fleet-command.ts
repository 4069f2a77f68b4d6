import * as z from 'zod';

const profile = z.enum(['main', 'sub']);

/** What a camera may see: its scene, another one after somebody has turned it, nothing, a cover, or a scene in which only noise moves. */
const cameraView = z.enum(['usual', 'turned', 'black', 'covered', 'still']);
export type CameraView = z.infer<typeof cameraView>;

/** What another process may tell a camera of the fleet, and ask it. */
export const fleetCommand = z.discriminatedUnion('do', [
  z.object({ do: z.literal('refuse'), on: z.boolean() }),
  z.object({ do: z.literal('drop') }),
  z.object({ do: z.literal('silence'), on: z.boolean() }),
  z.object({ do: z.literal('freeze'), on: z.boolean() }),
  z.object({ do: z.literal('look'), view: cameraView }),
  z.object({ do: z.literal('corrupt'), on: z.boolean() }),
  z.object({ do: z.literal('reboot'), seconds: z.number().min(0).max(3_600) }),
  z.object({ do: z.literal('next-key-frame'), profile }),
  z.object({ do: z.literal('statistics') }),
]);
export type FleetCommand = z.infer<typeof fleetCommand>;

/** One line on the fleet's stdin. */
export const fleetRequest = z.object({ id: z.number(), camera: z.int().min(0), command: fleetCommand });

const cameraStatistics = z.object({
  /** Dials so far. */
  connections: z.number(),
  /** Sockets that are open. */
  openConnections: z.number(),
  /** Sessions that play. */
  playing: z.object({ main: z.number(), sub: z.number() }),
});
export type CameraStatistics = z.infer<typeof cameraStatistics>;

/** Lines on its stdout: first the cameras, then answers. */
export const fleetReady = z.object({
  cameras: z.array(
    z.object({
      name: z.string(),
      mainUrl: z.string(),
      subUrl: z.string(),
      onvifUrl: z.string().nullable(),
    }),
  ),
});

/** What was asked for: a number of milliseconds, statistics, or null for what was only to be done. */
const fleetValue = z.union([z.number(), cameraStatistics, z.null()]);
export type FleetValue = z.infer<typeof fleetValue>;
export const fleetAnswer = z.object({ id: z.number(), value: fleetValue, error: z.string().optional() });
