import type { createProcedures } from './procedure.ts';
import type { Services } from './services.ts';

export function cameraHandlers({ cameras }: ReturnType<typeof createProcedures>, services: Services) {
  return {
    list: cameras.list.handler(() => services.cameras.list()),
    add: cameras.add.handler(({ input }) => services.cameras.add(input)),
    watch: cameras.watch.handler(({ signal }) =>
      services.cameras.watch(signal ?? new AbortController().signal),
    ),
  };
}
