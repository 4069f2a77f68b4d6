import type { AuditEntry } from '../../main/contract/audit.ts';
import { momentWords } from '../shell/moment-words.ts';

/** What was done, as a person would say it; what is not here stands as it is. */
const deedWords: Readonly<Record<string, string>> = {
  'cameras.add': 'Added a camera',
  'cameras.addPublished': 'Added a phone’s camera',
  'cameras.addAll': 'Added cameras',
  'cameras.edit': 'Changed a camera',
  'cameras.change': 'Changed cameras',
  'cameras.follow': 'Followed a camera to another address',
  'cameras.remove': 'Removed cameras',
  'cameras.restore': 'Brought cameras back',
  'cameras.reorder': 'Changed the order of cameras',
  'cameras.find': 'Looked for the streams of a camera',
  'cameras.test': 'Tried a stream',
  'cameras.preview': 'Looked at a camera that is not stored',
  'cameras.examine': 'Examined a camera',
  'cameras.export': 'Exported the list of cameras',
  'cameras.import': 'Imported cameras',
  'ptz.move': 'Moved a camera',
  'ptz.home': 'Moved a camera to its home position',
  'ptz.goPreset': 'Moved a camera to a preset',
  'ptz.savePreset': 'Saved a preset',
  'ptz.removePreset': 'Removed a preset',
  'ptz.keepPresetPicture': 'Kept a picture of a preset',
  'events.acknowledge': 'Acknowledged events',
  'clips.saveLast': 'Kept the last seconds of a camera',
  'clips.savePicture': 'Kept a picture of a camera',
  'clips.record': 'Began to record a camera',
  'clips.endRecording': 'Ended a recording',
  'clips.ended': 'A recording has ended by itself',
  'clips.rename': 'Renamed a clip',
  'clips.remove': 'Removed clips',
  'clips.read': 'Looked at a clip or took it along',
  'clips.manifest': 'Exported clips',
  'shares.add': 'Shared a camera',
  'shares.remove': 'Ended a share',
  'discovery.scan': 'Searched the network',
  'layouts.save': 'Changed a wall',
  'layouts.rename': 'Renamed a wall',
  'layouts.duplicate': 'Copied a wall',
  'layouts.remove': 'Removed a wall',
  'layouts.restore': 'Brought a wall back',
  'layouts.reorder': 'Changed the order of walls',
  'site.changeSettings': 'Changed settings',
  'site.changeAlarms': 'Changed alarms',
  'site.dismissNotice': 'Took a notice away',
  'site.backUp': 'Made a backup',
  'site.saveDiagnostics': 'Saved diagnostics',
  'site.changeMediaNetwork': 'Changed the networks of pictures',
  'site.changeIceServers': 'Changed the STUN and TURN servers',
  'site.showDemo': 'Added demo cameras',
  'site.hideDemo': 'Removed the demo cameras',
  'site.import': 'Imported a site file',
  'site.export': 'Exported a site file',
  'people.add': 'Added a person',
  'people.edit': 'Changed a person',
  'people.remove': 'Removed a person',
  'people.saveRole': 'Changed a role',
  'people.removeRole': 'Removed a role',
  'people.setStationRole': 'Changed the role of the desktop window',
  'people.endSession': 'Signed a browser out',
  'account.changePassword': 'Changed the own password',
  'account.changePin': 'Changed the own PIN',
  'account.confirmSecondFactor': 'Set up the code of an app',
  'account.removeSecondFactor': 'Removed the code of an app',
  'account.endSession': 'Signed an own browser out',
  'account.signIn': 'Signed in at the desktop window',
  'account.signOut': 'Signed out',
  'account.lock': 'Locked the console',
  'account.unlock': 'Unlocked the console',
  'policy.changeKiosk': 'Changed the kiosk',
  'policy.changeUpdates': 'Changed updates',
  'policy.checkPin': 'Typed the PIN of the kiosk',
  'kiosk.left': 'Left the kiosk',
  'session.opened': 'Signed in with a browser',
  'session.closed': 'Signed out',
  'picture.opened': 'Watches',
  'picture.closed': 'Watched until then',
  'publishing.opened': 'Sends to a camera',
  'publishing.closed': 'Sent to a camera until then',
  'replay.opened': 'Looks back',
  'replay.closed': 'Looked back until then',
  'sound.opened': 'Listens',
  'sound.closed': 'Listened until then',
  'engine.started': 'Gatehouse was started',
  'engine.stopped': 'Gatehouse was ended',
  'engine.data-restored': 'Damaged data was restored',
  'owner.reset': 'Took the owner’s password away',
  'audit.key': 'Signed by this key from now on',
  'audit.broken': 'Found the audit changed',
  'audit.change': 'Changed how long the audit is kept',
  'audit.export': 'Exported the audit',
  'audit.cut': 'Cut what was too old',
  'audit.left-out': 'More was refused than is written here',
};

/** What can be chosen to be shown: the beginnings of what was done. */
export const deedKinds: readonly (readonly [prefix: string, words: string])[] = [
  ['', 'Everything'],
  ['session.', 'Signing in'],
  ['account.', 'Own accounts'],
  ['people.', 'People and roles'],
  ['cameras.', 'Cameras'],
  ['picture.', 'Watching'],
  ['sound.', 'Listening'],
  ['publishing.', 'Sending from phones'],
  ['replay.', 'Looking back'],
  ['ptz.', 'Moving cameras'],
  ['events.', 'Acknowledging'],
  ['clips.', 'Clips'],
  ['shares.', 'Shares'],
  ['layouts.', 'Walls'],
  ['site.', 'Settings and files'],
  ['policy.', 'Kiosk and updates'],
  ['engine.', 'Gatehouse itself'],
  ['audit.', 'The audit'],
];

export function deedOf({ did }: AuditEntry): string {
  return deedWords[did] ?? did;
}

/** Who it was; whoever has no name is said by what they are. */
export function whoWords({ who }: AuditEntry): string {
  if (who.name !== '') return who.kind === 'share' ? `Share “${who.name}”` : who.name;
  return who.kind === 'nobody' ? 'Not signed in' : who.kind;
}

/** Why it was not done; null: it was. */
export function refusalWords({ outcome }: AuditEntry): string | null {
  return outcome === 'done' ? null : `Not done: ${outcome.replaceAll('-', ' ')}`;
}

/** What is known beside that, in one line. Ids stand for the names that are said before. */
export function detailWords({ details, about }: AuditEntry): string {
  const names = new Map(about.map(({ id, name }) => [id, name]));
  const said = Object.entries(details).flatMap(([field, value]) => {
    if (value === null || (typeof value === 'string' && names.has(value))) return [];
    const times = timesOf(value);
    if (times !== undefined)
      return [`${names.get(field) ?? field}: ${momentWords(times.since)} to ${momentWords(times.until)}`];
    const items = Array.isArray(value) ? value.filter((item) => !names.has(String(item))) : null;
    if (items !== null && items.length === 0) return [];
    return [`${field}: ${items === null ? plain(value) : items.map(plain).join(', ')}`];
  });
  return said.join(' · ');
}

function timesOf(value: unknown): { since: number; until: number } | undefined {
  if (typeof value !== 'object' || value === null || !('since' in value) || !('until' in value))
    return undefined;
  const { since, until } = value;
  return typeof since === 'number' && typeof until === 'number' ? { since, until } : undefined;
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
