import type { Camera } from '../../main/contract/camera.ts';

/** A line of the list. */
export type CameraRow =
  | { readonly kind: 'group'; readonly group: string; readonly count: number }
  | { readonly kind: 'camera'; readonly camera: Camera };

/** Text that is found whatever its case and its accents. */
export function folded(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase();
}

const haystacks = new WeakMap<Camera, string>();

function haystack(camera: Camera): string {
  const known = haystacks.get(camera);
  if (known !== undefined) return known;
  const made = folded(`${camera.name} ${camera.group} ${camera.mainUrl}`);
  haystacks.set(camera, made);
  return made;
}

/**
 * Cameras that have every word of the query in their name, group or address; a whole number finds the camera that has
 * it, first of all.
 */
export function searchCameras(cameras: readonly Camera[], query: string): readonly Camera[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return cameras;
  const number = /^\d+$/.test(query.trim()) ? Number(query) : undefined;
  const found = cameras.filter((camera) => {
    if (camera.number === number) return true;
    const text = haystack(camera);
    return words.every((word) => text.includes(word));
  });
  const exact = found.findIndex((camera) => camera.number === number);
  return exact <= 0
    ? found
    : [...found.slice(exact, exact + 1), ...found.slice(0, exact), ...found.slice(exact + 1)];
}

/**
 * Cameras under the names of their groups, in the order of the groups' first cameras; those without a group come first, under
 * a heading of their own where there are groups.
 */
export function groupRows(cameras: readonly Camera[]): readonly CameraRow[] {
  const groups = new Map<string, Camera[]>([['', []]]);
  for (const camera of cameras) {
    const members = groups.get(camera.group);
    if (members === undefined) groups.set(camera.group, [camera]);
    else members.push(camera);
  }
  const hasHeading = (group: string, members: readonly Camera[]) =>
    group !== '' || (groups.size > 1 && members.length > 0);
  return [...groups].flatMap(([group, members]): CameraRow[] => [
    ...(!hasHeading(group, members) ? [] : [{ kind: 'group' as const, group, count: members.length }]),
    ...members.map((camera) => ({ kind: 'camera' as const, camera })),
  ]);
}
