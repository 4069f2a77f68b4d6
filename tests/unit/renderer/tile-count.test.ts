import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TileCount } from '../../../renderer/wall/tile-count.svelte.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => setTimeout(callback, 16));
  vi.stubGlobal('cancelAnimationFrame', (request: number) => clearTimeout(request));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** What is drawn from step to step, until nothing more is to be done. */
function steps(tiles: TileCount): number[] {
  const drawn = [tiles.drawn];
  for (tiles.arrange(); vi.getTimerCount() > 0; tiles.arrange()) {
    vi.advanceTimersToNextTimer();
    drawn.push(tiles.drawn);
  }
  return drawn;
}

test('a usual wall is there at once, and a large one frame by frame', () => {
  expect(steps(new TileCount(() => 9))).toEqual([9]);
  expect(steps(new TileCount(() => 64))).toEqual([9, 18, 27, 36, 45, 54, 63, 64]);
});

test('the tiles that a smaller wall leaves behind go a few at a time, and a larger one stops that', () => {
  let wanted = 25;
  const tiles = new TileCount(() => wanted);
  steps(tiles);
  wanted = 4;
  expect(steps(tiles)).toEqual([25, 21, 17, 13, 9, 5, 4]);
  wanted = 16;
  expect(tiles.drawn).toBe(9);
  const stop = tiles.arrange();
  wanted = 4;
  stop?.();
  expect(vi.getTimerCount()).toBe(0);
});
