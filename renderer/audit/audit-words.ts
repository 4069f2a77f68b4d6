import type { AuditEntry } from '../../main/contract/audit.ts';
import type { ErrorCode } from '../../main/contract/error-codes.ts';
import { momentWords } from '../language/formats.ts';
import { m } from '../language/messages.ts';

/** What was done, as a person would say it; what is not here stands as it is. */
const deedWords: Readonly<Record<string, () => string>> = {
  'cameras.add': m.audit_deed_cameras_add,
  'cameras.addPublished': m.audit_deed_cameras_add_published,
  'cameras.addAll': m.audit_deed_cameras_add_all,
  'cameras.edit': m.audit_deed_cameras_edit,
  'cameras.change': m.audit_deed_cameras_change,
  'cameras.follow': m.audit_deed_cameras_follow,
  'cameras.remove': m.audit_deed_cameras_remove,
  'cameras.restore': m.audit_deed_cameras_restore,
  'cameras.reorder': m.audit_deed_cameras_reorder,
  'cameras.find': m.audit_deed_cameras_find,
  'cameras.test': m.audit_deed_cameras_test,
  'cameras.preview': m.audit_deed_cameras_preview,
  'cameras.examine': m.audit_deed_cameras_examine,
  'cameras.export': m.audit_deed_cameras_export,
  'cameras.import': m.audit_deed_cameras_import,
  'ptz.move': m.audit_deed_ptz_move,
  'ptz.home': m.audit_deed_ptz_home,
  'ptz.goPreset': m.audit_deed_ptz_go_preset,
  'ptz.savePreset': m.audit_deed_ptz_save_preset,
  'ptz.removePreset': m.audit_deed_ptz_remove_preset,
  'ptz.keepPresetPicture': m.audit_deed_ptz_keep_preset_picture,
  'events.acknowledge': m.audit_deed_events_acknowledge,
  'clips.saveLast': m.audit_deed_clips_save_last,
  'clips.savePicture': m.audit_deed_clips_save_picture,
  'clips.record': m.audit_deed_clips_record,
  'clips.endRecording': m.audit_deed_clips_end_recording,
  'clips.ended': m.audit_deed_clips_ended,
  'clips.rename': m.audit_deed_clips_rename,
  'clips.remove': m.audit_deed_clips_remove,
  'clips.read': m.audit_deed_clips_read,
  'clips.manifest': m.audit_deed_clips_manifest,
  'shares.add': m.audit_deed_shares_add,
  'shares.remove': m.audit_deed_shares_remove,
  'discovery.scan': m.audit_deed_discovery_scan,
  'layouts.save': m.audit_deed_layouts_save,
  'layouts.rename': m.audit_deed_layouts_rename,
  'layouts.duplicate': m.audit_deed_layouts_duplicate,
  'layouts.remove': m.audit_deed_layouts_remove,
  'layouts.restore': m.audit_deed_layouts_restore,
  'layouts.reorder': m.audit_deed_layouts_reorder,
  'site.changeSettings': m.audit_deed_site_change_settings,
  'site.changeAlarms': m.audit_deed_site_change_alarms,
  'site.dismissNotice': m.audit_deed_site_dismiss_notice,
  'site.backUp': m.audit_deed_site_back_up,
  'site.saveDiagnostics': m.audit_deed_site_save_diagnostics,
  'site.changeMediaNetwork': m.audit_deed_site_change_media_network,
  'site.changeIceServers': m.audit_deed_site_change_ice_servers,
  'site.showDemo': m.audit_deed_site_show_demo,
  'site.hideDemo': m.audit_deed_site_hide_demo,
  'site.import': m.audit_deed_site_import,
  'site.export': m.audit_deed_site_export,
  'people.add': m.audit_deed_people_add,
  'people.edit': m.audit_deed_people_edit,
  'people.remove': m.audit_deed_people_remove,
  'people.saveRole': m.audit_deed_people_save_role,
  'people.removeRole': m.audit_deed_people_remove_role,
  'people.setStationRole': m.audit_deed_people_set_station_role,
  'people.endSession': m.audit_deed_people_end_session,
  'account.changePassword': m.audit_deed_account_change_password,
  'account.changePin': m.audit_deed_account_change_pin,
  'account.confirmSecondFactor': m.audit_deed_account_confirm_second_factor,
  'account.removeSecondFactor': m.audit_deed_account_remove_second_factor,
  'account.endSession': m.audit_deed_account_end_session,
  'account.signIn': m.audit_deed_account_sign_in,
  'account.signOut': m.audit_deed_account_sign_out,
  'account.lock': m.audit_deed_account_lock,
  'account.unlock': m.audit_deed_account_unlock,
  'policy.changeKiosk': m.audit_deed_policy_change_kiosk,
  'policy.changeUpdates': m.audit_deed_policy_change_updates,
  'policy.checkPin': m.audit_deed_policy_check_pin,
  'kiosk.left': m.audit_deed_kiosk_left,
  'session.opened': m.audit_deed_session_opened,
  'session.closed': m.audit_deed_account_sign_out,
  'picture.opened': m.audit_deed_picture_opened,
  'picture.closed': m.audit_deed_picture_closed,
  'publishing.opened': m.audit_deed_publishing_opened,
  'publishing.closed': m.audit_deed_publishing_closed,
  'replay.opened': m.audit_deed_replay_opened,
  'replay.closed': m.audit_deed_replay_closed,
  'sound.opened': m.audit_deed_sound_opened,
  'sound.closed': m.audit_deed_sound_closed,
  'engine.started': m.audit_deed_engine_started,
  'engine.stopped': m.audit_deed_engine_stopped,
  'engine.data-restored': m.audit_deed_engine_data_restored,
  'owner.reset': m.audit_deed_owner_reset,
  'audit.key': m.audit_deed_audit_key,
  'audit.broken': m.audit_deed_audit_broken,
  'audit.change': m.audit_deed_audit_change,
  'audit.export': m.audit_deed_audit_export,
  'audit.cut': m.audit_deed_audit_cut,
  'audit.left-out': m.audit_deed_audit_left_out,
};

/** What can be chosen to be shown: the beginnings of what was done. */
export const deedKinds: readonly (readonly [prefix: string, words: () => string])[] = [
  ['', m.audit_kind_everything],
  ['session.', m.audit_kind_session],
  ['account.', m.audit_kind_account],
  ['people.', m.audit_kind_people],
  ['cameras.', m.audit_kind_cameras],
  ['picture.', m.audit_kind_picture],
  ['sound.', m.audit_kind_sound],
  ['publishing.', m.audit_kind_publishing],
  ['replay.', m.audit_kind_replay],
  ['ptz.', m.audit_kind_ptz],
  ['events.', m.audit_kind_events],
  ['clips.', m.audit_kind_clips],
  ['shares.', m.audit_kind_shares],
  ['layouts.', m.audit_kind_layouts],
  ['site.', m.audit_kind_site],
  ['policy.', m.audit_kind_policy],
  ['engine.', m.audit_kind_engine],
  ['audit.', m.audit_kind_audit],
];

export function deedOf({ did }: AuditEntry): string {
  return deedWords[did]?.() ?? did;
}

/** Who it was; whoever has no name is said by what they are. */
export function whoWords({ who }: AuditEntry): string {
  if (who.name !== '') return who.kind === 'share' ? m.audit_who_share({ name: who.name }) : who.name;
  return who.kind === 'nobody' ? m.audit_who_nobody() : who.kind;
}

/** For every way in which something was not done. */
const refusals: Record<ErrorCode, () => string> = {
  'bad-input': m.audit_refusal_bad_input,
  'already-there': m.audit_refusal_already_there,
  'not-found': m.audit_refusal_not_found,
  'not-allowed': m.audit_refusal_not_allowed,
  'not-signed-in': m.audit_refusal_not_signed_in,
  'sign-in-refused': m.audit_refusal_sign_in_refused,
  'second-factor-needed': m.audit_refusal_second_factor_needed,
  'access-changed': m.audit_refusal_access_changed,
  locked: m.audit_refusal_locked,
  'limit-reached': m.audit_refusal_limit_reached,
  'camera-unreachable': m.audit_refusal_camera_unreachable,
  'camera-refused-credentials': m.audit_refusal_camera_refused_credentials,
  'camera-protocol-error': m.audit_refusal_camera_protocol_error,
  'camera-no-video': m.audit_refusal_camera_no_video,
  'camera-codec-unsupported': m.audit_refusal_camera_codec_unsupported,
  'camera-silent': m.audit_refusal_camera_silent,
  'camera-closed-connection': m.audit_refusal_camera_closed_connection,
  'onvif-failed': m.audit_refusal_onvif_failed,
  'onvif-not-supported': m.audit_refusal_onvif_not_supported,
  'camera-not-published': m.audit_refusal_camera_not_published,
  'camera-busy': m.audit_refusal_camera_busy,
  'camera-in-use': m.audit_refusal_camera_in_use,
  'camera-transport-refused': m.audit_refusal_camera_transport_refused,
  'camera-certificate-untrusted': m.audit_refusal_camera_certificate_untrusted,
  'viewer-failed': m.audit_refusal_viewer_failed,
  'database-failed': m.audit_refusal_database_failed,
  'disk-full': m.audit_refusal_disk_full,
  'storage-failed': m.audit_refusal_storage_failed,
  'port-in-use': m.audit_refusal_port_in_use,
  'update-refused': m.audit_refusal_update_refused,
  internal: m.audit_refusal_internal,
};

function isErrorCode(outcome: string): outcome is ErrorCode {
  return Object.hasOwn(refusals, outcome);
}

/** Why it was not done; null: it was. */
export function refusalWords({ outcome }: AuditEntry): string | null {
  if (outcome === 'done') return null;
  // The audit is older than the list of codes may be: one that is gone stands as it is.
  return m.audit_not_done({
    reason: isErrorCode(outcome) ? refusals[outcome]() : outcome.replaceAll('-', ' '),
  });
}

/** What the fields of calls are called; what is not here stands as it is. */
const fieldWords: Readonly<Record<string, () => string>> = {
  name: m.audit_field_name,
  number: m.audit_field_number,
  group: m.audit_field_group,
  names: m.audit_field_names,
  connection: m.audit_field_connection,
  transport: m.audit_field_transport,
  certificate: m.audit_field_certificate,
  mayStandStill: m.audit_field_may_stand_still,
  cameras: m.audit_field_cameras,
  camera: m.audit_field_camera,
  given: m.audit_field_given,
  seconds: m.audit_field_seconds,
  ago: m.audit_field_ago,
  hours: m.audit_field_hours,
  rights: m.audit_field_rights,
  secondFactor: m.audit_field_second_factor,
  sound: m.audit_field_sound,
  withPictures: m.audit_field_with_pictures,
  windows: m.audit_field_windows,
  windowsOfUser: m.audit_field_windows_of_user,
  megabits: m.audit_field_megabits,
  megabitsOfUser: m.audit_field_megabits_of_user,
  servers: m.audit_field_servers,
  interfaces: m.audit_field_interfaces,
  ports: m.audit_field_ports,
  port: m.audit_field_port,
  open: m.audit_field_open,
  enabled: m.audit_field_enabled,
  disabled: m.audit_field_disabled,
  displays: m.audit_field_displays,
  startAtLogin: m.audit_field_start_at_login,
  keepDays: m.audit_field_keep_days,
  format: m.audit_field_format,
  note: m.audit_field_note,
  kind: m.audit_field_kind,
  count: m.audit_field_count,
  reason: m.audit_field_reason,
  version: m.audit_field_version,
  feed: m.audit_field_feed,
  installAt: m.audit_field_install_at,
  profile: m.audit_field_profile,
  tiles: m.audit_field_tiles,
  grid: m.audit_field_grid,
  rules: m.audit_field_rules,
  file: m.audit_field_file,
};

/** What is known beside that, in one line. Ids stand for the names that are said before. */
export function detailWords({ details, about }: AuditEntry): string {
  const names = new Map(about.map(({ id, name }) => [id, name]));
  const said = Object.entries(details).flatMap(([field, value]) => {
    if (value === null || (typeof value === 'string' && names.has(value))) return [];
    const times = timesOf(value);
    if (times !== undefined)
      return [
        m.audit_detail_times({
          field: names.get(field) ?? fieldOf(field),
          since: momentWords(times.since),
          until: momentWords(times.until),
        }),
      ];
    const items = Array.isArray(value) ? value.filter((item) => !names.has(String(item))) : null;
    if (items !== null && items.length === 0) return [];
    const words = items === null ? plain(value) : items.map(plain).join(', ');
    return [m.audit_detail({ field: fieldOf(field), value: words })];
  });
  return said.join(' · ');
}

function timesOf(value: unknown): { since: number; until: number } | undefined {
  if (typeof value !== 'object' || value === null || !('since' in value) || !('until' in value))
    return undefined;
  const { since, until } = value;
  return typeof since === 'number' && typeof until === 'number' ? { since, until } : undefined;
}

function fieldOf(name: string): string {
  return Object.hasOwn(fieldWords, name) ? (fieldWords[name]?.() ?? name) : name;
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
