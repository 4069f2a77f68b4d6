import { expect, test, vi } from 'vitest';
import { Toasts } from '../../../renderer/state/toasts.svelte.ts';

test('what was done is taken back step by step, the newest first, whether words told of it or not', () => {
  vi.useFakeTimers();
  const toasts = new Toasts();
  const undone: string[] = [];
  toasts.tell('A camera was removed.', () => undone.push('camera'));
  toasts.remember(() => undone.push('tile'));
  // Long after the words have gone.
  vi.advanceTimersByTime(60_000);
  expect(toasts.list).toEqual([]);
  toasts.undoLast();
  toasts.undoLast();
  toasts.undoLast();
  expect(undone).toEqual(['tile', 'camera']);
});

test('what was taken back by its button is not taken back again by the key', () => {
  vi.useFakeTimers();
  const toasts = new Toasts();
  const undone: string[] = [];
  toasts.tell('First.', () => undone.push('first'));
  toasts.tell('Second.', () => undone.push('second'));
  const [, second] = toasts.list;
  if (second !== undefined) toasts.undo(second);
  toasts.undoLast();
  expect(undone).toEqual(['second', 'first']);
  expect(toasts.list).toEqual([]);
});

test('only so many steps are kept: the oldest is forgotten', () => {
  const toasts = new Toasts();
  const undone: number[] = [];
  for (let step = 0; step < 60; step++) toasts.remember(() => undone.push(step));
  for (let press = 0; press < 70; press++) toasts.undoLast();
  expect(undone).toEqual(Array.from({ length: 50 }, (_, index) => 59 - index));
});

test('what failed stays for as long as it takes to read what to do about it, what was done goes before', () => {
  vi.useFakeTimers();
  const toasts = new Toasts();
  toasts.tell('Camera 1: 30 s kept.');
  toasts.fail('Camera 2: the recording has ended. The disk is full: make room on it.');
  vi.advanceTimersByTime(10_000);
  expect(toasts.list.map(({ isFailure }) => isFailure)).toEqual([true]);
  vi.advanceTimersByTime(10_000);
  expect(toasts.list).toEqual([]);
});

test('dialogs that follow each other show what is said, the page when the last one is gone', () => {
  const toasts = new Toasts();
  const [first, second] = [toasts.enterDialog(), toasts.enterDialog()];
  first();
  expect(toasts.areInDialog).toBe(true);
  second();
  expect(toasts.areInDialog).toBe(false);
});

test('what fails again is not there twice, what can be taken back is', () => {
  vi.useFakeTimers();
  const toasts = new Toasts();
  for (let times = 0; times < 2; times++) toasts.fail('The disk is full.');
  for (let times = 0; times < 2; times++) toasts.tell('A tile was emptied.', () => {});
  expect(toasts.list.map(({ text }) => text)).toEqual([
    'The disk is full.',
    'A tile was emptied.',
    'A tile was emptied.',
  ]);
});
