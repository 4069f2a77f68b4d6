import type { StreamProfile } from '../contract/camera.ts';
import type { ViewerEvent } from '../contract/viewer.ts';
import type { StreamLease } from '../media/stream-lease.ts';
import type { Viewer } from '../viewers/viewer.ts';
import { type createProcedures, neverAborted } from './procedure.ts';
import type { Services } from './services.ts';

export function viewerHandlers({ viewer }: ReturnType<typeof createProcedures>, services: Services) {
  const leaseOf = (cameraId: string, profile: StreamProfile): StreamLease =>
    services.trials.lease(cameraId) ?? services.cameras.lease(cameraId, profile);
  return {
    // Opened before the subscription begins, so that a refusal is answered as one and not as a subscription that broke.
    open: viewer.open.handler(async ({ input, signal = neverAborted() }) =>
      follow(await services.viewers.open(input.slots, input.h265), signal),
    ),
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
          leases.push(cameraId === null ? null : leaseOf(cameraId, profile));
        }
      } catch (error) {
        for (const lease of leases) lease?.[Symbol.dispose]();
        throw error;
      }
      input.bindings.forEach(({ slot, assignment }, index) => {
        shown.bind(slot, leases[index] ?? null, assignment);
      });
    }),
    restart: viewer.restart.handler(({ input }) => services.viewers.get(input.viewerId).restart()),
    listen: viewer.listen.handler(({ input: { viewerId, cameraId, profile, assignment } }) => {
      const listening = services.viewers.get(viewerId);
      listening.listen(cameraId === null ? null : leaseOf(cameraId, profile), assignment);
    }),
  };
}

/** The viewer lives as long as somebody listens: a caller that is gone takes its peer connection along. */
function follow(viewer: Viewer, signal: AbortSignal): AsyncGenerator<ViewerEvent> {
  const close = () => void viewer[Symbol.asyncDispose]();
  // Here and not only below: a generator that nobody has begun to read runs no `finally`.
  if (signal.aborted) close();
  else signal.addEventListener('abort', close, { once: true });
  return (async function* () {
    try {
      yield* viewer.events(signal);
    } finally {
      signal.removeEventListener('abort', close);
      await viewer[Symbol.asyncDispose]();
    }
  })();
}
