import { EngineSentences } from './engine-sentences.ts';
import { failureWords } from './failure-words.ts';
import { locale } from './locale.ts';
import { m } from './messages.ts';

/** What the engine says most often against what was typed or asked for. The more particular of two that fit comes first. */
const refusals = new EngineSentences([
  m.refusals_tries_minutes,
  m.refusals_tries_seconds,
  m.refusals_pins,
  m.refusals_sign_in,
  m.refusals_sign_in_empty,
  m.refusals_second_factor,
  m.refusals_second_factor_wrong,
  m.refusals_second_factor_clock,
  m.refusals_signed_out,
  m.refusals_link_old,
  m.refusals_locked,
  m.refusals_not_allowed,
  m.refusals_camera_gone,
  m.refusals_camera_twin,
  m.refusals_camera_number,
  m.refusals_cameras_full,
  m.refusals_camera_password,
  m.refusals_camera_no_stream,
  m.refusals_camera_restored,
  m.refusals_address_scheme,
  m.refusals_address_host,
  m.refusals_address_port,
  m.refusals_file_one,
  m.refusals_file_many,
  m.refusals_site_file_one,
  m.refusals_site_file_many,
  m.refusals_passphrase_needed,
  m.refusals_passphrase_wrong,
  m.refusals_password_first,
  m.refusals_password_lock,
  m.refusals_password_lan,
  m.refusals_password_owner,
  m.refusals_password_short,
  m.refusals_password_same,
  m.refusals_password_common,
  m.refusals_password_row,
  m.refusals_pin_weak,
  m.refusals_pin_form,
  m.refusals_pin_kiosk_needed,
  m.refusals_pin_kiosk_wrong,
  m.refusals_pin_not_taken,
  m.refusals_needed,
  m.refusals_not_right,
  m.refusals_code_form,
  m.refusals_person_name,
  m.refusals_person_gone,
  m.refusals_person_self,
  m.refusals_owner_stays,
  m.refusals_role_name,
  m.refusals_role_gone,
  m.refusals_role_used,
  m.refusals_role_station,
  m.refusals_wall_stays,
  m.refusals_wall_gone,
  m.refusals_walls_full,
  m.refusals_clip_gone,
  m.refusals_recording_ended,
  m.refusals_clips_off,
  m.refusals_disk_full,
  m.refusals_camera_driven,
  m.refusals_shares_full,
  m.refusals_share_ended,
  m.refusals_subnet_busy,
  m.refusals_updates_forbidden,
  m.refusals_ports_taken,
  m.refusals_port_used,
  m.refusals_server_secret,
  m.refusals_server_address,
  m.refusals_server_name,
  m.refusals_server_login,
  m.refusals_server_no_login,
  m.refusals_feed,
  m.refusals_stream_address,
  m.refusals_quit_or_time,
  m.refusals_time_of_day,
  m.refusals_one_day,
  m.refusals_displays,
  m.refusals_host_name,
  m.refusals_host_address,
  m.refusals_media_ports,
  m.refusals_given,
  m.refusals_not_empty,
  m.refusals_one_line,
  m.refusals_whole_number,
  m.refusals_number,
  m.refusals_form,
  m.refusals_longest,
  m.refusals_shortest,
  m.refusals_greatest,
  m.refusals_least,
  m.refusals_or_more,
]);

/** What is wrong, in the reader's language where it is known; a part of a sentence, too, such as `must be given`. */
export function refusalWords(english: string, to = locale): string {
  return refusals.translate(english, to) ?? failureWords(english, to);
}

interface Refusal {
  readonly message: string;
  readonly issues: readonly { readonly path: string; readonly message: string }[];
}

/** The same of all that a call came to. */
export function refusalInWords<Failure extends Refusal>(failure: Failure, to = locale): Failure {
  const issues = failure.issues.map((issue) => ({ ...issue, message: refusalWords(issue.message, to) }));
  return { ...failure, message: refusalWords(failure.message, to), issues };
}
