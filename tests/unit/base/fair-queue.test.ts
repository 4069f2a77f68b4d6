import { expect, test } from 'vitest';
import { FairQueue } from '../../../main/base/fair-queue.ts';

const never = new AbortController().signal;

/** Work that goes on until it is ended. */
function scene(options: { concurrency: number; maximumWaiting: number }) {
  const queue = new FairQueue(options);
  const begun: string[] = [];
  const running: (() => void)[] = [];
  const run = (user: string, signal = never) => {
    const done = queue.run(user, signal, async () => {
      begun.push(user);
      await new Promise<void>((end) => running.push(end));
    });
    done.catch(() => {});
    return done;
  };
  const endOne = async () => {
    running.shift()?.();
    await new Promise(setImmediate);
  };
  return { run, begun, endOne };
}

test('as many run at once as may, and users take turns whatever they asked for', async () => {
  const { run, begun, endOne } = scene({ concurrency: 2, maximumWaiting: 10 });
  for (const user of ['a', 'a', 'a', 'a', 'a', 'b', 'c', 'b']) void run(user);
  expect(begun).toEqual(['a', 'a']);
  for (let count = 0; count < 6; count++) await endOne();
  expect(begun).toEqual(['a', 'a', 'a', 'b', 'c', 'a', 'b', 'a']);
});

test('who finds the queue full is refused with a time after which to try again', async () => {
  const { run } = scene({ concurrency: 1, maximumWaiting: 1 });
  void run('a');
  void run('a');
  await expect(run('b')).rejects.toMatchObject({ code: 'limit-reached', retryAfterSeconds: 5 });
});

test('who has left does not run, and keeps nobody waiting', async () => {
  const { run, begun, endOne } = scene({ concurrency: 1, maximumWaiting: 5 });
  const left = new AbortController();
  void run('a');
  const leaving = run('b', left.signal);
  void run('c');
  left.abort(new Error('left'));
  await endOne();
  await expect(leaving).rejects.toThrow('left');
  expect(begun).toEqual(['a', 'c']);
});
