import type { KeybindingsMap } from 'tinykeys';
import { wallSizes } from '../../main/contract/limits.ts';
import type { Direction } from '../state/grid.ts';
import type { Station } from '../state/station.svelte.ts';
import type { FullScreen } from './full-screen.svelte.ts';

/** What the keys do, for the dialog that tells of them. */
export const keyHelp: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['←', '↑', '→', '↓'], does: 'Move from camera to camera' },
  { keys: ['Enter'], does: 'Make the camera large, or small again' },
  { keys: ['Esc'], does: 'Back to the wall' },
  { keys: ['Page ↑', 'Page ↓'], does: 'Previous or next page of cameras' },
  { keys: ['1', '2', '3', '4', '5'], does: 'Wall of 1, 4, 9, 16 or 25 cameras' },
  { keys: ['F'], does: 'Full screen' },
  { keys: ['A'], does: 'Add a camera' },
  { keys: ['?'], does: 'Show these keys' },
];

/** The keys of the console; `ignore` leaves a key to the dialog, field or button that has the focus. */
export function consoleKeys(
  station: Station,
  fullScreen: FullScreen,
): { bindings: KeybindingsMap; ignore: (event: KeyboardEvent) => boolean } {
  const { wall } = station;
  const move = (direction: Direction) => (event: KeyboardEvent) => {
    event.preventDefault();
    wall.move(direction);
  };
  const turn = (step: 1 | -1) => (event: KeyboardEvent) => {
    event.preventDefault();
    wall.turn(step);
  };
  const bindings: KeybindingsMap = {
    ArrowLeft: move('left'),
    ArrowRight: move('right'),
    ArrowUp: move('up'),
    ArrowDown: move('down'),
    PageUp: turn(-1),
    PageDown: turn(1),
    Escape: () => wall.restore(),
    Enter: (event) => {
      // A button in the bar does what it says.
      if (event.target instanceof Element && event.target.closest('button') !== null) return;
      wall.toggleMaximised(wall.selected ?? wall.maximised ?? 0);
    },
    f: () => fullScreen.toggle(),
    a: (event) => {
      event.preventDefault();
      station.openDialog('add-camera');
    },
    '[Shift]+?': () => station.openDialog('keys'),
  };
  wallSizes.forEach((size, index) => {
    const resize = () => {
      wall.resize(size);
      station.saveLayout();
    };
    bindings[`Digit${index + 1}`] = resize;
    bindings[`Numpad${index + 1}`] = resize;
  });
  const ignore = ({ target }: KeyboardEvent) =>
    station.dialog !== null ||
    !station.ready ||
    (target instanceof Element && target.closest('input, textarea, select, dialog') !== null);
  return { bindings, ignore };
}
