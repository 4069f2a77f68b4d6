import type { Caller } from '../access/callers.ts';
import { checkCamera } from '../access/rights.ts';
import type { StreamProfile } from '../contract/camera.ts';
import type { CameraRight } from '../contract/rights.ts';
import type { ViewerEvent } from '../contract/viewer.ts';
import type { StreamLease } from '../media/stream-lease.ts';
import type { Viewer } from '../viewers/viewer.ts';
import { actorOf } from './call-record.ts';
import type { createProcedures } from './procedure.ts';
import type { Services } from './services.ts';
import type { ShownCameras } from './shown-cameras.ts';
import { seeing } from './visible.ts';
import { watchedLease } from './watched-lease.ts';

export function viewerHandlers(
  { viewer }: ReturnType<typeof createProcedures>,
  services: Services,
  shownCameras: ShownCameras,
) {
  const viewerOf = (caller: Caller, viewerId: string): Viewer => {
    const found = services.viewers.get(viewerId);
    // Nobody else's calls find it.
    if (shownCameras.ownerOf(found) !== caller) throw services.viewers.notFound();
    return found;
  };
  const leaseOf = (
    { principal }: Caller,
    right: CameraRight,
    cameraId: string,
    profile: StreamProfile,
  ): StreamLease => {
    // The id of a preview is known to nobody but whoever has opened it.
    const preview = services.trials.lease(cameraId);
    if (preview !== undefined) return preview;
    checkCamera(principal.rights, right, services.cameras.place(cameraId));
    return services.cameras.lease(cameraId, profile);
  };
  return {
    // Opened before the subscription begins, so that a refusal is answered as one and not as a subscription that broke.
    open: viewer.open.handler(async ({ context: { caller, signal }, input }) => {
      const { userId, name } = caller.principal;
      // All stations are one.
      const user = { id: userId ?? 'station', name };
      const opened = await services.viewers.open(input.slots, input.h265, user, signal);
      shownCameras.open(opened, caller);
      return follow(opened, services, signal);
    }),
    answer: viewer.answer.handler(({ context, input }) =>
      viewerOf(context.caller, input.viewerId).answer(input.sdp),
    ),
    candidate: viewer.candidate.handler(({ context, input }) =>
      viewerOf(context.caller, input.viewerId).addCandidate(input.candidate),
    ),
    show: viewer.show.handler(({ context: { caller }, input }) => {
      const shown = viewerOf(caller, input.viewerId);
      // All cameras are leased before any slot changes: an unknown one changes nothing.
      const leases: (StreamLease | null)[] = [];
      try {
        for (const { cameraId, profile } of input.bindings) {
          leases.push(cameraId === null ? null : leaseOf(caller, 'live', cameraId, profile));
        }
      } catch (error) {
        for (const lease of leases) lease?.[Symbol.dispose]();
        throw error;
      }
      // A preview is in the audit by itself.
      const watched = input.bindings.map(({ cameraId }) =>
        cameraId !== null && services.cameras.stored(cameraId) !== undefined ? cameraId : null,
      );
      const { ends, written } = services.watchRecord.begin(actorOf(caller), 'picture', watched);
      input.bindings.forEach(({ slot, cameraId, assignment }, index) => {
        shownCameras.bind(shown, slot, cameraId);
        const lease = leases[index] ?? null;
        shown.bind(slot, lease && watchedLease(lease, ends[index]), assignment);
      });
      // The pictures are on their way.
      return written;
    }),
    showKeyFrames: viewer.showKeyFrames.handler(({ context, input }) =>
      viewerOf(context.caller, input.viewerId).showKeyFrames(input.slots, input.seldom),
    ),
    replay: viewer.replay.handler(({ context: { caller }, input }) => {
      const { viewerId, slot, assignment, command } = input;
      const replaying = viewerOf(caller, viewerId);
      const cameraId = shownCameras.cameraAt(replaying, slot);
      const place = cameraId === undefined ? undefined : services.cameras.place(cameraId);
      // Also whoever may not replay, or not any more, can come back.
      checkCamera(caller.principal.rights, command.kind === 'live' ? 'live' : 'replay', place);
      replaying.control(slot, command, assignment);
      // It goes on for as long as commands come.
      if (command.kind !== 'live' && place !== undefined)
        services.watchRecord.begin(actorOf(caller), 'replay', [place.id]).ends[0]?.();
    }),
    restart: viewer.restart.handler(({ context, input }) =>
      viewerOf(context.caller, input.viewerId).restart(),
    ),
    checkIceServers: viewer.checkIceServers.handler(() => services.viewers.checkIceServers()),
    listen: viewer.listen.handler(({ context: { caller }, input }) => {
      const { viewerId, cameraId, profile, assignment } = input;
      const listening = viewerOf(caller, viewerId);
      if (cameraId === null) return listening.listen(null, assignment);
      const lease = leaseOf(caller, 'listen', cameraId, profile);
      const { ends, written } = services.watchRecord.begin(actorOf(caller), 'sound', [cameraId]);
      listening.listen(watchedLease(lease, ends[0]), assignment);
      return written;
    }),
    reportStale: viewer.reportStale.handler(({ context: { caller }, input: { viewerId, cameras } }) => {
      viewerOf(caller, viewerId);
      const sees = seeing(caller.principal.rights, services.cameras);
      const known = cameras.filter(
        ({ cameraId }) => services.cameras.stored(cameraId) !== undefined && sees(cameraId),
      );
      services.stalePictures.report(viewerId, known);
    }),
  };
}

/** The viewer lives as long as somebody listens: a caller that is gone takes its peer connection along. */
function follow(
  viewer: Viewer,
  { stalePictures }: Services,
  signal: AbortSignal,
): AsyncGenerator<ViewerEvent> {
  const close = () => {
    stalePictures.report(viewer.id, []);
    void viewer[Symbol.asyncDispose]();
  };
  // Here and not only below: a generator that nobody has begun to read runs no `finally`.
  if (signal.aborted) close();
  else signal.addEventListener('abort', close, { once: true });
  return (async function* () {
    try {
      yield* viewer.events(signal);
    } finally {
      signal.removeEventListener('abort', close);
      stalePictures.report(viewer.id, []);
      await viewer[Symbol.asyncDispose]();
    }
  })();
}
