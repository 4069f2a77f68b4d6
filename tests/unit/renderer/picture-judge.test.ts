import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Circumstances,
  PictureJudge,
  type PictureVerdict,
} from '../../../renderer/playback/picture-judge.ts';
import type { PictureSample } from '../../../renderer/playback/picture-sample.ts';
import { type Drawing, DrawnScene, seededNumbers } from '../../support/drawn-scene.ts';

const plain: Circumstances = { mayStandStill: false, isSteered: false };
const seed = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const few = { numRuns: 6 };

/** A camera and its judge, on a clock of their own. */
class Watch {
  readonly #scene: DrawnScene;
  readonly #judge = new PictureJudge();
  #at: number;
  #same: PictureSample | undefined;
  verdict: PictureVerdict = { picture: 'alive', since: null, view: 'usual' };

  constructor(seedOfScene: number) {
    this.#scene = new DrawnScene(seedOfScene);
    this.#at = 1_000 + (seedOfScene % 1_000);
  }

  get at(): number {
    return this.#at;
  }

  accept(): void {
    this.#judge.accept();
  }

  /** @param drawing of each second @returns what was said of them that is not all right */
  watch(seconds: number, drawing: (second: number) => Drawing, circumstances = plain): PictureVerdict[] {
    const said: PictureVerdict[] = [];
    for (let second = 0; second < seconds; second++) {
      this.#at += 1_000;
      this.#same = this.#scene.draw(drawing(second), this.#at);
      this.#take(this.#same, circumstances);
      if (!isUsual(this.verdict)) said.push(this.verdict);
    }
    return said;
  }

  /** The last picture comes again and again, looked at as often as the page does. @returns milliseconds until it was said */
  freeze(circumstances = plain): number {
    const frozenAt = this.#at;
    const last = this.#same;
    if (last === undefined) throw new Error('nothing was seen yet');
    while (this.verdict.picture !== 'same') {
      if (this.#at - frozenAt > 60_000) return Number.POSITIVE_INFINITY;
      this.#at += this.#judge.isSuspicious ? 400 : 1_000;
      this.#take({ ...last, at: this.#at }, circumstances);
    }
    return this.#at - frozenAt;
  }

  /** @returns milliseconds until what is drawn is said to be so */
  until(is: (verdict: PictureVerdict) => boolean, drawing: Drawing): number {
    const from = this.#at;
    while (!is(this.verdict)) {
      if (this.#at - from > 60_000) return Number.POSITIVE_INFINITY;
      this.watch(1, () => drawing);
    }
    return this.#at - from;
  }

  /** Nobody looks. */
  away(milliseconds: number): void {
    this.#at += milliseconds;
  }

  #take(sample: PictureSample, circumstances: Circumstances): void {
    this.verdict = this.#judge.take(sample, circumstances);
  }
}

function isUsual({ picture, view }: PictureVerdict): boolean {
  return picture === 'alive' && view === 'usual';
}

/** Somebody walks through, now and then. */
const lively = (second: number): Drawing => ({ noise: 1.5, walker: ((second * 0.07) % 2) - 0.5 });
const still = (): Drawing => ({ noise: 1.5 });

test('twenty minutes of what moves, and of a still scene with noise, are never a fault', () => {
  fc.assert(
    fc.property(seed, fc.constantFrom(lively, still), (of, drawing) => {
      expect(new Watch(of).watch(1_200, drawing)).toEqual([]);
    }),
    { numRuns: 2 },
  );
});

test('least noise of all, one pixel that changes, is life', () => {
  const watch = new Watch(7);
  expect(watch.watch(300, (second) => ({ text: second }))).toEqual([]);
});

test('a picture that comes again and again is said to stand within five seconds, and not once it changes', () => {
  fc.assert(
    fc.property(seed, (of) => {
      const watch = new Watch(of);
      watch.watch(30, lively);
      // The page looks once a second: the last change may be that much older than the look that saw it.
      expect(watch.freeze()).toBeLessThanOrEqual(4_000);
      expect(watch.verdict.since).toBeLessThanOrEqual(watch.at - 3_300);
      watch.watch(1, lively);
      expect(watch.verdict).toEqual({ picture: 'alive', since: null, view: 'usual' });
    }),
    few,
  );
});

test('a view that may stand still does', () => {
  const watch = new Watch(3);
  watch.watch(30, lively);
  expect(watch.freeze({ ...plain, mayStandStill: true })).toBe(Number.POSITIVE_INFINITY);
});

test.each([
  ['black', 16],
  ['white', 235],
  ['one-colour', 120],
])(
  'a picture of nothing is called %s within five seconds, time and noise written into it or not',
  (picture, cover) => {
    fc.assert(
      fc.property(seed, fc.boolean(), (of, written) => {
        const watch = new Watch(of);
        watch.watch(30, lively);
        const nothing = { cover, noise: 1.5, ...(written ? { text: of } : {}) };
        expect(watch.until((verdict) => verdict.picture === picture, nothing)).toBeLessThanOrEqual(4_000);
        expect(watch.watch(2, lively)).toEqual([]);
      }),
      few,
    );
  },
);

test('what is before the lens is a covered view within five seconds, and no more once it is gone', () => {
  fc.assert(
    fc.property(seed, fc.constantFrom(30, 60, 120), (of, cover) => {
      const watch = new Watch(of);
      watch.watch(30, lively);
      // Not of one colour: a hand lets light in.
      const covered = { cover, relief: 40, noise: 3 };
      expect(watch.until(({ view }) => view === 'covered', covered)).toBeLessThanOrEqual(5_000);
      watch.watch(3, lively);
      expect(watch.verdict.view).toBe('usual');
    }),
    few,
  );
});

test('a camera that somebody has turned shows another view, until it is turned back or a person says that it is right', () => {
  fc.assert(
    fc.property(seed, fc.constantFrom(0.8, -0.9), (of, turn) => {
      const watch = new Watch(of);
      watch.watch(30, lively);
      const turned = (second: number) => ({ ...lively(second), turn });
      expect(watch.until(({ view }) => view === 'moved', { noise: 1.5, turn })).toBeLessThanOrEqual(12_000);
      watch.watch(60, turned);
      expect(watch.verdict.view).toBe('moved');
      watch.watch(3, lively);
      expect(watch.verdict.view).toBe('usual');
      watch.until(({ view }) => view === 'moved', { noise: 1.5, turn });
      watch.accept();
      expect(watch.watch(60, turned)).toEqual([]);
    }),
    // One in some hundred scenes looks like another by chance: the same ones in each run.
    { ...few, seed: 1 },
  );
});

test('a camera that is moved by somebody is where it shall be', () => {
  fc.assert(
    fc.property(seed, (of) => {
      const watch = new Watch(of);
      watch.watch(30, lively);
      const steered = { ...plain, isSteered: true };
      expect(watch.watch(10, (second) => ({ noise: 1.5, turn: second * 0.09 }), steered)).toEqual([]);
      expect(watch.watch(120, (second) => ({ ...lively(second), turn: 0.81 }))).toEqual([]);
    }),
    few,
  );
});

test('neither dusk nor the change to the night picture, nor the way back, is a fault', () => {
  fc.assert(
    fc.property(seed, fc.integer({ min: 300, max: 1_800 }), (of, seconds) => {
      const watch = new Watch(of);
      watch.watch(60, lively);
      const dusk = (second: number) => ({ ...lively(second), light: 1 - 0.75 * (second / seconds) });
      expect(watch.watch(seconds, dusk)).toEqual([]);
      const night = (second: number) => ({ ...lively(second), night: true });
      expect(watch.watch(300, night)).toEqual([]);
      const dawn = (second: number) => ({ ...lively(second), light: 0.3 + 0.7 * (second / seconds) });
      expect(watch.watch(seconds, dawn)).toEqual([]);
    }),
    { numRuns: 2 },
  );
});

test('headlights and lorries pass by without a word', () => {
  fc.assert(
    fc.property(seed, fc.integer({ min: 2, max: 6 }), (of, seconds) => {
      const watch = new Watch(of);
      const random = seededNumbers(of);
      watch.watch(60, (second) => ({ ...lively(second), night: true }));
      for (let round = 0; round < 20; round++) {
        const isLorry = random() < 0.5;
        const passing = (second: number) => ({
          noise: 1.5,
          night: true,
          [isLorry ? 'lorry' : 'headlights']: (1.9 * (second + 1)) / (seconds + 1),
        });
        expect(watch.watch(seconds, passing)).toEqual([]);
        expect(watch.watch(20, (second) => ({ ...lively(second), night: true }))).toEqual([]);
      }
    }),
    few,
  );
});

test('a view without anything to see cannot be covered', () => {
  const watch = new Watch(1);
  expect(watch.watch(60, () => ({ cover: 90, relief: 20, noise: 2 }))).toEqual([]);
  expect(watch.watch(60, () => ({ cover: 60, relief: 20, noise: 2 }))).toEqual([]);
});

test('a view that nobody has looked at for a while is learnt anew', () => {
  const watch = new Watch(11);
  watch.watch(30, lively);
  watch.away(11 * 60_000);
  expect(watch.watch(60, (second) => ({ ...lively(second), turn: 0.9 }))).toEqual([]);
  watch.away(5_000);
  expect(watch.until(({ view }) => view === 'moved', { noise: 1.5 })).toBeLessThanOrEqual(12_000);
});

test('a picture that comes again after a while without any is no picture that stood', () => {
  const watch = new Watch(5);
  watch.watch(2, () => ({}));
  watch.away(8_000);
  expect(watch.watch(1, () => ({}))).toEqual([]);
});

test('whatever comes, what is not all right has begun, and what is all right has not', () => {
  const drawing = fc.record(
    {
      light: fc.double({ min: 0, max: 3, noNaN: true }),
      noise: fc.double({ min: 0, max: 30, noNaN: true }),
      walker: fc.double({ min: -1, max: 2, noNaN: true }),
      night: fc.boolean(),
      cover: fc.option(fc.integer({ min: 0, max: 255 })),
      turn: fc.double({ min: -1, max: 1, noNaN: true }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(seed, fc.array(drawing, { minLength: 1, maxLength: 60 }), (of, drawings) => {
      const watch = new Watch(of);
      for (const one of drawings) {
        watch.watch(1, () => one);
        const { picture, since } = watch.verdict;
        expect(since === null).toBe(picture === 'alive');
        if (since !== null) expect(since).toBeLessThanOrEqual(watch.at);
      }
    }),
    { numRuns: 30 },
  );
});
