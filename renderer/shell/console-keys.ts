import type { KeybindingsMap } from 'tinykeys';
import type { Direction } from '../state/grid.ts';
import type { LayoutCommands } from '../state/layout-commands.ts';
import type { Station } from '../state/station.svelte.ts';
import type { FullScreen } from './full-screen.svelte.ts';

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
      { keys: ['1', '…', '9'], does: 'Show the wall with this number' },
      { keys: ['Page ↑', 'Page ↓'], does: 'Previous or next page' },
      { keys: ['F'], does: 'Full screen' },
      { keys: ['Delete'], does: 'Empty the tile' },
    ],
  },
  {
    title: 'Gatehouse',
    keys: [
      { keys: ['S'], does: 'Settings' },
      { keys: ['?'], does: 'Show these keys' },
    ],
  },
  {
    title: 'Cameras',
    keys: [
      { keys: ['C'], does: 'List of cameras' },
      { keys: ['/'], does: 'Search for a camera' },
      { keys: ['A'], does: 'Add a camera' },
      { keys: ['E'], does: 'Edit the selected camera' },
      { keys: ['H'], does: 'History of the selected camera' },
      { keys: ['Ctrl', 'Z'], does: 'Take back what was just done' },
    ],
  },
  {
    title: 'In the list',
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
  /** Opens the list of cameras and goes to its search field. */
  search(): void;
}

/** The keys of the console; `ignore` leaves a key to the dialog, field or button that has the focus. */
export function consoleKeys(
  station: Station,
  { fullScreen, layouts, search }: ShellActions,
): { bindings: KeybindingsMap; ignore: (event: KeyboardEvent) => boolean } {
  const { wall } = station;
  /** A key that does something here is not typed anywhere. */
  const key = (does: () => void) => (event: KeyboardEvent) => {
    event.preventDefault();
    does();
  };
  const move = (direction: Direction) => key(() => wall.move(direction));
  const withSelected = (name: 'camera' | 'history') =>
    key(() => {
      const camera = wall.selectedCamera;
      if (camera !== null) station.open({ name, cameraId: camera.id });
    });
  const bindings: KeybindingsMap = {
    ArrowLeft: move('left'),
    ArrowRight: move('right'),
    ArrowUp: move('up'),
    ArrowDown: move('down'),
    PageUp: key(() => wall.turn(-1)),
    PageDown: key(() => wall.turn(1)),
    Escape: () => wall.restore(),
    Enter: (event) => {
      // A button does what it says.
      if (event.target instanceof Element && event.target.closest('button') !== null) return;
      wall.toggleMaximised(wall.selected ?? wall.maximised ?? 0);
    },
    Delete: key(() => {
      if (!wall.showsAll && wall.selected !== null && wall.tiles[wall.selected] !== null) {
        layouts.put(wall.selected, null);
      }
    }),
    f: key(() => fullScreen.toggle()),
    c: key(() => {
      station.listOpen = !station.listOpen;
    }),
    a: key(() => station.open({ name: 'camera', cameraId: null })),
    e: withSelected('camera'),
    h: withSelected('history'),
    s: key(() => station.open({ name: 'settings' })),
    '/': key(search),
    '$mod+z': key(() => station.toasts.undoLast()),
    '[Shift]+?': key(() => station.open({ name: 'keys' })),
  };
  for (let number = 1; number <= 9; number++) {
    bindings[`Digit${number}`] = key(() => layouts.openNumber(number));
    bindings[`Numpad${number}`] = key(() => layouts.openNumber(number));
  }
  const ignore = ({ target }: KeyboardEvent) =>
    station.dialog !== null ||
    !station.ready ||
    (target instanceof Element &&
      target.closest('input, textarea, select, dialog, [role="menu"], [data-own-keys]') !== null);
  return { bindings, ignore };
}
