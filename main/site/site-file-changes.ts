import type { Secret } from '../base/secret.ts';
import type { Layout } from '../contract/layout.ts';
import type { Settings } from '../contract/site.ts';
import type { SiteFileChange } from '../contract/site-file.ts';
import { renamedTile } from '../contract/tile-cameras.ts';
import type { NewCamera, StoredCamera } from '../store/camera-table.ts';
import type { StoredPolicy } from '../store/setting-table.ts';
import type { PlannedLayout } from './site-layouts.ts';

type Field = SiteFileChange['fields'][number];

/** What a camera becomes; of passwords only that there is one. */
export function cameraChange(before: StoredCamera | null, after: NewCamera): SiteFileChange {
  const kind = 'camera';
  if (before === null) return { kind, change: 'added', name: after.name, fields: [] };
  const fields = (
    [
      ...(['number', 'name', 'group', 'mainUrl', 'subUrl', 'onvifUrl', 'username', 'connection'] as const),
      ...(['transport', 'certificate', 'mayStandStill'] as const),
    ] as const
  ).flatMap((field) => fieldChange(field, before[field], after[field]));
  return changeOf(kind, before.name, [...fields, ...passwordChange(before.password, after.password)]);
}

/** @param nameOf the name of the camera of an id; undefined when there is none */
export function layoutChange(
  { before, after }: PlannedLayout,
  nameOf: (id: string) => string | undefined,
): SiteFileChange {
  const kind = 'layout';
  if (before === null) return { kind, change: 'added', name: after.name, fields: [] };
  const tilesOf = ({ tiles }: Layout) => tiles.map((tile) => renamedTile(tile, (id) => nameOf(id) ?? '–'));
  const isSameTiles = JSON.stringify(before.tiles) === JSON.stringify(after.tiles);
  return changeOf(kind, before.name, [
    ...fieldChange('name', before.name, after.name),
    ...fieldChange('grid', before.grid, after.grid),
    ...fieldChange('tourSeconds', before.tourSeconds, after.tourSeconds),
    ...(isSameTiles ? [] : [{ field: 'tiles', before: tilesOf(before), after: tilesOf(after) }]),
  ]);
}

/** One for each setting that the file names. */
export function settingChanges(
  before: Settings,
  after: Settings,
  named: readonly (keyof Settings)[],
): SiteFileChange[] {
  return named.map((name) => changeOf('setting', name, fieldChange(name, before[name], after[name])));
}

/** Of the parts that the file names. */
export function policyChanges(
  before: StoredPolicy,
  after: StoredPolicy,
  named: readonly (keyof StoredPolicy)[],
): SiteFileChange[] {
  return named.map((part) => {
    if (before[part] === null) return { kind: part, change: 'added', name: part, fields: [] };
    const [old, now] = [before[part], after[part]].map((policy) => new Map(Object.entries(policy ?? {})));
    const fields = [...(now ?? [])].flatMap(([field, value]): Field[] => {
      const was: unknown = old?.get(field);
      if (field !== 'pinHash') return fieldChange(field, was, value);
      return was === value ? [] : [secretChange('pin', was !== null, value !== null)];
    });
    return changeOf(part, part, fields);
  });
}

/** The order of cameras or walls. */
export function orderChange(name: 'cameras' | 'layouts'): SiteFileChange {
  return { kind: 'order', change: 'changed', name, fields: [] };
}

function changeOf(kind: SiteFileChange['kind'], name: string, fields: Field[]): SiteFileChange {
  return { kind, change: fields.length === 0 ? 'unchanged' : 'changed', name, fields };
}

function fieldChange(field: string, before: unknown, after: unknown): Field[] {
  const [was, is] = [before, after].map(wordsOf) as [string | null, string | null];
  return was === is ? [] : [{ field, before: was, after: is }];
}

function wordsOf(value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function passwordChange(before: Secret | null, after: Secret | null): Field[] {
  if (before?.reveal() === after?.reveal()) return [];
  return [secretChange('password', before !== null, after !== null)];
}

function secretChange(field: string, hadOne: boolean, hasOne: boolean): Field {
  const after = hadOne ? 'another one' : 'one';
  return { field, before: hadOne ? 'one' : null, after: hasOne ? after : null };
}
