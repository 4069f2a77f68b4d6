import type { StreamLease } from '../media/stream-lease.ts';
import type { createProcedures } from './procedure.ts';
import type { Services } from './services.ts';

export function viewerHandlers({ viewer }: ReturnType<typeof createProcedures>, services: Services) {
  return {
    // The viewer lives as long as somebody listens: a caller that is gone takes its peer connection along.
    open: viewer.open.handler(async function* ({ input, signal }) {
      await using opened = await services.viewers.open(input.slots);
      yield* opened.events(signal ?? new AbortController().signal);
    }),
    answer: viewer.answer.handler(({ input }) => services.viewers.get(input.viewerId).answer(input.sdp)),
    candidate: viewer.candidate.handler(({ input }) =>
      services.viewers.get(input.viewerId).addCandidate(input.candidate),
    ),
    show: viewer.show.handler(({ input }) => {
      const shown = services.viewers.get(input.viewerId);
      // All cameras are leased before any slot changes: an unknown one changes nothing.
      const leases: (StreamLease | null)[] = [];
      try {
        for (const { cameraId, profile } of input.bindings) {
          leases.push(cameraId === null ? null : services.cameras.lease(cameraId, profile));
        }
      } catch (error) {
        for (const lease of leases) lease?.[Symbol.dispose]();
        throw error;
      }
      input.bindings.forEach(({ slot }, index) => {
        shown.bind(slot, leases[index] ?? null);
      });
    }),
  };
}
