import { expect, test } from 'vitest';
import { ChangeQueue } from '../../../main/base/change-queue.ts';

test('a slow reader gets the newest value of each key, in the order of the last changes', async () => {
  const queue = new ChangeQueue<string, number>();
  queue.put('a', 1);
  queue.put('b', 2);
  queue.put('a', 3);
  const changes = queue.read(new AbortController().signal);
  expect((await changes.next()).value).toBe(2);
  expect((await changes.next()).value).toBe(3);
});

test('a waiting reader gets a change when it comes', async () => {
  const queue = new ChangeQueue<string, number>();
  const changes = queue.read(new AbortController().signal);
  const next = changes.next();
  queue.put('a', 1);
  expect((await next).value).toBe(1);
});

test('an aborted reader ends, also when it is waiting', async () => {
  const queue = new ChangeQueue<string, number>();
  const abort = new AbortController();
  const changes = queue.read(abort.signal);
  const next = changes.next();
  abort.abort();
  expect((await next).done).toBe(true);
});
