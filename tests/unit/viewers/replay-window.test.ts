import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReplayWindow } from '../../../main/viewers/replay-window.ts';

test('each index is new once, in whatever order they come; what is far behind never is', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 400 }), { maxLength: 600 }), (indexes) => {
      const window = new ReplayWindow();
      const seen = new Set<number>();
      let newest = -1;
      for (const index of indexes) {
        const isNew = !seen.has(index) && index > newest - 128;
        expect(window.isNew(index)).toBe(isNew);
        if (!isNew) continue;
        window.add(index);
        seen.add(index);
        newest = Math.max(newest, index);
      }
    }),
  );
});

test('looking at an index does not use it up', () => {
  const window = new ReplayWindow();
  expect(window.isNew(3)).toBe(true);
  expect(window.isNew(3)).toBe(true);
  window.add(3);
  expect(window.isNew(3)).toBe(false);
});
