import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Layout } from '../../../main/contract/layout.ts';
import { LayoutMirror } from '../../../renderer/state/layout-mirror.svelte.ts';

const night: Layout = { id: randomUUID(), name: 'Night', grid: '4', tiles: [null] };

test('what this window changed counts at once, and what the engine says meanwhile does not take it back', () => {
  const mirror = new LayoutMirror();
  mirror.apply({ type: 'snapshot', layouts: [night] });
  const changed = { ...night, grid: '9' as const };
  mirror.change(changed);
  mirror.apply({ type: 'layout', layout: { ...night, name: 'Late' } });
  expect(mirror.layouts).toEqual([changed]);
  mirror.settle(changed);
  expect(mirror.layouts).toEqual([{ ...night, name: 'Late' }]);
});

test('only the newest change is settled by its own answer', () => {
  const mirror = new LayoutMirror();
  mirror.apply({ type: 'snapshot', layouts: [night] });
  const first = { ...night, grid: '9' as const };
  const second = { ...night, grid: '16' as const };
  mirror.change(first);
  mirror.change(second);
  mirror.settle(first);
  expect(mirror.layout(night.id)?.grid).toBe('16');
});

test('a new wall is in the bar before the engine knows it, and there is always one', () => {
  const mirror = new LayoutMirror();
  expect(mirror.layouts).toHaveLength(1);
  mirror.apply({ type: 'snapshot', layouts: [night] });
  const added = { ...night, id: randomUUID(), name: 'Day' };
  mirror.change(added);
  expect(mirror.layouts.map(({ name }) => name)).toEqual(['Night', 'Day']);
  mirror.apply({ type: 'removed', layoutId: added.id });
  expect(mirror.layouts.map(({ name }) => name)).toEqual(['Night']);
});
