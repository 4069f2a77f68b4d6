import { m } from '../language/messages.ts';
import { appearanceWords } from '../looks/appearance-words.ts';
import type { Station } from '../state/station.svelte.ts';

/** What each setting is called, and what it does. */
export const settingWords = {
  language: [m.settings_language, m.settings_language_explained],
  ...appearanceWords,
  account: [m.settings_account, m.settings_account_explained],
  people: [m.settings_people, m.settings_people_explained],
  audit: [m.settings_audit, m.settings_audit_explained],
  name: [m.settings_name, m.settings_name_explained],
  fit: [m.settings_fit, m.settings_fit_explained],
  names: [m.settings_names, m.settings_names_explained],
  clock: [m.settings_clock, m.settings_clock_explained],
  connection: [m.settings_connection, m.settings_connection_explained],
  lock: [m.settings_lock, m.settings_lock_explained],
  alarms: [m.settings_alarms, m.settings_alarms_explained],
  clips: [m.settings_clips, m.settings_clips_explained],
  replay: [m.settings_replay, m.settings_replay_explained],
  lan: [m.settings_lan, m.settings_lan_explained],
  network: [m.settings_network, m.settings_network_explained],
  servers: [m.settings_servers, m.settings_servers_explained],
  connectionTest: [m.settings_connection_test, m.settings_connection_test_explained],
  limits: [m.settings_limits, m.settings_limits_explained],
  files: [m.settings_files, m.settings_files_explained],
  siteFile: [m.settings_site_file, m.settings_site_file_explained],
  kiosk: [m.settings_kiosk, m.settings_kiosk_explained],
  updates: [m.settings_updates, m.settings_updates_explained],
  demo: [m.settings_demo, m.settings_demo_explained],
  backups: [m.settings_backups, m.settings_backups_explained],
  diagnostics: [m.settings_diagnostics, m.settings_diagnostics_explained],
  about: [m.settings_about, m.settings_about_explained],
} as const;
export type SettingId = keyof typeof settingWords;

/** What this person may not change is not offered. @param isDesktop whether the page is in a window of the desktop */
export function offeredSettings(station: Station, isDesktop: boolean): SettingId[] {
  return (Object.keys(settingWords) as SettingId[]).filter((id) => {
    switch (id) {
      case 'language':
      case 'theme':
      case 'size':
      case 'motion':
      case 'account':
      case 'connectionTest':
      case 'about':
        return true;
      case 'people':
      case 'audit':
      case 'diagnostics':
        return station.may(id);
      case 'demo':
        return station.may('discovery');
      case 'kiosk':
      case 'updates':
        return isDesktop && station.may('settings');
      default:
        return station.may('settings');
    }
  });
}
