import type { createProcedures } from './procedure.ts';
import type { Services } from './services.ts';
import { seeing } from './visible.ts';

export function healthHandlers(
  { health }: ReturnType<typeof createProcedures>,
  { health: monitor, cameras }: Services,
) {
  return {
    read: health.read.handler(async ({ context: { caller } }) => {
      const sees = seeing(caller.principal.rights, cameras);
      const read = await monitor.read();
      return { ...read, streams: read.streams.filter(({ cameraId }) => sees(cameraId)) };
    }),
  };
}
