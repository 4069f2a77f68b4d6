import { EngineSentences } from '../language/engine-sentences.ts';
import { failureWords } from '../language/failure-words.ts';
import { locale } from '../language/locale.ts';
import { m } from '../language/messages.ts';

/** What findings mean and what to do about them: `main/doctor` and `main/health` have the English ones. */
const sentences = new EngineSentences([
  m.findings_at_once,
  m.findings_answers_slowly,
  m.findings_other_port,
  m.findings_no_answer_at,
  m.findings_name_unknown,
  m.findings_no_way,
  m.findings_nobody_listens,
  m.findings_nobody_listens_onvif,
  m.findings_can_be_reached,
  m.findings_published_here,
  m.findings_not_reached,
  m.findings_says_nothing,
  m.findings_nothing_asked,
  m.findings_speaks_rtsp,
  m.findings_speaks_no_rtsp,
  m.findings_held_back,
  m.findings_sign_in_unsupported,
  m.findings_password_missing,
  m.findings_password_refused,
  m.findings_open_to_all,
  m.findings_password_readable,
  m.findings_password_right,
  m.findings_did_not_ask,
  m.findings_only_rtsp,
  m.findings_shown_everywhere,
  m.findings_h265,
  m.findings_mjpeg,
  m.findings_over_http,
  m.findings_tcp,
  m.findings_tcp_refused,
  m.findings_udp,
  m.findings_starts_at_once,
  m.findings_starts_late,
  m.findings_sent_nothing,
  m.findings_main_did_not_open,
  m.findings_did_not_play,
  m.findings_not_looked_at,
  m.findings_whole_pictures,
  m.findings_key_frames_rare,
  m.findings_key_frames_good,
  m.findings_key_frames_late,
  m.findings_no_whole_pictures,
  m.findings_few_pictures,
  m.findings_small_too_large,
  m.findings_pictures_good,
  m.findings_too_little,
  m.findings_bit_rate_good,
  m.findings_bit_rate_main,
  m.findings_bit_rate_sub,
  m.findings_no_loss_http,
  m.findings_no_loss,
  m.findings_loss_on_the_way,
  m.findings_loss_in_camera,
  m.findings_no_times_http,
  m.findings_jitter_good,
  m.findings_jitter_bad,
  m.findings_mjpeg_no_b_frames,
  m.findings_no_b_frames,
  m.findings_b_frames,
  m.findings_late_at_times,
  m.findings_lost_often,
  m.findings_clock_speed,
  m.findings_clock_unknown,
  m.findings_clock_right,
  m.findings_clock_wrong,
  m.findings_onvif_no_streams,
  m.findings_onvif_good,
  m.findings_onvif_refused,
  m.findings_onvif_not_asked,
  m.findings_onvif_no_answer,
  m.findings_onvif_unknown,
  m.findings_events_over_onvif,
  m.findings_events_no_answer,
  m.findings_events_good,
  m.findings_do_cable,
  m.findings_do_power,
  m.findings_do_name,
  m.findings_do_network,
  m.findings_do_service,
  m.findings_do_onvif_on,
  m.findings_do_restart_silent,
  m.findings_do_restart,
  m.findings_do_password_or_wait,
  m.findings_do_allow_digest,
  m.findings_do_make_user,
  m.findings_do_compare_password,
  m.findings_do_authentication,
  m.findings_do_digest,
  m.findings_do_restart_lower,
  m.findings_do_close_others,
  m.findings_do_firmware,
  m.findings_do_time_zone,
  m.findings_do_ntp,
  m.findings_do_onvif_user_on,
  m.findings_do_onvif_user,
  m.findings_do_onvif_address,
  m.findings_do_h264_everywhere,
  m.findings_do_h264_if_known,
  m.findings_do_allow_tcp,
  m.findings_do_key_frames,
  m.findings_do_lower_or_restart,
  m.findings_do_frame_rate,
  m.findings_do_sub_size,
  m.findings_do_bit_rate,
  m.findings_do_tcp,
  m.findings_do_lower,
  m.findings_do_cable_link,
  m.findings_do_b_frames,
  m.findings_do_lower_link,
  m.findings_do_plug,
]);

/** What was measured, or a part of it. */
const figures = new EngineSentences([
  m.findings_measured_port_refused,
  m.findings_measured_no_answer,
  m.findings_measured_name_unknown,
  m.findings_measured_open,
  m.findings_measured_closed,
  m.findings_measured_no_password,
  m.findings_measured_another_kind,
  m.findings_measured_nothing_came,
  m.findings_measured_clock_speed,
  m.findings_measured_days_behind,
  m.findings_measured_days_ahead,
  m.findings_measured_behind,
  m.findings_measured_ahead,
  m.findings_measured_services,
  m.findings_measured_refused,
  m.findings_measured_not_supported,
  m.findings_measured_no_sound,
  m.findings_measured_sound,
  m.findings_measured_tcp_refused,
  m.findings_measured_every_picture,
  m.findings_measured_every,
  m.findings_measured_none_in,
  m.findings_measured_some_in,
  m.findings_measured_rate,
  m.findings_measured_ended,
  m.findings_measured_lost,
  m.findings_measured_none,
  m.findings_measured_sent,
  m.findings_measured_times,
]);

/** What a finding means, or the advice that comes with it, in the reader's language where it is known. */
export function findingWords(english: string, to = locale): string {
  return sentences.translate(english, to) ?? failureWords(english, to);
}

/** What was measured, in the reader's language where that is known. */
export function measuredWords(english: string, to = locale): string {
  const parts = english.split(', ');
  const words = parts.map((part) => figures.translate(part, to) ?? part);
  // Each part runs in its own direction, all of them in that of the page.
  return to === 'ar' ? words.map((part) => `\u2068${part}\u2069`).join('، ') : words.join(', ');
}

/** Advice as it comes with the health of a stream: what it means, what was measured, what to do. */
export function adviceWords(english: string, to = locale): string {
  for (const { index } of english.matchAll(/(?<=\.) |$/g)) {
    const [said = '', meaning = '', measured] = /^(.*?)(?: \((.*)\))?\.$/.exec(english.slice(0, index)) ?? [];
    const known = said === '' ? null : sentences.translate(`${meaning}.`, to);
    if (known === null) continue;
    const advice = findingWords(english.slice(index + 1), to);
    const figure = measured === undefined ? '' : ` (${measuredWords(measured, to)})`;
    return `${known.replace(/\.$/, '')}${figure}. ${advice}`.trimEnd();
  }
  return failureWords(english, to);
}
