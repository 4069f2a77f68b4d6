import { expect, test } from 'vitest';
import { Announcer } from '../../../main/base/announcer.ts';

test('a reader gets everything first, and no change that comes before it reads on is lost', async () => {
  const announcer = new Announcer<string, string>();
  const abort = new AbortController();
  const reading = announcer.watch(() => 'everything', abort.signal);
  expect(announcer.isIdle).toBe(true);
  expect((await reading.next()).value).toBe('everything');
  announcer.put('gate', 'opened');
  announcer.put('gate', 'closed');
  expect((await reading.next()).value).toBe('closed');
  expect(announcer.isIdle).toBe(false);
  const last = reading.next();
  abort.abort();
  expect((await last).done).toBe(true);
  expect(announcer.isIdle).toBe(true);
});
