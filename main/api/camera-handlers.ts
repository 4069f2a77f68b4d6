import { completeAddresses } from '../cameras/address-completion.ts';
import { parseCameraFile, writeCameraFile } from '../cameras/camera-file.ts';
import type { CameraAddress } from '../contract/camera.ts';
import { type createProcedures, neverAborted } from './procedure.ts';
import type { Services } from './services.ts';

export function cameraHandlers(
  { cameras }: ReturnType<typeof createProcedures>,
  { cameras: registry, trials, doctor, moved }: Services,
) {
  return {
    list: cameras.list.handler(() => registry.list()),
    watch: cameras.watch.handler(({ signal = neverAborted() }) => registry.watch(signal)),
    add: cameras.add.handler(({ input }) => registry.add(input)),
    addAll: cameras.addAll.handler(({ input }) => registry.addAll(input.cameras)),
    edit: cameras.edit.handler(({ input }) => registry.edit(input)),
    change: cameras.change.handler(({ input }) => registry.change(input)),
    follow: cameras.follow.handler(({ input }) => moved.follow(input.noticeId)),
    remove: cameras.remove.handler(({ input }) => registry.remove(input.ids)),
    restore: cameras.restore.handler(({ input }) => registry.restore(input.ids)),
    reorder: cameras.reorder.handler(({ input }) => registry.reorder(input.ids, input.before)),
    find: cameras.find.handler(({ input, signal = neverAborted() }) => trials.find(input, signal)),
    test: cameras.test.handler(({ input, signal = neverAborted() }) => trials.test(input, signal)),
    preview: cameras.preview.handler(({ input, signal = neverAborted() }) => trials.preview(input, signal)),
    examine: cameras.examine.handler(({ input, signal = neverAborted() }) => doctor.examine(input, signal)),
    history: cameras.history.handler(({ input }) => registry.history(input.cameraId)),
    export: cameras.export.handler(({ input }) => ({
      fileName: `gatehouse-cameras-${new Date().toISOString().slice(0, 10)}.${input.format}`,
      text: writeCameraFile(registry.list(), input.format),
    })),
    import: cameras.import.handler(async ({ input, signal = neverAborted() }) => {
      const { text, username, password } = input;
      const find = (address: CameraAddress, within: AbortSignal) => trials.find(address, within);
      const file = await completeAddresses(parseCameraFile(text), { find, username, password }, signal);
      return registry.import(file);
    }),
  };
}
