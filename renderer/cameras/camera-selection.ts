import type { Camera } from '../../main/contract/camera.ts';
import { folded, searchCameras } from './camera-rows.ts';

/** Numbers a range may have: what is meant with a slip of the finger is not all cameras. */
const maximumRange = 1_000;

/** What somebody has typed to name cameras. */
export interface CameraSelection {
  /** In the order in which they were named, each once. */
  readonly cameras: readonly Camera[];
  /** What names none of them. */
  readonly unknown: readonly string[];
}

/** Cameras by numbers, ranges of numbers, names and groups, between commas: `1-4, 7, Outside, Gate`. */
export function selectCameras(text: string, cameras: readonly Camera[]): CameraSelection {
  const selected = new Map<string, Camera>();
  const unknown: string[] = [];
  for (const part of text.split(',').map((piece) => piece.trim())) {
    if (part === '') continue;
    const found = camerasOf(part, cameras);
    if (found.length === 0) unknown.push(part);
    for (const camera of found) selected.set(camera.id, camera);
  }
  return { cameras: [...selected.values()], unknown };
}

/** What the search of the list finds: cameras that are named as in a selection, or else those with all its words. */
export function findCameras(cameras: readonly Camera[], query: string): readonly Camera[] {
  const named = /[,–-]/.test(query) ? selectCameras(query, cameras) : null;
  if (named !== null && named.cameras.length > 0 && named.unknown.length === 0) return named.cameras;
  return searchCameras(cameras, query);
}

/** The same cameras as text: numbers, with ranges where there are three or more in a row. */
export function selectionText(cameras: readonly Pick<Camera, 'number'>[]): string {
  const runs: number[][] = [];
  for (const { number } of cameras) {
    const run = runs.at(-1);
    if (run !== undefined && run.at(-1) === number - 1) run.push(number);
    else runs.push([number]);
  }
  return runs.map((run) => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(', '))).join(', ');
}

function camerasOf(part: string, cameras: readonly Camera[]): readonly Camera[] {
  const [, first, last] = /^(\d+)(?:\s*[-–]\s*(\d+))?$/.exec(part) ?? [];
  if (first !== undefined) {
    const from = Number(first);
    const to = Number(last ?? first);
    if (to - from >= maximumRange) return [];
    return cameras
      .filter(({ number }) => number >= from && number <= to)
      .sort((one, other) => one.number - other.number);
  }
  const wanted = folded(part);
  const inGroup = cameras.filter(({ group }) => folded(group) === wanted);
  return inGroup.length > 0 ? inGroup : cameras.filter(({ name }) => folded(name) === wanted);
}
