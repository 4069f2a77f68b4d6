import type { Event, EventPage, EventQuery } from '../contract/event.ts';
import { cameraRightsOf, type Rights } from '../contract/rights.ts';
import type { createProcedures } from './procedure.ts';
import type { Services } from './services.ts';
import { eventsSeen, seeingEvents, shown } from './visible.ts';

export function eventHandlers(
  { events }: ReturnType<typeof createProcedures>,
  { events: feed, cameras }: Services,
) {
  return {
    list: events.list.handler(({ context: { caller }, input }) => {
      const { rights } = caller.principal;
      return seesAll(rights)
        ? feed.list(input)
        : visiblePage((query) => feed.list(query), input, seeingEvents(rights, cameras));
    }),
    watch: events.watch.handler(({ context: { caller, signal } }) => {
      const { rights } = caller.principal;
      const changes = feed.watch(signal);
      return seesAll(rights) ? changes : shown(changes, eventsSeen(seeingEvents(rights, cameras)));
    }),
    acknowledge: events.acknowledge.handler(({ context: { caller }, input: { ids, note } }) => {
      const { rights, name } = caller.principal;
      return feed.acknowledge(ids, note, name, seeingEvents(rights, cameras));
    }),
  };
}

function seesAll(rights: Rights): boolean {
  return cameraRightsOf(rights, null).size > 0;
}

/** Reads on until the page is full: the cameras of others leave no gaps. */
function visiblePage(
  list: (query: EventQuery) => EventPage,
  query: EventQuery,
  sees: (event: Event) => boolean,
): EventPage {
  const events: EventPage['events'] = [];
  let cursor = query.cursor;
  for (;;) {
    const page = list({ ...query, ...(cursor === undefined ? {} : { cursor }) });
    for (const event of page.events) {
      if (!sees(event)) continue;
      // One more than asked for: there is another page.
      const last = events.at(-1);
      if (events.length === query.limit && last !== undefined)
        return { events, cursor: { at: last.lastAt, id: last.id } };
      events.push(event);
    }
    if (page.cursor === null) return { events, cursor: null };
    cursor = page.cursor;
  }
}
