import { type createProcedures, neverAborted } from './procedure.ts';
import type { Services } from './services.ts';

export function layoutHandlers(
  { layouts }: ReturnType<typeof createProcedures>,
  { layouts: walls }: Services,
) {
  return {
    list: layouts.list.handler(() => walls.list()),
    watch: layouts.watch.handler(({ signal = neverAborted() }) => walls.watch(signal)),
    save: layouts.save.handler(({ input }) => walls.save(input)),
    rename: layouts.rename.handler(({ input }) => walls.rename(input.id, input.name)),
    duplicate: layouts.duplicate.handler(({ input }) => walls.duplicate(input.id)),
    remove: layouts.remove.handler(({ input }) => walls.remove(input.id)),
    restore: layouts.restore.handler(({ input }) => walls.restore(input.id)),
    reorder: layouts.reorder.handler(({ input }) => walls.reorder(input.ids)),
  };
}
