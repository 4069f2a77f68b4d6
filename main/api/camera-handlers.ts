import { checkCamera, checkConsole, checkGroup } from '../access/rights.ts';
import { completeAddresses } from '../cameras/address-completion.ts';
import { parseCameraFile, writeCameraFile } from '../cameras/camera-file.ts';
import { type CameraAddress, isPublished } from '../contract/camera.ts';
import { cameraRightsOf } from '../contract/rights.ts';
import type { createProcedures } from './procedure.ts';
import type { Services } from './services.ts';
import { seeing, shown, shownCameraEvent, shownCameras } from './visible.ts';

export function cameraHandlers(
  { cameras }: ReturnType<typeof createProcedures>,
  { cameras: registry, trials, doctor, moved, site }: Services,
) {
  return {
    list: cameras.list.handler(({ context: { caller } }) =>
      shownCameras(caller.principal.rights, registry.list()),
    ),
    watch: cameras.watch.handler(({ context: { caller, signal } }) => {
      const { rights } = caller.principal;
      const seesCamera = seeing(rights, registry);
      return shown(registry.watch(signal), (event) => shownCameraEvent(rights, event, seesCamera));
    }),
    add: cameras.add.handler(({ context: { caller }, input }) => {
      checkGroup(caller.principal.rights, input.group);
      return registry.add(input);
    }),
    addPublished: cameras.addPublished.handler(({ context: { caller }, input }) => {
      checkGroup(caller.principal.rights, input.group);
      return registry.addPublished(input);
    }),
    addAll: cameras.addAll.handler(({ context: { caller }, input }) => {
      for (const { group } of input.cameras) checkGroup(caller.principal.rights, group);
      return registry.addAll(input.cameras);
    }),
    edit: cameras.edit.handler(({ context: { caller }, input }) => {
      if (input.group !== undefined && input.group !== registry.place(input.id)?.group)
        checkGroup(caller.principal.rights, input.group);
      return registry.edit(input);
    }),
    change: cameras.change.handler(({ context: { caller }, input }) => {
      if (input.group !== undefined) checkGroup(caller.principal.rights, input.group);
      return registry.change(input);
    }),
    follow: cameras.follow.handler(({ context: { caller }, input }) => {
      const ids = site.offeredMove(input.noticeId)?.cameraIds ?? [];
      for (const id of ids) checkCamera(caller.principal.rights, 'manage', registry.place(id));
      return moved.follow(input.noticeId);
    }),
    remove: cameras.remove.handler(({ input }) => registry.remove(input.ids)),
    restore: cameras.restore.handler(({ input }) => registry.restore(input.ids)),
    reorder: cameras.reorder.handler(({ input }) => registry.reorder(input.ids, input.before)),
    find: cameras.find.handler(({ context, input }) => trials.find(input, context.signal)),
    test: cameras.test.handler(({ context, input }) => trials.test(input, context.signal)),
    preview: cameras.preview.handler(({ context, input }) => trials.preview(input, context.signal)),
    examine: cameras.examine.handler(({ context: { caller, signal }, input }) => {
      // One that is not stored yet is somebody's who adds cameras.
      if ('stream' in input.camera) checkConsole(caller.principal.rights, 'discovery');
      return doctor.examine(input, signal);
    }),
    history: cameras.history.handler(({ input }) => registry.history(input.cameraId)),
    export: cameras.export.handler(({ context: { caller }, input }) => {
      const { rights } = caller.principal;
      // A camera that is published here has no address that could be read again.
      const managed = registry
        .list()
        .filter((camera) => !isPublished(camera) && cameraRightsOf(rights, camera).has('manage'));
      return {
        fileName: `gatehouse-cameras-${new Date().toISOString().slice(0, 10)}.${input.format}`,
        text: writeCameraFile(managed, input.format),
      };
    }),
    import: cameras.import.handler(async ({ context: { signal }, input }) => {
      const { text, username, password } = input;
      const find = (address: CameraAddress, within: AbortSignal) => trials.find(address, within);
      const file = await completeAddresses(parseCameraFile(text), { find, username, password }, signal);
      return registry.import(file);
    }),
  };
}
