import { type createProcedures, neverAborted } from './procedure.ts';
import type { Services } from './services.ts';

export function ptzHandlers({ ptz }: ReturnType<typeof createProcedures>, { controls }: Services) {
  return {
    capabilities: ptz.capabilities.handler(({ input, signal = neverAborted() }) =>
      controls.capabilities(input.cameraId, signal),
    ),
    move: ptz.move.handler(({ input, signal = neverAborted() }) => controls.move(input, signal)),
    stop: ptz.stop.handler(({ input, signal = neverAborted() }) => controls.stop(input.cameraId, signal)),
    home: ptz.home.handler(({ input, signal = neverAborted() }) => controls.goHome(input.cameraId, signal)),
    presets: ptz.presets.handler(({ input, signal = neverAborted() }) =>
      controls.presets(input.cameraId, signal),
    ),
    goPreset: ptz.goPreset.handler(({ input, signal = neverAborted() }) =>
      controls.goToPreset(input.cameraId, input.token, signal),
    ),
    savePreset: ptz.savePreset.handler(({ input, signal = neverAborted() }) =>
      controls.savePreset(input, signal),
    ),
    removePreset: ptz.removePreset.handler(({ input, signal = neverAborted() }) =>
      controls.removePreset(input.cameraId, input.token, signal),
    ),
  };
}
