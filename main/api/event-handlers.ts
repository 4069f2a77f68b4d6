import type { EventPage, EventQuery } from '../contract/event.ts';
import { cameraRightsOf } from '../contract/rights.ts';
import type { createProcedures } from './procedure.ts';
import type { Services } from './services.ts';
import { seeing, shown, shownEventChange } from './visible.ts';

export function eventHandlers(
  { events }: ReturnType<typeof createProcedures>,
  { events: log, cameras }: Services,
) {
  return {
    list: events.list.handler(({ context: { caller }, input }) => {
      const { rights } = caller.principal;
      const isAll = cameraRightsOf(rights, null).size > 0;
      return isAll
        ? log.list(input)
        : visiblePage((query) => log.list(query), input, seeing(rights, cameras));
    }),
    watch: events.watch.handler(({ context: { caller, signal } }) => {
      const { rights } = caller.principal;
      const seesCamera = seeing(rights, cameras);
      return shown(log.watch(signal), (event) => shownEventChange(event, seesCamera));
    }),
  };
}

/** Reads on until the page is full: the cameras of others leave no gaps. */
function visiblePage(
  list: (query: EventQuery) => EventPage,
  query: EventQuery,
  sees: (cameraId: string) => boolean,
): EventPage {
  const events: EventPage['events'] = [];
  let cursor = query.cursor;
  for (;;) {
    const page = list({ ...query, ...(cursor === undefined ? {} : { cursor }) });
    for (const event of page.events) {
      if (!sees(event.cameraId)) continue;
      // One more than asked for: there is another page.
      if (events.length === query.limit) return { events, cursor: events.at(-1)?.id ?? null };
      events.push(event);
    }
    if (page.cursor === null) return { events, cursor: null };
    cursor = page.cursor;
  }
}
