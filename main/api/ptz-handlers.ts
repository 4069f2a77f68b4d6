import type { Caller } from '../access/callers.ts';
import type { Driver } from '../cameras/camera-drives.ts';
import { cameraRightsOf } from '../contract/rights.ts';
import type { createProcedures } from './procedure.ts';
import type { Services } from './services.ts';

export function ptzHandlers(
  { ptz }: ReturnType<typeof createProcedures>,
  { cameras, controls, drives, presetPictures }: Services,
) {
  const driver = ({ principal }: Caller, cameraId: string): Driver => {
    const { kind, userId, name, rights } = principal;
    return {
      // All stations are one.
      id: userId ?? 'station',
      name: kind === 'station' ? 'The desktop window' : name,
      hasPriority: cameraRightsOf(rights, cameras.place(cameraId) ?? null).has('manage'),
    };
  };
  return {
    capabilities: ptz.capabilities.handler(({ context: { signal }, input }) =>
      controls.capabilities(input.cameraId, signal),
    ),
    move: ptz.move.handler(({ context: { caller, signal }, input }) =>
      drives.move(driver(caller, input.cameraId), input, signal),
    ),
    stop: ptz.stop.handler(({ context: { caller, signal }, input: { cameraId } }) =>
      drives.stop(driver(caller, cameraId), cameraId, signal),
    ),
    home: ptz.home.handler(({ context: { caller, signal }, input: { cameraId } }) =>
      drives.goHome(driver(caller, cameraId), cameraId, signal),
    ),
    presets: ptz.presets.handler(({ context: { signal }, input }) =>
      controls.presets(input.cameraId, signal),
    ),
    goPreset: ptz.goPreset.handler(({ context: { caller, signal }, input: { cameraId, token } }) =>
      drives.goToPreset(driver(caller, cameraId), cameraId, token, signal),
    ),
    savePreset: ptz.savePreset.handler(({ context: { caller, signal }, input }) =>
      drives.savePreset(driver(caller, input.cameraId), input, signal),
    ),
    removePreset: ptz.removePreset.handler(async ({ context: { signal }, input: { cameraId, token } }) => {
      await controls.removePreset(cameraId, token, signal);
      presetPictures.remove(cameraId, token);
    }),
    presetPictures: ptz.presetPictures.handler(({ input }) =>
      presetPictures
        .ofCamera(input.cameraId)
        .map(({ token, picture }) => ({ token, picture: picture.toString('base64') })),
    ),
    keepPresetPicture: ptz.keepPresetPicture.handler(({ input: { cameraId, token, picture } }) => {
      cameras.require(cameraId);
      presetPictures.save(cameraId, token, Buffer.from(picture, 'base64'), Date.now());
    }),
  };
}
