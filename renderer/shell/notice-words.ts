import { details } from '../events/event-details.ts';
import { EngineSentences } from '../language/engine-sentences.ts';
import { locale } from '../language/locale.ts';
import { m } from '../language/messages.ts';
import { refusals } from '../language/refusal-words.ts';

/** What a person must know, as `main/site`, `main/engine`, `main/clips` and `main/cameras/moved-cameras.ts` say it. The more particular comes first. */
const notices = new EngineSentences(
  [
    m.shell_notice_followed_more,
    m.shell_notice_followed,
    m.shell_notice_moved_more,
    m.shell_notice_moved,
    m.shell_notice_no_keychain,
    m.shell_notice_keychain_off,
    m.shell_notice_file_taken,
    m.shell_notice_file_refused,
    m.shell_notice_file_mistakes,
    m.shell_notice_file_more_mistakes,
    m.shell_notice_recording_lost,
    m.shell_notice_recording_unlisted,
    m.shell_notice_file_change,
  ],
  details,
  refusals,
);

/** A notice in the reader's language where it is known. */
export function noticeWords(english: string, to = locale): string {
  return notices.translate(english, to) ?? english;
}
