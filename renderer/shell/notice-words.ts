import { detailWords } from '../events/event-details.ts';
import { EngineSentences } from '../language/engine-sentences.ts';
import { locale } from '../language/locale.ts';
import { m } from '../language/messages.ts';

/** What a person must know, as `main/site`, `main/engine` and `main/cameras/moved-cameras.ts` say it. The more particular comes first. */
const notices = new EngineSentences([
  m.shell_notice_followed_more,
  m.shell_notice_followed,
  m.shell_notice_moved_more,
  m.shell_notice_moved,
  m.shell_notice_restored,
  m.shell_notice_lost,
  m.shell_notice_no_backup,
  m.shell_notice_no_keychain,
  m.shell_notice_keychain_off,
  m.shell_notice_file_taken,
  m.shell_notice_file_refused,
]);

/** A notice in the reader's language where it is known. */
export function noticeWords(english: string, to = locale): string {
  return notices.translate(english, to) ?? detailWords(english, to);
}
