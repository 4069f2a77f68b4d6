import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ConsoleLock } from '../../../renderer/lock/console-lock.svelte.ts';
import type { Station } from '../../../renderer/state/station.svelte.ts';

const minute = 60_000;
let stored: Map<string, string>;
let page: EventTarget;
let ended: AbortController;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
  stored = new Map();
  page = new EventTarget();
  ended = new AbortController();
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, value: string) => stored.set(name, value),
  });
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
});
afterEach(() => {
  ended.abort();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** A window whose lock is asked as its clock does, once a second. */
function open({ minutes = 10, hasPassword = true, locked = false } = {}) {
  let locks = 0;
  const station = {
    account: { hasPassword },
    locked,
    site: { settings: { lockAfterMinutes: minutes } },
    clock: {
      get time() {
        return Date.now();
      },
    },
    wall: { layout: { id: 'wall' } },
    try: async () => {
      locks++;
    },
  };
  const lock = new ConsoleLock(station as unknown as Station);
  lock.run(ended.signal);
  return {
    after: (milliseconds: number) => {
      for (let passed = 0; passed < milliseconds; passed += 1_000) {
        vi.advanceTimersByTime(1_000);
        lock.arrange();
      }
      return locks;
    },
  };
}

test('a console that nobody has used for the time of the settings is locked, once', () => {
  const { after } = open();
  expect(after(10 * minute - 1_000)).toBe(0);
  expect(after(2_000)).toBe(1);
  expect(after(5 * minute)).toBe(1);
});

test('whoever moves the mouse or presses a key begins the time anew, in another window as well', () => {
  const { after } = open();
  expect(after(9 * minute)).toBe(0);
  page.dispatchEvent(new Event('pointermove'));
  expect(after(9 * minute)).toBe(0);
  stored.set('gatehouse-used-at', String(Date.now()));
  expect(after(9 * minute)).toBe(0);
  expect(after(2 * minute)).toBe(1);
});

test('it is not locked when the settings do not say so, without a password, or when it is locked already', () => {
  expect(open({ minutes: 0 }).after(60 * minute)).toBe(0);
  expect(open({ hasPassword: false }).after(60 * minute)).toBe(0);
  expect(open({ locked: true }).after(60 * minute)).toBe(0);
});
