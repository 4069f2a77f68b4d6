import { expect, test } from 'vitest';
import type { FreeGrid } from '../../../main/contract/layout.ts';
import { defaultLayoutId } from '../../../main/contract/limits.ts';
import { CameraMirror } from '../../../renderer/state/camera-mirror.svelte.ts';
import type { WallGrid } from '../../../renderer/state/grid.ts';
import { LayoutMirror } from '../../../renderer/state/layout-mirror.svelte.ts';
import type { Station } from '../../../renderer/state/station.svelte.ts';
import { Wall } from '../../../renderer/state/wall.svelte.ts';
import { GridEditor } from '../../../renderer/wall/grid-editor.svelte.ts';

/** An editor over a wall without an engine; what is drawn is its grid from then on. */
function open(grid: WallGrid, { may = true } = {}) {
  const drawn: FreeGrid[] = [];
  let refusals = 0;
  const layouts = new LayoutMirror();
  const layout = { id: defaultLayoutId, name: 'All cameras', grid, tiles: [] };
  layouts.apply({ type: 'snapshot', layouts: [layout] });
  const wall = new Wall(new CameraMirror(), layouts);
  const refuse = () => {
    refusals++;
  };
  const station = { locked: false, may: () => may, refuse, wall };
  const editor = new GridEditor(station as unknown as Station, (next) => {
    drawn.push(next);
    layouts.change({ ...layout, grid: next });
  });
  editor.start();
  return { editor, drawn, refusals: () => refusals };
}

test('tiles are marked by arrows and merged, and split again', () => {
  const { editor, drawn } = open('9');
  expect([editor.canMerge, editor.canSplit]).toEqual([false, false]);
  editor.move('right', true);
  editor.move('down', true);
  editor.merge();
  expect(drawn.at(-1)?.merged).toEqual([{ column: 0, row: 0, columns: 2, rows: 2 }]);
  editor.move('right', false);
  expect(editor.shape.cells[editor.index]).toMatchObject({ column: 2, row: 0 });
  editor.move('left', false);
  editor.split();
  expect(drawn.at(-1)?.merged).toEqual([]);
});

test('an edge that is held moves the wall, and is one step when it is let go', () => {
  const { editor, drawn } = open('4');
  editor.pull('columns', 0, 0.1);
  editor.pull('columns', 0, 0.1);
  expect(editor.held?.widths).toEqual([1_400, 600]);
  expect(drawn).toHaveLength(0);
  editor.release();
  expect([editor.held, drawn.map(({ columns }) => columns)]).toEqual([null, [[1_400, 600]]]);
  editor.pull('rows', 0, 0);
  editor.release();
  expect(drawn).toHaveLength(1);
});

test('what is marked stays inside a grid that gets smaller', () => {
  const { editor } = open('9');
  editor.mark(2, 2);
  editor.setLines('columns', 1);
  expect(editor.area).toEqual({ column: 0, row: 2, columns: 1, rows: 1 });
});

test('whoever may not change walls draws none', () => {
  const { editor, refusals } = open('9', { may: false });
  expect([editor.open, refusals()]).toEqual([false, 1]);
});
