import { type FindCamera, sees } from '../access/rights.ts';
import type { Camera, CameraEvent } from '../contract/camera.ts';
import type { Event, EventChange } from '../contract/event.ts';
import type { Layout, LayoutEvent } from '../contract/layout.ts';
import { cameraRightsOf, type Rights } from '../contract/rights.ts';
import type { Site } from '../contract/site.ts';
import { camerasOfTile } from '../contract/tile-cameras.ts';

/*
 * What is left of lists and subscriptions for somebody who may not see everything: what is hidden looks like what is not there.
 */

type SeesCamera = (cameraId: string) => boolean;

/** Whether a camera of an id is seen: one that was removed as long as it may come back, one that is gone by who sees all. */
export function seeing(rights: Rights, cameras: { place: FindCamera }): SeesCamera {
  return (cameraId) => sees(rights, cameras.place(cameraId) ?? null);
}

/** Passes events on as somebody may see them. @param show undefined: not at all */
export async function* shown<Event>(
  events: AsyncIterable<Event>,
  show: (event: Event) => Event | undefined,
): AsyncGenerator<Event> {
  for await (const event of events) {
    const visible = show(event);
    if (visible !== undefined) yield visible;
  }
}

/** Addresses and user names are for whoever manages a camera. */
function shownCamera(rights: Rights, camera: Camera): Camera | undefined {
  if (!sees(rights, camera)) return undefined;
  if (cameraRightsOf(rights, camera).has('manage')) return camera;
  const { subUrl, onvifUrl } = camera;
  return {
    ...camera,
    mainUrl: '',
    subUrl: subUrl === null ? null : '',
    onvifUrl: onvifUrl === null ? null : '',
    username: null,
    certificate: null,
  };
}

export function shownCameras(rights: Rights, cameras: readonly Camera[]): Camera[] {
  return cameras.flatMap((camera) => shownCamera(rights, camera) ?? []);
}

export function shownCameraEvent(
  rights: Rights,
  event: CameraEvent,
  seesCamera: SeesCamera,
): CameraEvent | undefined {
  switch (event.type) {
    case 'snapshot':
      return {
        type: 'snapshot',
        cameras: shownCameras(rights, event.cameras),
        statuses: event.statuses.filter(({ cameraId }) => seesCamera(cameraId)),
      };
    case 'camera': {
      const camera = shownCamera(rights, event.camera);
      return camera && { type: 'camera', camera };
    }
    case 'removed':
      return seesCamera(event.cameraId) ? event : undefined;
    case 'steered':
    case 'driven':
      return seesCamera(event.cameraId) ? event : undefined;
    case 'order':
      return { type: 'order', cameraIds: event.cameraIds.filter(seesCamera) };
    case 'status':
      return seesCamera(event.status.cameraId) ? event : undefined;
    default:
      return event satisfies never;
  }
}

/**
 * A wall of which somebody sees no camera is not there. Tiles of hidden cameras keep their ids, as those of removed ones do; whoever
 * changes walls sees all of them.
 */
export function seesLayout(rights: Rights, { tiles }: Layout, seesCamera: SeesCamera): boolean {
  if (rights.console.includes('layouts')) return true;
  const ids = tiles.flatMap(camerasOfTile);
  return ids.length === 0 || ids.some(seesCamera);
}

/** @param told ids of the walls that the reader knows; kept up to date */
export function shownLayoutEvent(
  rights: Rights,
  event: LayoutEvent,
  seesCamera: SeesCamera,
  told: Set<string>,
): LayoutEvent | undefined {
  switch (event.type) {
    case 'snapshot': {
      const layouts = event.layouts.filter((layout) => seesLayout(rights, layout, seesCamera));
      for (const { id } of layouts) told.add(id);
      return { type: 'snapshot', layouts };
    }
    case 'layout': {
      const { id } = event.layout;
      if (seesLayout(rights, event.layout, seesCamera)) {
        told.add(id);
        return event;
      }
      return told.delete(id) ? { type: 'removed', layoutId: id } : undefined;
    }
    case 'removed':
      return told.delete(event.layoutId) ? event : undefined;
    case 'order':
      return { type: 'order', layoutIds: event.layoutIds.filter((id) => told.has(id)) };
    default:
      return event satisfies never;
  }
}

/** Whether an event is seen: by whoever sees its camera; what is about Gatehouse itself, by whoever sees all cameras. */
export function seeingEvents(rights: Rights, cameras: { place: FindCamera }): (event: Event) => boolean {
  const seesCamera = seeing(rights, cameras);
  return ({ cameraId }) => (cameraId === null ? sees(rights, null) : seesCamera(cameraId));
}

/** What is left of the events of one subscription for somebody who does not see all of them; alarms are counted anew. */
export function eventsSeen(
  seesEvent: (event: Event) => boolean,
): (change: EventChange) => EventChange | undefined {
  const open = new Set<number>();
  const count = ({ id, alarm, acknowledged }: Event) => {
    if (alarm && acknowledged === null) open.add(id);
    else open.delete(id);
  };
  return (change) => {
    if (change.type === 'snapshot') {
      const events = change.events.filter(seesEvent);
      open.clear();
      for (const event of events) count(event);
      return { type: 'snapshot', events, openAlarms: open.size };
    }
    if (!seesEvent(change.event)) return undefined;
    count(change.event);
    return { ...change, openAlarms: open.size };
  };
}

/** Where the data is, notices and backups are for whoever looks after the site. */
export function shownSite(rights: Rights, site: Site, seesCamera: SeesCamera): Site {
  if (!rights.console.includes('settings'))
    return { ...site, dataFolder: '', keyWarning: null, notices: [], backups: [] };
  const notices = site.notices.filter(({ move }) => move?.cameraIds.every(seesCamera) ?? true);
  return { ...site, notices };
}
