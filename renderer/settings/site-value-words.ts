import { EngineSentences } from '../language/engine-sentences.ts';
import { locale } from '../language/locale.ts';
import { m } from '../language/messages.ts';

/** What stands for a value that has no text of its own: `main/site/site-file-changes.ts` has the English words. */
const values = new EngineSentences([
  m.settings_site_value_yes,
  m.settings_site_value_no,
  m.settings_site_value_one,
  m.settings_site_value_another,
  m.settings_site_value_all_cameras,
  m.settings_site_value_hotspot,
]);

/** A value before or after an import; null: there is none. */
export function siteValueWords(english: string | null, to = locale): string {
  return english === null ? '–' : (values.translate(english, to) ?? english);
}
