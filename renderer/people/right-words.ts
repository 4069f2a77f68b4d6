import type { RoleHours } from '../../main/contract/people.ts';
import type { CameraRight, ConsoleRight } from '../../main/contract/rights.ts';

/** What may be done with a camera, as a person would say it. */
export const cameraRightWords: Record<CameraRight, string> = {
  live: 'See live',
  replay: 'See recordings',
  listen: 'Listen',
  talk: 'Talk',
  ptz: 'Move',
  'keep-clips': 'Keep clips',
  manage: 'Manage',
};

export const consoleRightWords: Record<ConsoleRight, string> = {
  people: 'People and roles',
  settings: 'Settings, site files, backups',
  discovery: 'Find and add cameras',
  layouts: 'Change walls',
  alarms: 'Acknowledge events',
  diagnostics: 'Save diagnostics',
  audit: 'Read the audit',
};

export const dayWords: readonly (readonly [day: number, words: string])[] = [
  [1, 'Mon'],
  [2, 'Tue'],
  [3, 'Wed'],
  [4, 'Thu'],
  [5, 'Fri'],
  [6, 'Sat'],
  [7, 'Sun'],
];

/** `Mon, Tue 08:00 to 17:00; Sat 22:00 to 06:00` */
export function hoursWords(hours: readonly RoleHours[]): string {
  return hours
    .map(({ days, from, until }) => {
      const named = dayWords.filter(([day]) => days.includes(day)).map(([, words]) => words);
      const daily = named.length === dayWords.length ? 'every day' : named.join(', ');
      return from === until ? `${daily}, all day` : `${daily} ${from} to ${until}`;
    })
    .join('; ');
}
