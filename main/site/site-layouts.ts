import { randomUUID } from 'node:crypto';
import { type Layout, layoutId } from '../contract/layout.ts';
import { defaultLayoutId, maximumLayouts } from '../contract/limits.ts';
import { camerasOfTile, renamedTile } from '../contract/tile-cameras.ts';
import type { SiteFileMistakes } from './site-file-mistakes.ts';
import type { SiteFileParts } from './site-file-text.ts';

/** The key of the wall that is always there. */
export const allCamerasKey = 'all-cameras';

/** What becomes of a wall of a site file. */
export interface PlannedLayout {
  readonly key: string;
  readonly before: Layout | null;
  readonly after: Layout;
}

/**
 * Finds the walls of a site file among those that are there: by key, by id, then by a name that only one has.
 * @param cameraIds of the cameras of the file, by key
 * @returns in the order of the file
 */
export function planSiteLayouts(
  { layouts, cameraKeys }: SiteFileParts,
  stored: readonly Layout[],
  keys: ReadonlyMap<string, string>,
  cameraIds: ReadonlyMap<string, string>,
  mistakes: SiteFileMistakes,
): readonly PlannedLayout[] {
  const known = new Map(stored.map((layout) => [layout.id, layout]));
  const idOf = (key: string) =>
    key === allCamerasKey ? defaultLayoutId : (keys.get(key) ?? layoutId.safeParse(key.toLowerCase()).data);
  const named = Map.groupBy(stored, ({ name }) => name);
  const meant = new Set(layouts.map(({ layout }) => idOf(layout.key)));
  const claimed = new Map<string, string>();
  const seen = new Map<string, string>();
  const planned: PlannedLayout[] = [];
  for (const { path, layout } of layouts) {
    const { key, tiles: fileTiles, ...rest } = layout;
    const { name } = rest;
    const twin = seen.get(key);
    if (twin !== undefined) {
      mistakes.add(`${path}.key`, `is that of ${twin} too: every wall needs its own`);
      continue;
    }
    seen.set(key, path);
    const [namesake, ...others] = named.get(name) ?? [];
    const isFree =
      namesake !== undefined && others.length === 0 && !meant.has(namesake.id) && !claimed.has(namesake.id);
    const wanted = idOf(key);
    const id =
      wanted !== undefined && known.has(wanted) ? wanted : isFree ? namesake.id : (wanted ?? randomUUID());
    const other = claimed.get(id);
    if (other !== undefined) mistakes.add(`${path}.key`, `means the same wall as ${other}`);
    claimed.set(id, path);
    const tiles = fileTiles.map((tile, index) => {
      if (!camerasOfTile(tile).every((camera) => cameraKeys.has(camera))) {
        mistakes.add(`${path}.tiles[${index}]`, 'is no key of a camera in this file');
      }
      return renamedTile(tile, (camera) => cameraIds.get(camera) ?? null);
    });
    planned.push({ key, before: known.get(id) ?? null, after: { id, ...rest, tiles } });
  }
  const added = planned.filter(({ before }) => before === null).length;
  if (stored.length + added > maximumLayouts) {
    mistakes.add('layouts', `are too many: with those that are there, ${maximumLayouts} are the most`);
  }
  return planned;
}
