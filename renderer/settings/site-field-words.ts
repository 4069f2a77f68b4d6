import type { FreeGrid } from '../../main/contract/layout.ts';
import type { Grid } from '../../main/contract/limits.ts';
import type { SiteFileChange, SiteFileValue } from '../../main/contract/site-file.ts';
import { locale } from '../language/locale.ts';
import { m } from '../language/messages.ts';
import type { Locale } from '../language/paraglide/runtime.js';
import { gridWords } from '../state/grid.ts';
import { siteValueWords } from './site-value-words.ts';

type Words = (values?: Record<string, never>, options?: { locale?: Locale }) => string;

/** As the console's own forms and settings are called: `main/site/site-file-changes.ts` has the names of a site file. */
const names: Readonly<Record<string, Words>> = {
  number: m.cameras_number,
  name: m.cameras_name,
  group: m.cameras_group,
  mainUrl: m.cameras_address,
  subUrl: m.cameras_sub_address,
  onvifUrl: m.settings_site_field_onvif,
  username: m.cameras_user,
  password: m.cameras_password,
  connection: m.cameras_unwatched,
  transport: m.cameras_transport,
  certificate: m.settings_site_field_certificate,
  mayStandStill: m.cameras_may_stand_still,

  grid: m.wall_editing_grid,
  tourSeconds: m.settings_site_field_tour,
  tiles: m.settings_site_field_tiles,

  siteName: m.settings_name,
  pictureFit: m.settings_fit,
  tileNames: m.settings_names,
  clock: m.settings_clock,
  newCameraConnection: m.settings_connection,
  lockAfterMinutes: m.settings_lock,
  replayMegabytes: m.settings_replay,
  clipMegabytes: m.settings_clips,

  enabled: m.settings_kiosk,
  displays: m.settings_kiosk_displays,
  startAtLogin: m.settings_kiosk_login,
  pin: m.settings_kiosk_pin,

  feed: m.settings_updates_feed,
  installAt: m.settings_updates_install,
  forbidden: m.settings_site_field_forbidden,

  cameras: m.shell_cameras,
  layouts: m.wall_walls,
};

const connections = { 'on-demand': m.cameras_on_demand, always: m.cameras_always };
/** Values that are words of a site file. */
const choices: Readonly<Record<string, Readonly<Record<string, Words>>>> = {
  connection: connections,
  newCameraConnection: connections,
  transport: { automatic: m.cameras_transport_automatic, tcp: () => 'TCP', udp: () => 'UDP' },
  pictureFit: { whole: m.settings_fit_whole, fill: m.settings_fit_fill },
  tileNames: { always: m.settings_names_always, selected: m.settings_names_selected },
  clock: {
    time: m.settings_clock_time,
    'date-and-time': m.settings_clock_date,
    hidden: m.settings_clock_hidden,
  },
  lockAfterMinutes: { 0: m.settings_lock_by_hand },
  replayMegabytes: { 0: m.settings_off },
  clipMegabytes: { 0: m.settings_off },
  displays: { all: m.settings_site_value_all_displays },
  installAt: { quit: m.settings_updates_at_quit },
};

/** What a field is called, or what is changed where it has no name of its own. */
export function siteFieldWords(field: string, to = locale): string {
  return names[field]?.({}, { locale: to }) ?? field;
}

/** Cameras and walls have names of their own; empty: the kind of the change says all. */
export function siteChangeName({ kind, name }: SiteFileChange, to = locale): string {
  switch (kind) {
    case 'camera':
    case 'layout':
      return name;
    case 'setting':
    case 'order':
      return siteFieldWords(name, to);
    case 'kiosk':
    case 'updates':
      return '';
    default:
      return kind satisfies never;
  }
}

/** The value of a field before or after an import. */
export function siteFieldValue(field: string, value: SiteFileValue, to = locale): string {
  if (typeof value !== 'string') return siteValueWords(value, to);
  const choice = choices[field]?.[value];
  if (choice !== undefined) return choice({}, { locale: to });
  switch (field) {
    case 'grid':
      return gridWords(value.startsWith('{') ? (JSON.parse(value) as FreeGrid) : (value as Grid));
    case 'lockAfterMinutes':
      return m.settings_lock_after({ minutes: value }, { locale: to });
    case 'replayMegabytes':
    case 'clipMegabytes':
      return m.settings_megabytes({ megabytes: value }, { locale: to });
    case 'mayStandStill':
    case 'enabled':
    case 'startAtLogin':
    case 'forbidden':
    case 'password':
    case 'pin':
      return siteValueWords(value, to);
    default:
      // What somebody has called something, whatever word it is.
      return value;
  }
}
