import type { RoleHours } from '../../main/contract/people.ts';
import type { CameraRight, ConsoleRight } from '../../main/contract/rights.ts';
import { dateFormat, joined } from '../language/formats.ts';
import { m } from '../language/messages.ts';

/** What may be done with a camera, as a person would say it. */
export const cameraRightWords: Record<CameraRight, () => string> = {
  live: m.people_right_camera_live,
  replay: m.people_right_camera_replay,
  listen: m.people_right_camera_listen,
  talk: m.people_right_camera_talk,
  ptz: m.people_right_camera_ptz,
  'keep-clips': m.people_right_camera_keep_clips,
  manage: m.people_right_camera_manage,
};

export const consoleRightWords: Record<ConsoleRight, () => string> = {
  people: m.people_right_console_people,
  settings: m.people_right_console_settings,
  discovery: m.people_right_console_discovery,
  layouts: m.people_right_console_layouts,
  alarms: m.people_right_console_alarms,
  diagnostics: m.people_right_console_diagnostics,
  audit: m.people_right_console_audit,
};

const weekday = dateFormat({ weekday: 'short' });

/** Monday is 1, as in ISO 8601. */
export const weekDays = [1, 2, 3, 4, 5, 6, 7] as const;

/** `Mon`, of 1 to 7 */
export function dayWords(day: number): string {
  // The 1st of January 2024 was a Monday.
  return weekday.format(new Date(2024, 0, day).getTime());
}

/** `Mon, Tue 08:00 to 17:00; Sat 22:00 to 06:00` */
export function hoursWords(hours: readonly RoleHours[]): string {
  return hours
    .map(({ days, from, until }) => {
      const named = weekDays.filter((day) => days.includes(day)).map(dayWords);
      const daily = named.length === weekDays.length ? m.people_hours_every_day() : joined(named);
      return from === until
        ? m.people_hours_all_day({ days: daily })
        : m.people_hours_between({ days: daily, from, until });
    })
    .join(m.people_hours_separator());
}
