import type { ErrorCode } from '../../main/contract/error-codes.ts';
import { m } from '../language/messages.ts';

/** What went wrong and what to do about it, in the words of the person who sits in front of the wall. */
export interface ErrorWords {
  /** In a list, beside the camera's name. */
  readonly brief: string;
  readonly reason: string;
  readonly advice: string;
}

/** What is put right by changing the camera in Gatehouse, rather than at the camera. */
export const editableErrors: ReadonlySet<ErrorCode> = new Set([
  'camera-refused-credentials',
  'camera-unreachable',
  'camera-no-video',
  'camera-not-published',
  'camera-protocol-error',
  'camera-codec-unsupported',
  'camera-transport-refused',
  'camera-certificate-untrusted',
]);

/** For every way in which Gatehouse can fail. */
export const errorWords: Record<ErrorCode, ErrorWords> = {
  'bad-input': {
    brief: m.errors_bad_input_brief(),
    reason: m.errors_bad_input_reason(),
    advice: m.errors_bad_input_advice(),
  },
  'already-there': {
    brief: m.errors_already_there_brief(),
    reason: m.errors_already_there_reason(),
    advice: m.errors_already_there_advice(),
  },
  'not-found': {
    brief: m.errors_not_found_brief(),
    reason: m.errors_not_found_reason(),
    advice: m.errors_not_found_advice(),
  },
  'not-allowed': {
    brief: m.errors_not_allowed_brief(),
    reason: m.errors_not_allowed_reason(),
    advice: m.errors_not_allowed_advice(),
  },
  'not-signed-in': {
    brief: m.errors_not_signed_in_brief(),
    reason: m.errors_not_signed_in_reason(),
    advice: m.errors_not_signed_in_advice(),
  },
  'sign-in-refused': {
    brief: m.errors_sign_in_refused_brief(),
    reason: m.errors_sign_in_refused_reason(),
    advice: m.errors_sign_in_refused_advice(),
  },
  'second-factor-needed': {
    brief: m.errors_second_factor_needed_brief(),
    reason: m.errors_second_factor_needed_reason(),
    advice: m.errors_second_factor_needed_advice(),
  },
  'access-changed': {
    brief: m.errors_access_changed_brief(),
    reason: m.errors_access_changed_reason(),
    advice: m.errors_access_changed_advice(),
  },
  locked: {
    brief: m.errors_locked_brief(),
    reason: m.errors_locked_reason(),
    advice: m.errors_locked_advice(),
  },
  'limit-reached': {
    brief: m.errors_limit_reached_brief(),
    reason: m.errors_limit_reached_reason(),
    advice: m.errors_limit_reached_advice(),
  },
  'camera-unreachable': {
    brief: m.errors_camera_unreachable_brief(),
    reason: m.errors_camera_unreachable_reason(),
    advice: m.errors_camera_unreachable_advice(),
  },
  'camera-refused-credentials': {
    brief: m.errors_camera_refused_credentials_brief(),
    reason: m.errors_camera_refused_credentials_reason(),
    advice: m.errors_camera_refused_credentials_advice(),
  },
  'camera-protocol-error': {
    brief: m.errors_camera_protocol_error_brief(),
    reason: m.errors_camera_protocol_error_reason(),
    advice: m.errors_camera_protocol_error_advice(),
  },
  'camera-no-video': {
    brief: m.errors_camera_no_video_brief(),
    reason: m.errors_camera_no_video_reason(),
    advice: m.errors_camera_no_video_advice(),
  },
  'camera-codec-unsupported': {
    brief: m.errors_camera_codec_unsupported_brief(),
    reason: m.errors_camera_codec_unsupported_reason(),
    advice: m.errors_camera_codec_unsupported_advice(),
  },
  'camera-silent': {
    brief: m.errors_camera_silent_brief(),
    reason: m.errors_camera_silent_reason(),
    advice: m.errors_camera_silent_advice(),
  },
  'camera-closed-connection': {
    brief: m.errors_camera_closed_connection_brief(),
    reason: m.errors_camera_closed_connection_reason(),
    advice: m.errors_camera_closed_connection_advice(),
  },
  'onvif-failed': {
    brief: m.errors_onvif_failed_brief(),
    reason: m.errors_onvif_failed_reason(),
    advice: m.errors_onvif_failed_advice(),
  },
  'onvif-not-supported': {
    brief: m.errors_onvif_not_supported_brief(),
    reason: m.errors_onvif_not_supported_reason(),
    advice: m.errors_onvif_not_supported_advice(),
  },
  'camera-not-published': {
    brief: m.errors_camera_not_published_brief(),
    reason: m.errors_camera_not_published_reason(),
    advice: m.errors_camera_not_published_advice(),
  },
  'camera-busy': {
    brief: m.errors_camera_busy_brief(),
    reason: m.errors_camera_busy_reason(),
    advice: m.errors_camera_busy_advice(),
  },
  'camera-in-use': {
    brief: m.errors_camera_in_use_brief(),
    reason: m.errors_camera_in_use_reason(),
    advice: m.errors_camera_in_use_advice(),
  },
  'camera-transport-refused': {
    brief: m.errors_camera_transport_refused_brief(),
    reason: m.errors_camera_transport_refused_reason(),
    advice: m.errors_camera_transport_refused_advice(),
  },
  'camera-certificate-untrusted': {
    brief: m.errors_camera_certificate_untrusted_brief(),
    reason: m.errors_camera_certificate_untrusted_reason(),
    advice: m.errors_camera_certificate_untrusted_advice(),
  },
  'viewer-failed': {
    brief: m.errors_viewer_failed_brief(),
    reason: m.errors_viewer_failed_reason(),
    advice: m.errors_viewer_failed_advice(),
  },
  'database-failed': {
    brief: m.errors_database_failed_brief(),
    reason: m.errors_database_failed_reason(),
    advice: m.errors_database_failed_advice(),
  },
  'disk-full': {
    brief: m.errors_disk_full_brief(),
    reason: m.errors_disk_full_reason(),
    advice: m.errors_disk_full_advice(),
  },
  'storage-failed': {
    brief: m.errors_storage_failed_brief(),
    reason: m.errors_storage_failed_reason(),
    advice: m.errors_storage_failed_advice(),
  },
  'port-in-use': {
    brief: m.errors_port_in_use_brief(),
    reason: m.errors_port_in_use_reason(),
    advice: m.errors_port_in_use_advice(),
  },
  'update-refused': {
    brief: m.errors_update_refused_brief(),
    reason: m.errors_update_refused_reason(),
    advice: m.errors_update_refused_advice(),
  },
  internal: {
    brief: m.errors_internal_brief(),
    reason: m.errors_internal_reason(),
    advice: m.errors_internal_advice(),
  },
};
