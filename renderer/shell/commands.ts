import type { CustomKeys } from '../../main/contract/keys.ts';
import { m } from '../language/messages.ts';

/** Whether `$mod` is a Mac's ⌘: by what tinykeys knows it by. */
const isApple = /Mac|iPod|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');

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
    title: m.keys_section_wall(),
    rows: [
      { keys: ['←', '↑', '→', '↓'], does: m.keys_move() },
      { id: 'toggle-large', binding: 'Enter', does: m.keys_toggle_large(), isFixed: true },
      { keys: ['Esc'], does: m.keys_back_to_wall() },
      { id: 'zoom-in', binding: '[Shift]++', does: m.keys_zoom_in() },
      { id: 'zoom-out', binding: '-', does: m.keys_zoom_out() },
      { keys: [m.keys_name_shift(), '← ↑ → ↓'], does: m.keys_pan() },
      { id: 'toggle-sound', binding: 'm', does: m.keys_toggle_sound() },
      { id: 'toggle-delay', binding: 'd', does: m.keys_toggle_delay() },
      { keys: ['1', '7', m.keys_name_enter()], does: m.keys_camera_number() },
      { keys: [m.keys_name_shift(), '1 … 9'], does: m.keys_wall_number() },
      { id: 'previous-page', binding: 'PageUp', does: m.keys_previous_page() },
      { id: 'next-page', binding: 'PageDown', does: m.keys_next_page() },
      { id: 'tile', binding: 't', does: m.keys_tile() },
      { id: 'tour', binding: 'Shift+T', does: m.keys_tour() },
      { id: 'draw-grid', binding: 'Shift+G', does: m.keys_draw_grid() },
      { id: 'full-screen', binding: 'f', does: m.keys_full_screen() },
      { id: 'copy-tile', binding: '$mod+c', does: m.keys_copy_tile(), isFixed: true },
      { id: 'cut-tile', binding: '$mod+x', does: m.keys_cut_tile(), isFixed: true },
      { id: 'paste-tile', binding: '$mod+v', does: m.keys_paste_tile(), isFixed: true },
      { id: 'empty-tile', binding: 'Delete', does: m.keys_empty_tile() },
      { id: 'new-wall', binding: '', does: m.keys_new_wall() },
    ],
  },
  {
    title: m.keys_section_replay(),
    rows: [
      { id: 'replay-back', binding: 'j', does: m.keys_replay_back() },
      { id: 'replay-pause', binding: 'k', does: m.keys_replay_pause() },
      { id: 'replay-live', binding: 'l', does: m.keys_replay_live() },
      { id: 'replay-step-back', binding: ',', does: m.keys_replay_step_back() },
      { id: 'replay-step-on', binding: '.', does: m.keys_replay_step_on() },
      { id: 'replay-slower', binding: '[Shift]+<', does: m.keys_replay_slower() },
      { id: 'replay-faster', binding: '[Shift]+>', does: m.keys_replay_faster() },
    ],
  },
  {
    title: m.keys_section_keeping(),
    rows: [
      { id: 'record', binding: 'r', does: m.keys_record() },
      { id: 'keep-last', binding: 'Shift+R', does: m.keys_keep_last() },
      { id: 'keep-picture', binding: 'Shift+P', does: m.keys_keep_picture() },
      { id: 'clips', binding: 'o', does: m.keys_clips() },
    ],
  },
  {
    title: m.keys_section_moving(),
    rows: [
      { id: 'move-camera', binding: 'p', does: m.keys_move_camera() },
      { keys: ['←', '↑', '→', '↓'], does: m.keys_turn() },
      { keys: ['+', '−'], does: m.keys_zoom() },
      { keys: [m.keys_name_home()], does: m.keys_home() },
      { keys: ['1 … 9'], does: m.keys_preset() },
      { keys: ['Esc'], does: m.keys_back_to_wall() },
    ],
  },
  {
    title: 'Gatehouse',
    rows: [
      { id: 'palette', binding: '$mod+k', does: m.keys_palette() },
      { id: 'health', binding: 'i', does: m.keys_health() },
      { id: 'settings', binding: 's', does: m.keys_settings() },
      { id: 'joystick', binding: '', does: m.keys_joystick() },
      { id: 'people', binding: '', does: m.keys_people() },
      { id: 'audit', binding: '', does: m.keys_audit() },
      { id: 'lock', binding: 'Shift+L', does: m.keys_lock() },
      { id: 'keys', binding: '[Shift]+?', does: m.keys_keys() },
      { id: 'welcome', binding: '', does: m.welcome_command() },
    ],
  },
  {
    title: m.keys_section_cameras(),
    rows: [
      { id: 'camera-list', binding: 'c', does: m.keys_camera_list() },
      { id: 'search', binding: '/', does: m.keys_search() },
      { id: 'add-camera', binding: 'a', does: m.keys_add_camera() },
      { id: 'find-cameras', binding: 'Shift+A', does: m.keys_find_cameras() },
      { id: 'import', binding: '', does: m.keys_import() },
      { id: 'edit-camera', binding: 'e', does: m.keys_edit_camera() },
      { id: 'camera-history', binding: 'h', does: m.keys_camera_history() },
      { id: 'examine-camera', binding: 'x', does: m.keys_examine_camera() },
      { id: 'undo', binding: '$mod+z', does: m.keys_undo() },
    ],
  },
  {
    title: m.keys_section_events(),
    rows: [
      { id: 'events', binding: 'v', does: m.keys_events() },
      { id: 'acknowledge', binding: 'q', does: m.keys_acknowledge() },
      { id: 'go-to-alarm', binding: 'g', does: m.keys_go_to_alarm() },
      { id: 'quiet', binding: 'b', does: m.keys_quiet() },
      { keys: ['Esc'], does: m.keys_put_away() },
      { keys: [m.keys_name_space()], does: m.keys_list_acknowledge() },
      { keys: ['N'], does: m.keys_list_note() },
    ],
  },
  {
    title: m.keys_section_list(),
    rows: [
      { keys: [m.keys_name_enter()], does: m.keys_into_tile() },
      { keys: [m.keys_name_space()], does: m.keys_choose() },
      { keys: [isApple ? '⌥' : 'Alt', '↑ ↓'], does: m.keys_move_order() },
      { keys: [m.keys_name_delete()], does: m.keys_remove() },
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
  Shift: m.keys_name_shift(),
  Enter: m.keys_name_enter(),
  Delete: m.keys_name_delete(),
  Home: m.keys_name_home(),
  PageUp: m.keys_name_page_up(),
  PageDown: m.keys_name_page_down(),
  '-': '−',
};

/** As they are written on this computer's keyboard. */
const modifiers = (apple: boolean): Readonly<Record<string, string>> =>
  apple ? { $mod: '⌘', Alt: '⌥' } : { $mod: m.keys_name_control() };

/** A key as a person reads it, one part each; empty: there is none. @param apple on a Mac's keyboard */
export function keyWords(binding: string, apple: boolean = isApple): readonly string[] {
  if (binding === '' || binding === noKey) return [];
  const words = { ...names, ...modifiers(apple) };
  return binding
    .split(/(?<=\w|\])\+/)
    .filter((part) => part !== '[Shift]')
    .map((part) => words[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}

/** Digits, arrows and what leads through dialogs stay what they are. */
const reserved =
  /^(?:\d|Arrow.*|Enter|Escape|Tab|Backspace| |Shift|Control|Alt|AltGraph|Meta|Dead|Unidentified|.*Lock|Process)$/;

/** What was pressed, as it is bound; null: no key that a command can have. @param apple on a Mac's keyboard */
export function pressedBinding(
  {
    key,
    ctrlKey,
    metaKey,
    altKey,
    shiftKey,
  }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
  apple: boolean = isApple,
): string | null {
  const [isModified, isForeign] = apple ? [metaKey, ctrlKey] : [ctrlKey, metaKey];
  if (reserved.test(key) || isForeign) return null;
  const isLetter = /^\p{L}$/u.test(key);
  const isSign = !isLetter && key.length === 1;
  const shift = isSign ? '[Shift]+' : shiftKey ? 'Shift+' : '';
  const name = isLetter ? (shiftKey ? key.toUpperCase() : key.toLowerCase()) : key;
  const isPlain = isSign && !shiftKey && !isModified && !altKey;
  return `${isModified ? '$mod+' : ''}${altKey ? 'Alt+' : ''}${isPlain ? '' : shift}${name}`;
}
