import type { Caller } from '../access/callers.ts';
import { checkCamera } from '../access/rights.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { glimpse, pastStill, presentStill } from '../clips/still.ts';
import type { ClipEvent } from '../contract/clip.ts';
import { maximumPictureBytes } from '../contract/limits.ts';
import { cameraRightsOf, type Rights } from '../contract/rights.ts';
import type { StoredCamera } from '../store/camera-table.ts';
import { actorOf } from './call-record.ts';
import type { createProcedures } from './procedure.ts';
import type { Services } from './services.ts';
import { shown } from './visible.ts';

export function clipHandlers(
  { clips: procedures }: ReturnType<typeof createProcedures>,
  { clips, cameras, watchRecord }: Services,
) {
  /** What was kept of a camera that is gone is for those who see all cameras. */
  const mayKeep = (rights: Rights, cameraId: string) =>
    cameraRightsOf(rights, cameras.place(cameraId) ?? null).has('keep-clips');
  /** Hidden and absent are one. */
  const check = (rights: Rights, ids: readonly string[]) => {
    for (const id of ids) {
      const cameraId = (clips.get(id) ?? clips.recording(id))?.cameraId;
      if (cameraId === undefined || !mayKeep(rights, cameraId))
        throw new GatehouseError('not-found', 'This clip does not exist any more.');
    }
  };
  const camera = (cameraId: string): StoredCamera => {
    cameras.require(cameraId);
    const stored = cameras.stored(cameraId);
    if (stored === undefined) throw new GatehouseError('not-found', 'This camera does not exist any more.');
    return stored;
  };
  /** Pictures that are on their way: one of each window. */
  const uploads = new WeakMap<Caller, readonly Buffer[]>();
  return {
    watch: procedures.watch.handler(({ context: { caller, signal } }) => {
      const { rights } = caller.principal;
      return shown(clips.watch(signal), (event) => shownClipEvent(event, (id) => mayKeep(rights, id)));
    }),
    saveLast: procedures.saveLast.handler(({ context: { caller }, input }) => {
      // What is kept was looked back at, too.
      const { rights, name } = caller.principal;
      checkCamera(rights, 'replay', cameras.place(input.cameraId));
      const kept = camera(input.cameraId);
      const withSound = cameraRightsOf(rights, kept).has('listen');
      return clips.saveLast(kept, cameras.histories(input.cameraId), { ...input, withSound }, name);
    }),
    still: procedures.still.handler(({ context: { caller }, input: { cameraId, ago } }) => {
      camera(cameraId);
      const histories = cameras.histories(cameraId);
      checkCamera(caller.principal.rights, ago === 0 ? 'live' : 'replay', cameras.place(cameraId));
      return ago === 0
        ? presentStill(cameras.lease(cameraId, 'main'), histories)
        : pastStill(histories, performance.now() - ago);
    }),
    glimpse: procedures.glimpse.handler(({ context: { caller }, input: { cameraId, ago } }) => {
      cameras.require(cameraId);
      watchRecord.begin(actorOf(caller), 'replay', [cameraId]).ends[0]?.();
      return glimpse(cameras.histories(cameraId).toReversed(), performance.now() - ago);
    }),
    sendPicture: procedures.sendPicture.handler(({ context: { caller }, input }) => {
      const { from } = input;
      const part = Buffer.from(input.part, 'base64');
      const before = from === 0 ? [] : (uploads.get(caller) ?? []);
      uploads.delete(caller);
      const there = bytesOf(before);
      if (there !== from || there + part.length > maximumPictureBytes)
        throw GatehouseError.ofField('from', 'must follow the part before');
      uploads.set(caller, [...before, part]);
    }),
    savePicture: procedures.savePicture.handler(({ context: { caller }, input: { cameraId, at, bytes } }) => {
      const kept = camera(cameraId);
      const parts = uploads.get(caller) ?? [];
      uploads.delete(caller);
      if (bytesOf(parts) !== bytes) throw GatehouseError.ofField('bytes', 'must have been sent before');
      return clips.savePicture(kept, Buffer.concat(parts), at, caller.principal.name);
    }),
    record: procedures.record.handler(({ context: { caller }, input: { cameraId } }) => {
      const { rights, name } = caller.principal;
      checkCamera(rights, 'live', cameras.place(cameraId));
      const withSound = cameraRightsOf(rights, camera(cameraId)).has('listen');
      return clips.record(camera(cameraId), cameras.leasePlaying(cameraId), withSound, name);
    }),
    endRecording: procedures.endRecording.handler(({ context: { caller }, input: { id } }) => {
      check(caller.principal.rights, [id]);
      return clips.endRecording(id);
    }),
    rename: procedures.rename.handler(({ context: { caller }, input: { id, name } }) => {
      check(caller.principal.rights, [id]);
      return clips.rename(id, name);
    }),
    remove: procedures.remove.handler(({ context: { caller }, input: { ids } }) => {
      check(caller.principal.rights, ids);
      return clips.remove(ids);
    }),
    read: procedures.read.handler(async ({ context: { caller }, input: { id, from, bytes } }) => {
      check(caller.principal.rights, [id]);
      return new File([await clips.read(id, from, bytes)], 'part', { type: 'application/octet-stream' });
    }),
    thumbnail: procedures.thumbnail.handler(({ context: { caller }, input: { id } }) => {
      check(caller.principal.rights, [id]);
      return clips.thumbnail(id);
    }),
    manifest: procedures.manifest.handler(({ context: { caller }, input: { ids } }) => {
      check(caller.principal.rights, ids);
      return clips.manifest(ids);
    }),
  };
}

function shownClipEvent(event: ClipEvent, sees: (cameraId: string) => boolean): ClipEvent | undefined {
  switch (event.type) {
    case 'snapshot':
      return {
        ...event,
        clips: event.clips.filter(({ cameraId }) => sees(cameraId)),
        recordings: event.recordings.filter(({ cameraId }) => sees(cameraId)),
      };
    case 'recordings':
      return { ...event, recordings: event.recordings.filter(({ cameraId }) => sees(cameraId)) };
    case 'clip':
      return sees(event.clip.cameraId) ? event : undefined;
    case 'removed':
      return sees(event.cameraId) ? event : undefined;
    case 'ended':
      return sees(event.recording.cameraId) ? event : undefined;
    default:
      return event satisfies never;
  }
}

function bytesOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}
