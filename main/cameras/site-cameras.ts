import { randomUUID } from 'node:crypto';
import { GatehouseError, type InputIssue } from '../base/gatehouse-error.ts';
import { type CameraConnection, cameraId } from '../contract/camera.ts';
import type { SiteFileCamera } from '../contract/site-file.ts';
import type { NewCamera, StoredCamera } from '../store/camera-table.ts';
import { editedCamera, newCamera, streamKey } from './camera-input.ts';

/** A camera of a site file. @property path `cameras[3]` */
interface Entry {
  readonly path: string;
  readonly camera: SiteFileCamera;
}

/** What becomes of a camera of a site file. */
export interface PlannedCamera {
  readonly key: string;
  readonly before: StoredCamera | null;
  /** Without a number: the next free one. */
  readonly after: NewCamera & { readonly id: string };
}

/**
 * Finds the cameras of a site file among those that are there, by key, by id, then by the stream, so that none is doubled.
 * @param keys the id of each key that was imported before
 * @param connection what a camera begins with when the file does not say
 * @returns in the order of the file; nothing may be imported when there are issues, whose paths are `cameras[3].mainUrl`
 */
export function planSiteCameras(
  entries: readonly Entry[],
  stored: readonly StoredCamera[],
  keys: ReadonlyMap<string, string>,
  connection: CameraConnection,
): { readonly cameras: readonly PlannedCamera[]; readonly issues: readonly InputIssue[] } {
  const issues: InputIssue[] = [];
  const known = new Map(stored.map((camera) => [camera.id, camera]));
  const ids = claimIds(entries, stored, keys, issues);
  const cameras: PlannedCamera[] = [];
  const inFile = new Set(ids.values());
  const staying = stored.filter(({ id }) => !inFile.has(id));
  const streams = new Map(staying.map((camera) => [streamKey(camera.mainUrl), labelOf(camera)]));
  const numbers = new Map(staying.map((camera) => [camera.number, labelOf(camera)]));
  for (const { path, camera } of entries) {
    const id = ids.get(camera.key);
    if (id === undefined) continue;
    try {
      const before = known.get(id) ?? null;
      const { key, ...edit } = camera;
      const after = before === null ? { ...added(camera, connection), id } : editedCamera(before, edit);
      const stream = streamKey(after.mainUrl);
      const twin = streams.get(stream);
      if (twin !== undefined) issues.push({ path: `${path}.mainUrl`, message: `is ${twin} already` });
      streams.set(stream, path);
      cameras.push({ key, before, after });
    } catch (error) {
      for (const issue of GatehouseError.from(error).issues) {
        issues.push({ path: `${path}.${issue.path}`, message: issue.message });
      }
    }
  }
  const numbered = new Map(cameras.map(({ key, after }) => [key, after.number]));
  // Those that say their number first: one that keeps its own without a word may be in the way.
  for (const isSaid of [true, false]) {
    for (const { path, camera } of entries) {
      const number = numbered.get(camera.key);
      if (number === undefined || (camera.number !== undefined) !== isSaid) continue;
      const holder = numbers.get(number);
      if (holder !== undefined) {
        issues.push({ path: `${path}.number`, message: `${number} belongs to ${holder}: give another one` });
      }
      numbers.set(number, path);
    }
  }
  return { cameras, issues };
}

/** Which camera each key means; a new id for a new one. */
function claimIds(
  entries: readonly Entry[],
  stored: readonly StoredCamera[],
  keys: ReadonlyMap<string, string>,
  issues: InputIssue[],
): ReadonlyMap<string, string> {
  const known = new Set(stored.map(({ id }) => id));
  const streams = new Map(stored.map(({ id, mainUrl }) => [streamKey(mainUrl), id]));
  const ids = new Map<string, string>();
  const claimed = new Map<string, string>();
  const claim = ({ path, camera }: Entry, id: string) => {
    const other = claimed.get(id);
    if (other !== undefined) {
      issues.push({ path: `${path}.key`, message: `means the same camera as ${other}` });
      return;
    }
    ids.set(camera.key, id);
    claimed.set(id, path);
  };
  const others: Entry[] = [];
  const first = new Map<string, string>();
  for (const entry of entries) {
    const { path, camera } = entry;
    const twin = first.get(camera.key);
    if (twin !== undefined) {
      issues.push({ path: `${path}.key`, message: `is that of ${twin} too: every camera needs its own` });
      continue;
    }
    first.set(camera.key, path);
    const id = keys.get(camera.key) ?? cameraId.safeParse(camera.key.toLowerCase()).data;
    if (id !== undefined && known.has(id)) claim(entry, id);
    else others.push(entry);
  }
  for (const entry of others) {
    const { key } = entry.camera;
    const same = streams.get(streamOf(entry.camera) ?? '');
    const isFree = same !== undefined && !claimed.has(same);
    const wanted = keys.get(key) ?? cameraId.safeParse(key.toLowerCase()).data ?? randomUUID();
    claim(entry, isFree ? same : wanted);
  }
  return ids;
}

/** Undefined for an address that cannot be read: that is said where the camera is made of it. */
function streamOf({ mainUrl }: SiteFileCamera): string | undefined {
  try {
    return streamKey(mainUrl);
  } catch {
    return undefined;
  }
}

function added(camera: SiteFileCamera, connection: CameraConnection): NewCamera {
  const { group = '', subUrl = null, username, password } = camera;
  const typed = {
    ...camera,
    group,
    subUrl,
    username: username ?? undefined,
    password: password ?? undefined,
  };
  const made = newCamera(typed, connection);
  return username === null ? { ...made, username: null } : made;
}

function labelOf({ number, name }: StoredCamera): string {
  return `camera ${number}, ${name},`;
}
