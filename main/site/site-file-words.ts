import type { InputIssue } from '../base/gatehouse-error.ts';
import { redactText } from '../base/redact.ts';
import type { SiteFileChange, SiteFileResult, SiteFileValue } from '../contract/site-file.ts';
import type { Tile } from '../contract/tile.ts';
import { camerasOfTile } from '../contract/tile-cameras.ts';

const kinds: Readonly<Record<SiteFileChange['kind'], readonly [one: string, many: string]>> = {
  camera: ['camera', 'cameras'],
  layout: ['wall', 'walls'],
  setting: ['setting', 'settings'],
  kiosk: ['kiosk policy', 'kiosk policies'],
  updates: ['update policy', 'update policies'],
  order: ['order', 'orders'],
};

/** `2 cameras added, 1 wall changed`; what stays is not said. Empty: nothing changes. */
export function summaryOf({ changes }: SiteFileResult): string {
  const groups = Map.groupBy(
    changes.filter(({ change }) => change !== 'unchanged'),
    ({ kind, change }) => `${kind} ${change}`,
  );
  const words = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return `${group.length} ${kinds[first.kind][group.length === 1 ? 0 : 1]} ${first.change}`;
  });
  return words.join(', ');
}

/** A line for each thing that changes, without secrets: `camera Gate: changed; name: Gate → North gate`. */
export function linesOf({ changes }: SiteFileResult): string[] {
  return changes
    .filter(({ change }) => change !== 'unchanged')
    .map(({ kind, change, name, fields }) => {
      const values = fields.map(
        ({ field, before, after }) => `; ${field}: ${shown(before)} → ${shown(after)}`,
      );
      return `${kinds[kind][0]} ${name}: ${change}${values.join('')}`;
    });
}

/** A line for each mistake: `cameras[3].mainUrl must be an address that starts with rtsp://`. */
export function mistakeLines(issues: readonly InputIssue[]): string[] {
  return issues.map(({ path, message }) => `${path} ${redactText(message)}`);
}

function shown(value: SiteFileValue): string {
  if (value === null) return '–';
  if (typeof value === 'string') return redactText(value);
  return value.length === 0 ? 'all cameras' : redactText(value.map(tileWords).join(', '));
}

/** `Gate`, `hotspot`, `tour (Gate, Hall, 5 s)`. */
function tileWords(tile: Tile): string {
  if (tile === null) return '–';
  if (typeof tile === 'string') return tile;
  if (tile.shows === 'hotspot') return tile.shows;
  return `${tile.shows} (${camerasOfTile(tile).join(', ')}${tile.shows === 'tour' ? `, ${tile.seconds} s` : ''})`;
}
