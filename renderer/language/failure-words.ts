import { EngineSentences } from './engine-sentences.ts';
import { locale } from './locale.ts';
import { m } from './messages.ts';

/** What cameras do wrong most often: `main/rtsp/camera-errors.ts` has the English sentences. */
const failures = new EngineSentences([
  m.failures_no_answer,
  m.failures_refuses,
  m.failures_name_unknown,
  m.failures_names_unknown,
  m.failures_host_unreachable,
  m.failures_network_unreachable,
  m.failures_unreachable,
  m.failures_closed,
  m.failures_silent,
  m.failures_no_video_for,
  m.failures_no_video,
  m.failures_wrong_path,
  m.failures_busy,
  m.failures_codec,
  m.failures_password_refused,
  m.failures_password_missing,
  m.failures_no_datagrams,
]);

/** Why a camera shows nothing, in the reader's language where it is known. */
export function failureWords(english: string, to = locale): string {
  return failures.translate(english, to) ?? english;
}
