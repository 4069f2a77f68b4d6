import type { createProcedures } from './procedure.ts';
import type { Services } from './services.ts';
import { seeing, seesLayout, shown, shownLayoutEvent } from './visible.ts';

export function layoutHandlers(
  { layouts }: ReturnType<typeof createProcedures>,
  { layouts: walls, cameras }: Services,
) {
  return {
    list: layouts.list.handler(({ context: { caller } }) => {
      const { rights } = caller.principal;
      const seesCamera = seeing(rights, cameras);
      return walls.list().filter((layout) => seesLayout(rights, layout, seesCamera));
    }),
    watch: layouts.watch.handler(({ context: { caller, signal } }) => {
      const { rights } = caller.principal;
      const seesCamera = seeing(rights, cameras);
      const told = new Set<string>();
      return shown(walls.watch(signal), (event) => shownLayoutEvent(rights, event, seesCamera, told));
    }),
    save: layouts.save.handler(({ input }) => walls.save(input)),
    rename: layouts.rename.handler(({ input }) => walls.rename(input.id, input.name)),
    duplicate: layouts.duplicate.handler(({ input }) => walls.duplicate(input.id)),
    remove: layouts.remove.handler(({ input }) => walls.remove(input.id)),
    restore: layouts.restore.handler(({ input }) => walls.restore(input.id)),
    reorder: layouts.reorder.handler(({ input }) => walls.reorder(input.ids)),
  };
}
