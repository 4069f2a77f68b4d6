import { EngineSentences } from '../language/engine-sentences.ts';
import { failureWords } from '../language/failure-words.ts';
import { locale } from '../language/locale.ts';
import { m } from '../language/messages.ts';

/** Why it has happened, as far as `main/events` and `main/site` say it in whole sentences of their own. */
const details = new EngineSentences([
  m.events_detail_stale_no_packets,
  m.events_detail_stale_no_decode,
  m.events_detail_stale_same_picture,
  m.events_detail_stale_blank_picture,
  m.events_detail_engine_closed,
  m.events_detail_engine_ended,
  m.events_detail_disk_almost_full,
  m.events_detail_clock_forward,
  m.events_detail_clock_back,
]);

/** Why it has happened, in the reader's language where that is known. */
export function detailWords(english: string, to = locale): string {
  return details.translate(english, to) ?? failureWords(english, to);
}
