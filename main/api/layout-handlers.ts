import type { createProcedures } from './procedure.ts';
import type { Services } from './services.ts';

export function layoutHandlers({ layouts }: ReturnType<typeof createProcedures>, services: Services) {
  return {
    list: layouts.list.handler(() => services.layouts.list()),
    save: layouts.save.handler(({ input }) => services.layouts.save(input)),
  };
}
