import { type createProcedures, neverAborted } from './procedure.ts';
import type { Services } from './services.ts';

export function eventHandlers({ events }: ReturnType<typeof createProcedures>, { events: log }: Services) {
  return {
    list: events.list.handler(({ input }) => log.list(input)),
    watch: events.watch.handler(({ signal = neverAborted() }) => log.watch(signal)),
  };
}
