import type { KeybindingsMap } from 'tinykeys';
import type { CustomKeys } from '../../main/contract/keys.ts';
import type { ShellCommand } from '../../main/contract/shell.ts';
import { Keeping } from '../clips/keeping.ts';
import type { Alarms } from '../events/alarms.svelte.ts';
import type { ConsoleLock } from '../lock/console-lock.svelte.ts';
import type { Ptz } from '../ptz/ptz.svelte.ts';
import type { Direction } from '../state/grid.ts';
import type { LayoutCommands } from '../state/layout-commands.ts';
import type { Station } from '../state/station.svelte.ts';
import type { Tours } from '../tours/tours.svelte.ts';
import type { Replays } from '../wall/replays.ts';
import type { Welcome } from '../welcome/welcome.svelte.ts';
import { bindingOf, type CommandId, commands } from './commands.ts';
import type { FullScreen } from './full-screen.svelte.ts';

/** What one key makes it; the panel of events has longer times. */
const shortestQuietMinutes = 5;
/** Of what is shown of an enlarged picture. */
const panStep = 0.15;

/** What the bar and the list do on a key. */
export interface ShellActions {
  readonly fullScreen: FullScreen;
  readonly layouts: LayoutCommands;
  readonly alarms: Alarms;
  readonly replays: Replays;
  readonly ptz: Ptz;
  readonly lock: ConsoleLock;
  readonly tours: Tours;
  readonly welcome: Welcome;
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
      const camera = wall.selectedCamera;
      if (camera !== null) sound.toggle(camera.id);
      else sound.stop();
    },
  };
  return (command) => commands[command]();
}

/** Everything that has a key or a name, done. */
export function consoleCommands(station: Station, actions: ShellActions): Record<CommandId, () => void> {
  const { fullScreen, layouts, alarms, replays, ptz, lock, tours, welcome } = actions;
  const { wall, zooms } = station;
  const shell = shellCommand(station, actions);
  const keeping = new Keeping(station);
  const onSelected = (does: (tile: number) => void) => () => {
    if (wall.selected !== null) does(wall.selected);
  };
  return {
    'toggle-large': () => shell('toggle-large'),
    'zoom-in': () => zooms.stepSelected(1),
    'zoom-out': () => zooms.stepSelected(-1),
    'toggle-sound': () => shell('toggle-sound'),
    'toggle-delay': () => station.playback.delayMeter.toggle(),
    'previous-page': () => shell('previous-page'),
    'next-page': () => shell('next-page'),
    tile: () => station.open({ name: 'tile', index: wall.maximised ?? wall.selected ?? 0 }),
    tour: () => {
      if (!tours.toggle()) station.open({ name: 'tour' });
    },
    'draw-grid': () => layouts.editor.start(),
    'full-screen': () => fullScreen.toggle(),
    'copy-tile': onSelected((tile) => layouts.copy(tile, false)),
    'cut-tile': onSelected((tile) => layouts.copy(tile, true)),
    'paste-tile': onSelected((tile) => layouts.paste(tile)),
    'empty-tile': onSelected((tile) => {
      if (!wall.showsAll && wall.tileAt(tile) !== null) layouts.put(tile, null);
    }),
    'new-wall': () => layouts.add(),
    'replay-back': () => replays.back(),
    'replay-pause': () => replays.toggle(),
    'replay-live': () => replays.live(),
    'replay-step-back': () => replays.step(-1),
    'replay-step-on': () => replays.step(1),
    'replay-slower': () => replays.changeSpeed(-1),
    'replay-faster': () => replays.changeSpeed(1),
    record: () => void keeping.toggleRecording(),
    'keep-last': () => void keeping.last(),
    'keep-picture': () => void keeping.picture(),
    clips: () => station.open({ name: 'clips' }),
    'move-camera': () => void ptz.toggle(),
    palette: () => station.open({ name: 'palette' }),
    health: () => station.open({ name: 'health' }),
    settings: () => shell('settings'),
    joystick: () => station.open({ name: 'joystick' }),
    people: () => station.open({ name: 'people' }),
    audit: () => station.open({ name: 'audit' }),
    lock: () => void lock.lock(),
    keys: () => shell('keys'),
    welcome: () => welcome.start(),
    'camera-list': () => shell('camera-list'),
    search: () => shell('search'),
    'add-camera': () => shell('add-camera'),
    'find-cameras': () => shell('find-cameras'),
    import: () => shell('import'),
    'edit-camera': () => shell('edit-camera'),
    'camera-history': () => shell('camera-history'),
    'examine-camera': () => {
      const camera = wall.selectedCamera;
      if (camera !== null) station.open({ name: 'examination', cameraId: camera.id });
    },
    undo: () => shell('undo'),
    events: () => {
      station.eventsOpen = !station.eventsOpen;
    },
    acknowledge: () => void alarms.acknowledgeNewest(),
    'go-to-alarm': () => alarms.goToNewest(),
    quiet: () => alarms.quiet(alarms.isQuiet ? 0 : shortestQuietMinutes),
  };
}

/**
 * The keys of the console; `ignore` leaves a key to the dialog, field or button that has the focus.
 * @param does of `consoleCommands`
 * @param custom what somebody has made of them
 */
export function consoleKeys(
  station: Station,
  { layouts, alarms }: ShellActions,
  does: Record<CommandId, () => void>,
  custom: CustomKeys,
): { bindings: KeybindingsMap; ignore: (event: KeyboardEvent) => boolean } {
  const { wall, numberEntry, zooms } = station;
  /** A key that does something here is not typed anywhere. */
  const key = (run: () => void) => (event: KeyboardEvent) => {
    event.preventDefault();
    run();
  };
  const move = (direction: Direction) => key(() => wall.move(direction));
  const bindings: KeybindingsMap = {};
  for (const command of commands) {
    const binding = bindingOf(command, custom);
    if (binding !== '') bindings[binding] = key(does[command.id]);
  }
  // Text that somebody has marked is what they mean.
  for (const [binding, id] of [
    ['$mod+c', 'copy-tile'],
    ['$mod+x', 'cut-tile'],
  ] as const)
    bindings[binding] = (event) => {
      if (wall.selected !== null && getSelection()?.isCollapsed !== false) key(does[id])(event);
    };
  Object.assign(bindings, {
    ArrowLeft: move('left'),
    ArrowRight: move('right'),
    ArrowUp: move('up'),
    ArrowDown: move('down'),
    'Shift+ArrowLeft': key(() => zooms.panSelected({ x: -panStep, y: 0 })),
    'Shift+ArrowRight': key(() => zooms.panSelected({ x: panStep, y: 0 })),
    'Shift+ArrowUp': key(() => zooms.panSelected({ x: 0, y: -panStep })),
    'Shift+ArrowDown': key(() => zooms.panSelected({ x: 0, y: panStep })),
    Escape: () => {
      if (numberEntry.digits !== '') numberEntry.clear();
      else if (zooms.resetSelected()) return;
      else if (wall.maximised === null) alarms.putAway();
      else wall.restore();
    },
    Backspace: () => numberEntry.erase(),
    Enter: (event: KeyboardEvent) => {
      if (numberEntry.digits !== '') {
        event.preventDefault();
        if (numberEntry.camera === null) return;
        layouts.show(numberEntry.camera.id);
        numberEntry.clear();
        return;
      }
      // A button does what it says.
      if (event.target instanceof Element && event.target.closest('button') !== null) return;
      does['toggle-large']();
    },
  } satisfies KeybindingsMap);
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
