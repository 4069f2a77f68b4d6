import type { CustomKeys } from '../../main/contract/keys.ts';
import { m } from '../language/messages.ts';

/** What the console does on a key, by name in the palette, and in the dialog of the keys. */
export interface Command {
  readonly id: string;
  /** For tinykeys; empty: it has no key until somebody gives it one. */
  readonly binding: string;
  readonly does: string;
  /** Its key depends on what is selected, and stays. */
  readonly isFixed?: true;
}

/** Keys that mean something in one place alone. */
interface LocalKeys {
  readonly keys: readonly string[];
  readonly does: string;
}

interface Section {
  readonly title: string;
  readonly rows: readonly (Command | LocalKeys)[];
}

/** Everything that has a key or a name, in the order of the dialog. */
export const sections = [
  {
    title: 'Wall',
    rows: [
      { keys: ['←', '↑', '→', '↓'], does: 'Move from camera to camera' },
      { id: 'toggle-large', binding: 'Enter', does: 'Large, or small again', isFixed: true },
      { keys: ['Esc'], does: 'Back to the wall' },
      { id: 'zoom-in', binding: '[Shift]++', does: 'Enlarge the picture' },
      { id: 'zoom-out', binding: '-', does: 'Enlarge it less' },
      { keys: ['Shift', '← ↑ → ↓'], does: 'Move what is enlarged' },
      { id: 'toggle-sound', binding: 'm', does: 'Sound of the camera, on or off' },
      { id: 'toggle-delay', binding: 'd', does: 'How late each picture is, shown or not' },
      { keys: ['1', '7', 'Enter'], does: 'Show the camera with this number, 17' },
      { keys: ['Shift', '1 … 9'], does: 'Show the wall with this number' },
      { id: 'previous-page', binding: 'PageUp', does: 'Previous page' },
      { id: 'next-page', binding: 'PageDown', does: 'Next page' },
      { id: 'tile', binding: 't', does: 'What the tile shows: pinned, hotspot, tour' },
      { id: 'tour', binding: 'Shift+T', does: 'Tour of walls, on or off' },
      { id: 'draw-grid', binding: 'Shift+G', does: 'Draw the grid of the wall' },
      { id: 'full-screen', binding: 'f', does: 'Full screen' },
      { id: 'copy-tile', binding: '$mod+c', does: 'Copy the tile', isFixed: true },
      { id: 'cut-tile', binding: '$mod+x', does: 'Cut the tile out', isFixed: true },
      { id: 'paste-tile', binding: '$mod+v', does: 'Put the copied tile here', isFixed: true },
      { id: 'empty-tile', binding: 'Delete', does: 'Empty the tile' },
      { id: 'new-wall', binding: '', does: 'Make a new wall' },
    ],
  },
  {
    title: 'Replay',
    rows: [
      { id: 'replay-back', binding: 'j', does: 'Ten seconds back' },
      { id: 'replay-pause', binding: 'k', does: 'Stand still, or go on' },
      { id: 'replay-live', binding: 'l', does: 'Live again' },
      { id: 'replay-step-back', binding: ',', does: 'One picture back' },
      { id: 'replay-step-on', binding: '.', does: 'One picture on' },
      { id: 'replay-slower', binding: '[Shift]+<', does: 'Slower' },
      { id: 'replay-faster', binding: '[Shift]+>', does: 'Faster' },
    ],
  },
  {
    title: 'Keeping what happened',
    rows: [
      { id: 'record', binding: 'r', does: 'Record the camera, or end it' },
      { id: 'keep-last', binding: 'Shift+R', does: 'Keep its last 30 seconds' },
      { id: 'keep-picture', binding: 'Shift+P', does: 'Keep a picture of the camera' },
      { id: 'clips', binding: 'o', does: 'Clips and pictures that were kept' },
    ],
  },
  {
    title: 'Moving the camera',
    rows: [
      { id: 'move-camera', binding: 'p', does: 'Move the selected camera, or no more' },
      { keys: ['←', '↑', '→', '↓'], does: 'Turn while held; with Shift fast' },
      { keys: ['+', '−'], does: 'Zoom while held' },
      { keys: ['Home'], does: 'Home position' },
      { keys: ['1 … 9'], does: 'Go to a preset' },
      { keys: ['Esc'], does: 'Back to the wall' },
    ],
  },
  {
    title: 'Gatehouse',
    rows: [
      { id: 'palette', binding: '$mod+k', does: 'All commands, cameras and walls by name' },
      { id: 'health', binding: 'i', does: 'Health of all cameras' },
      { id: 'settings', binding: 's', does: 'Settings' },
      { id: 'joystick', binding: '', does: 'Joystick or control panel' },
      { id: 'people', binding: '', does: 'People and roles' },
      { id: 'audit', binding: '', does: 'Audit: who did what' },
      { id: 'lock', binding: 'Shift+L', does: 'Lock: the wall stays, nothing else' },
      { id: 'keys', binding: '[Shift]+?', does: 'Show these keys' },
      { id: 'welcome', binding: '', does: m.welcome_command() },
    ],
  },
  {
    title: 'Cameras',
    rows: [
      { id: 'camera-list', binding: 'c', does: 'List of cameras' },
      { id: 'search', binding: '/', does: 'Search for a camera' },
      { id: 'add-camera', binding: 'a', does: 'Add a camera' },
      { id: 'find-cameras', binding: 'Shift+A', does: 'Find cameras on the network' },
      { id: 'import', binding: '', does: 'Import cameras from a file' },
      { id: 'edit-camera', binding: 'e', does: 'Edit the selected camera' },
      { id: 'camera-history', binding: 'h', does: 'History of the selected camera' },
      { id: 'examine-camera', binding: 'x', does: 'Examine the selected camera' },
      { id: 'undo', binding: '$mod+z', does: 'Take back what was just done' },
    ],
  },
  {
    title: 'Events',
    rows: [
      { id: 'events', binding: 'v', does: 'Events and alarms' },
      { id: 'acknowledge', binding: 'q', does: 'Acknowledge the newest alarm' },
      { id: 'go-to-alarm', binding: 'g', does: 'Go to its camera' },
      { id: 'quiet', binding: 'b', does: 'Alarms quiet for 5 min, or loud again' },
      { keys: ['Esc'], does: 'Put the alarm’s picture away' },
      { keys: ['Space'], does: 'In the list: acknowledge' },
      { keys: ['N'], does: 'In the list: with a note' },
    ],
  },
  {
    title: 'In the list of cameras',
    rows: [
      { keys: ['Enter'], does: 'Into the selected tile' },
      { keys: ['Space'], does: 'Choose it, with others' },
      { keys: ['Alt', '↑ ↓'], does: 'Move it in the order' },
      { keys: ['Delete'], does: 'Remove it' },
    ],
  },
] as const satisfies readonly Section[];

export type CommandId = Extract<(typeof sections)[number]['rows'][number], { readonly id: string }>['id'];

export const commands: readonly (Command & { readonly id: CommandId; readonly group: string })[] =
  sections.flatMap(({ title, rows }) =>
    rows.flatMap((row) => ('id' in row ? [{ ...row, group: title }] : [])),
  );

/** The key that a command has. */
export function bindingOf({ id, binding }: Pick<Command, 'id' | 'binding'>, custom: CustomKeys): string {
  return custom[id] ?? binding;
}

/** Signs are on Shift with some keyboards and not with others. */
function isSameKey(one: string, other: string): boolean {
  return one.replace('[Shift]+', '') === other.replace('[Shift]+', '');
}

/** The other command that has this key; undefined: none. */
export function holderOf(binding: string, except: string, custom: CustomKeys): Command | undefined {
  return commands.find((command) => command.id !== except && isSameKey(bindingOf(command, custom), binding));
}

/**
 * Gives a command another key. Whichever had it gets the key of this one in exchange, so that no key ever means two things.
 * @returns what differs from the usual
 */
export function withKey(custom: CustomKeys, command: Command, binding: string): CustomKeys {
  const before = bindingOf(command, custom);
  const holder = holderOf(binding, command.id, custom);
  const changed = new Map(Object.entries(custom));
  const give = ({ id, binding: usual }: Command, key: string) => {
    if (key === usual) changed.delete(id);
    else if (key === '') changed.set(id, noKey);
    else changed.set(id, key);
  };
  give(command, binding);
  if (holder !== undefined) give(holder, before === noKey ? '' : before);
  return Object.fromEntries(changed);
}

/** Stands for a command whose key was taken away. No keyboard has it. */
const noKey = 'None';

const names: Readonly<Record<string, string>> = {
  $mod: 'Ctrl',
  PageUp: 'Page ↑',
  PageDown: 'Page ↓',
  '-': '−',
};

/** A key as a person reads it, one part each; empty: there is none. */
export function keyWords(binding: string): readonly string[] {
  if (binding === '' || binding === noKey) return [];
  return binding
    .split(/(?<=\w|\])\+/)
    .filter((part) => part !== '[Shift]')
    .map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}

/** Digits, arrows and what leads through dialogs stay what they are. */
const reserved =
  /^(?:\d|Arrow.*|Enter|Escape|Tab|Backspace| |Shift|Control|Alt|AltGraph|Meta|Dead|Unidentified|.*Lock|Process)$/;

/** What was pressed, as it is bound; null: no key that a command can have. */
export function pressedBinding({
  key,
  ctrlKey,
  metaKey,
  altKey,
  shiftKey,
}: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string | null {
  if (reserved.test(key)) return null;
  const isLetter = /^\p{L}$/u.test(key);
  const isSign = !isLetter && key.length === 1;
  const shift = isSign ? '[Shift]+' : shiftKey ? 'Shift+' : '';
  const name = isLetter ? (shiftKey ? key.toUpperCase() : key.toLowerCase()) : key;
  const isPlain = isSign && !shiftKey && !ctrlKey && !metaKey && !altKey;
  return `${ctrlKey || metaKey ? '$mod+' : ''}${altKey ? 'Alt+' : ''}${isPlain ? '' : shift}${name}`;
}
