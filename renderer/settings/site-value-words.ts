import type { SiteFileValue } from '../../main/contract/site-file.ts';
import type { Tile } from '../../main/contract/tile.ts';
import { EngineSentences } from '../language/engine-sentences.ts';
import { locale } from '../language/locale.ts';
import { m } from '../language/messages.ts';

/** What stands for a value that has no text of its own: `main/site/site-file-changes.ts` has the English words. */
const values = new EngineSentences([
  m.settings_site_value_yes,
  m.settings_site_value_no,
  m.settings_site_value_one,
  m.settings_site_value_another,
]);
const nothing = '–';

/** A value before or after an import. */
export function siteValueWords(value: SiteFileValue, to = locale): string {
  if (value === null) return nothing;
  if (typeof value === 'string') return values.translate(value, to) ?? value;
  if (value.length === 0) return m.settings_site_value_all_cameras({}, { locale: to });
  return listed(
    value.map((tile) => tileWords(tile, to)),
    to,
  );
}

function tileWords(tile: Tile, to: typeof locale): string {
  if (tile === null) return nothing;
  if (typeof tile === 'string') return tile;
  switch (tile.shows) {
    case 'pinned':
      return m.settings_site_value_pinned({ camera: tile.camera }, { locale: to });
    case 'hotspot':
      return m.settings_site_value_hotspot({}, { locale: to });
    case 'tour': {
      const { seconds } = tile;
      return m.settings_site_value_tour({ cameras: listed(tile.cameras, to), seconds }, { locale: to });
    }
    default:
      return tile satisfies never;
  }
}

/** In Arabic each runs in its own direction, all of them in that of the page. */
function listed(words: readonly string[], to: typeof locale): string {
  return to === 'ar' ? words.map((each) => `\u2068${each}\u2069`).join('، ') : words.join(', ');
}
