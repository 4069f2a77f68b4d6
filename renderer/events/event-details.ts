import { EngineSentences } from '../language/engine-sentences.ts';
import { failures } from '../language/failure-words.ts';
import { locale } from '../language/locale.ts';
import { m } from '../language/messages.ts';

/** Why it has happened, as `main/events`, `main/site`, `main/engine` and `main/audit` say it. */
export const details = new EngineSentences(
  [
    m.events_detail_stale_no_packets,
    m.events_detail_stale_no_decode,
    m.events_detail_stale_same_picture,
    m.events_detail_stale_blank_picture,
    m.events_detail_engine_closed,
    m.events_detail_engine_ended,
    m.events_detail_disk_almost_full,
    m.events_detail_clock_forward,
    m.events_detail_clock_back,
    m.events_detail_restored,
    m.events_detail_restored_undated,
    m.events_detail_restored_look,
    m.events_detail_lost,
    m.events_detail_kept_in,
    m.events_detail_audit,
    m.events_detail_audit_unsigned_after,
    m.events_detail_audit_signature,
    m.events_detail_audit_no_signature,
    m.events_detail_audit_no_entry,
    m.events_detail_audit_missing,
    m.events_detail_audit_end_missing,
    m.events_detail_audit_unsigned,
    m.events_detail_audit_not_cut,
    m.events_detail_audit_changed,
  ],
  failures,
);

/** Why it has happened, in the reader's language where that is known. */
export function detailWords(english: string, to = locale): string {
  return details.translate(english, to) ?? english;
}
