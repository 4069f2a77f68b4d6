import type { KeybindingsMap } from 'tinykeys';
import type { ShellCommand } from '../../main/contract/shell.ts';
import { Keeping } from '../clips/keeping.ts';
import type { Alarms } from '../events/alarms.svelte.ts';
import type { ConsoleLock } from '../lock/console-lock.svelte.ts';
import type { Direction } from '../state/grid.ts';
import type { LayoutCommands } from '../state/layout-commands.ts';
import type { Station } from '../state/station.svelte.ts';
import type { Replays } from '../wall/replays.ts';
import type { FullScreen } from './full-screen.svelte.ts';

/** What one key makes it; the panel of events has longer times. */
const shortestQuietMinutes = 5;

/** What the keys do, for the dialog that tells of them. */
export const keyHelp: readonly {
  readonly title: string;
  readonly keys: readonly { readonly keys: readonly string[]; readonly does: string }[];
}[] = [
  {
    title: 'Wall',
    keys: [
      { keys: ['←', '↑', '→', '↓'], does: 'Move from camera to camera' },
      { keys: ['Enter'], does: 'Large, or small again' },
      { keys: ['Esc'], does: 'Back to the wall' },
      { keys: ['M'], does: 'Sound of the camera, on or off' },
      { keys: ['D'], does: 'How late each picture is, shown or not' },
      { keys: ['1', '7', 'Enter'], does: 'Show the camera with this number, 17' },
      { keys: ['Shift', '1 … 9'], does: 'Show the wall with this number' },
      { keys: ['Page ↑', 'Page ↓'], does: 'Previous or next page' },
      { keys: ['Shift', 'G'], does: 'Draw the grid of the wall' },
      { keys: ['F'], does: 'Full screen' },
      { keys: ['Ctrl', 'C'], does: 'Copy the tile; X cuts it out, V puts it here' },
      { keys: ['Delete'], does: 'Empty the tile' },
    ],
  },
  {
    title: 'Replay',
    keys: [
      { keys: ['J'], does: 'Ten seconds back' },
      { keys: ['K'], does: 'Stand still, or go on' },
      { keys: ['L'], does: 'Live again' },
      { keys: [',', '.'], does: 'One picture back or on' },
      { keys: ['<', '>'], does: 'Slower or faster' },
    ],
  },
  {
    title: 'Keeping what happened',
    keys: [
      { keys: ['R'], does: 'Record the camera, or end it' },
      { keys: ['Shift', 'R'], does: 'Keep its last 30 seconds' },
      { keys: ['P'], does: 'Keep a picture of the camera' },
      { keys: ['O'], does: 'Clips and pictures that were kept' },
    ],
  },
  {
    title: 'Gatehouse',
    keys: [
      { keys: ['I'], does: 'Health of all cameras' },
      { keys: ['S'], does: 'Settings' },
      { keys: ['Shift', 'L'], does: 'Lock: the wall stays, nothing else' },
      { keys: ['?'], does: 'Show these keys' },
    ],
  },
  {
    title: 'Cameras',
    keys: [
      { keys: ['C'], does: 'List of cameras' },
      { keys: ['/'], does: 'Search for a camera' },
      { keys: ['A'], does: 'Add a camera' },
      { keys: ['Shift', 'A'], does: 'Find cameras on the network' },
      { keys: ['E'], does: 'Edit the selected camera' },
      { keys: ['H'], does: 'History of the selected camera' },
      { keys: ['X'], does: 'Examine the selected camera' },
      { keys: ['Ctrl', 'Z'], does: 'Take back what was just done' },
    ],
  },
  {
    title: 'Events',
    keys: [
      { keys: ['V'], does: 'Events and alarms' },
      { keys: ['Q'], does: 'Acknowledge the newest alarm' },
      { keys: ['G'], does: 'Go to its camera' },
      { keys: ['B'], does: 'Alarms quiet for 5 min, or loud again' },
      { keys: ['Esc'], does: 'Put the alarm’s picture away' },
      { keys: ['Space'], does: 'In the list: acknowledge' },
      { keys: ['N'], does: 'In the list: with a note' },
    ],
  },
  {
    title: 'In the list of cameras',
    keys: [
      { keys: ['Enter'], does: 'Into the selected tile' },
      { keys: ['Space'], does: 'Choose it, with others' },
      { keys: ['Alt', '↑ ↓'], does: 'Move it in the order' },
      { keys: ['Delete'], does: 'Remove it' },
    ],
  },
];

/** What the bar and the list do on a key. */
export interface ShellActions {
  readonly fullScreen: FullScreen;
  readonly layouts: LayoutCommands;
  readonly alarms: Alarms;
  readonly replays: Replays;
  readonly lock: ConsoleLock;
  /** Opens the list of cameras and goes to its search field. */
  search(): void;
}

/** What the native menu asks for, done as if by its key. */
export function shellCommand(station: Station, actions: ShellActions): (command: ShellCommand) => void {
  const { wall } = station;
  const withSelected = (name: 'camera' | 'history') => {
    const camera = wall.selectedCamera;
    if (camera !== null) station.open({ name, cameraId: camera.id });
  };
  const commands: Record<ShellCommand, () => void> = {
    'add-camera': () => station.open({ name: 'camera', cameraId: null }),
    'find-cameras': () => station.open({ name: 'find-cameras' }),
    'edit-camera': () => withSelected('camera'),
    'camera-history': () => withSelected('history'),
    'camera-list': () => {
      station.listOpen = !station.listOpen;
    },
    search: () => actions.search(),
    settings: () => station.open({ name: 'settings' }),
    import: () => station.open({ name: 'import' }),
    keys: () => station.open({ name: 'keys' }),
    undo: () => station.toasts.undoLast(),
    'previous-page': () => wall.turn(-1),
    'next-page': () => wall.turn(1),
    'toggle-large': () => wall.toggleMaximised(wall.selected ?? wall.maximised ?? 0),
    'toggle-sound': () => {
      const { sound } = station.playback;
      // A wall of one camera needs no choice.
      const camera = wall.selectedCamera ?? (wall.size === 1 ? (wall.tiles[0] ?? null) : null);
      if (camera !== null) sound.toggle(camera.id);
      else sound.stop();
    },
  };
  return (command) => commands[command]();
}

/** The keys of the console; `ignore` leaves a key to the dialog, field or button that has the focus. */
export function consoleKeys(
  station: Station,
  actions: ShellActions,
): { bindings: KeybindingsMap; ignore: (event: KeyboardEvent) => boolean } {
  const { fullScreen, layouts, alarms, replays, lock } = actions;
  const { wall, numberEntry } = station;
  const keeping = new Keeping(station);
  const command = shellCommand(station, actions);
  /** A key that does something here is not typed anywhere. */
  const key = (does: () => void) => (event: KeyboardEvent) => {
    event.preventDefault();
    does();
  };
  const move = (direction: Direction) => key(() => wall.move(direction));
  const copy = (event: KeyboardEvent, isCut: boolean) => {
    // Text that somebody has marked is what they mean.
    if (wall.selected === null || getSelection()?.isCollapsed === false) return;
    event.preventDefault();
    layouts.copy(wall.selected, isCut);
  };
  const bindings: KeybindingsMap = {
    ArrowLeft: move('left'),
    ArrowRight: move('right'),
    ArrowUp: move('up'),
    ArrowDown: move('down'),
    PageUp: key(() => command('previous-page')),
    PageDown: key(() => command('next-page')),
    Escape: () => {
      if (numberEntry.digits !== '') numberEntry.clear();
      else if (wall.maximised === null) alarms.putAway();
      else wall.restore();
    },
    Backspace: () => numberEntry.erase(),
    Enter: (event) => {
      if (numberEntry.digits !== '') {
        event.preventDefault();
        if (numberEntry.camera === null) return;
        layouts.show(numberEntry.camera.id);
        numberEntry.clear();
        return;
      }
      // A button does what it says.
      if (event.target instanceof Element && event.target.closest('button') !== null) return;
      command('toggle-large');
    },
    Delete: key(() => {
      if (!wall.showsAll && wall.selected !== null && wall.tiles[wall.selected] !== null) {
        layouts.put(wall.selected, null);
      }
    }),
    f: key(() => fullScreen.toggle()),
    c: key(() => command('camera-list')),
    a: key(() => command('add-camera')),
    'Shift+A': key(() => command('find-cameras')),
    'Shift+L': key(() => void lock.lock()),
    'Shift+G': key(() => layouts.editor.start()),
    e: key(() => command('edit-camera')),
    h: key(() => command('camera-history')),
    m: key(() => command('toggle-sound')),
    d: key(() => station.playback.delayMeter.toggle()),
    x: key(() => {
      const camera = wall.selectedCamera;
      if (camera !== null) station.open({ name: 'examination', cameraId: camera.id });
    }),
    i: key(() => station.open({ name: 'health' })),
    v: key(() => {
      station.eventsOpen = !station.eventsOpen;
    }),
    q: key(() => void alarms.acknowledgeNewest()),
    g: key(() => alarms.goToNewest()),
    b: key(() => alarms.quiet(alarms.isQuiet ? 0 : shortestQuietMinutes)),
    j: key(() => replays.back()),
    k: key(() => replays.toggle()),
    l: key(() => replays.live()),
    ',': key(() => replays.step(-1)),
    '.': key(() => replays.step(1)),
    '[Shift]+<': key(() => replays.changeSpeed(-1)),
    '[Shift]+>': key(() => replays.changeSpeed(1)),
    r: key(() => void keeping.toggleRecording()),
    'Shift+R': key(() => void keeping.last()),
    p: key(() => void keeping.picture()),
    o: key(() => station.open({ name: 'clips' })),
    s: key(() => command('settings')),
    '/': key(() => command('search')),
    '$mod+z': key(() => command('undo')),
    '$mod+c': (event) => copy(event, false),
    '$mod+x': (event) => copy(event, true),
    '$mod+v': key(() => {
      if (wall.selected !== null) layouts.paste(wall.selected);
    }),
    '[Shift]+?': key(() => command('keys')),
  };
  // By the place of the key, since some keyboards have digits on Shift.
  for (let number = 0; number <= 9; number++) {
    bindings[`Digit${number}`] = key(() => numberEntry.type(number));
    bindings[`Numpad${number}`] = key(() => numberEntry.type(number));
    if (number > 0) bindings[`Shift+Digit${number}`] = key(() => layouts.openNumber(number));
  }
  const ignore = ({ target }: KeyboardEvent) =>
    station.dialog !== null ||
    station.locked ||
    !station.ready ||
    (target instanceof Element &&
      target.closest(
        'input:not([type="range"]), textarea, select, dialog, [role="menu"], [data-own-keys]',
      ) !== null);
  return { bindings, ignore };
}
