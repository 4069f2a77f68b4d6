import type { createProcedures } from './procedure.ts';
import type { Services } from './services.ts';

export function ptzHandlers({ ptz }: ReturnType<typeof createProcedures>, { controls }: Services) {
  return {
    capabilities: ptz.capabilities.handler(({ context: { signal }, input }) =>
      controls.capabilities(input.cameraId, signal),
    ),
    move: ptz.move.handler(({ context: { signal }, input }) => controls.move(input, signal)),
    stop: ptz.stop.handler(({ context: { signal }, input }) => controls.stop(input.cameraId, signal)),
    home: ptz.home.handler(({ context: { signal }, input }) => controls.goHome(input.cameraId, signal)),
    presets: ptz.presets.handler(({ context: { signal }, input }) =>
      controls.presets(input.cameraId, signal),
    ),
    goPreset: ptz.goPreset.handler(({ context: { signal }, input }) =>
      controls.goToPreset(input.cameraId, input.token, signal),
    ),
    savePreset: ptz.savePreset.handler(({ context: { signal }, input }) =>
      controls.savePreset(input, signal),
    ),
    removePreset: ptz.removePreset.handler(({ context: { signal }, input }) =>
      controls.removePreset(input.cameraId, input.token, signal),
    ),
  };
}
