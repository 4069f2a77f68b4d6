import { expect, test } from 'vitest';
import { Gate } from '../../../main/base/gate.ts';

const never = new AbortController().signal;

test('one is let in at a time, in the order of coming', async () => {
  const gate = new Gate();
  const inside: string[] = [];
  const first = await gate.enter(never);
  const others = ['second', 'third'].map(async (name) => {
    using _turn = await gate.enter(never);
    inside.push(name);
    expect(inside.at(-1)).toBe(name);
  });
  await new Promise(setImmediate);
  expect(inside).toEqual([]);
  first[Symbol.dispose]();
  await Promise.all(others);
  expect(inside).toEqual(['second', 'third']);
});

test('who gives up keeps nobody waiting, and lets nobody overtake', async () => {
  const gate = new Gate();
  const first = await gate.enter(never);
  const stop = new AbortController();
  const second = gate.enter(stop.signal);
  let isThirdIn = false;
  const third = gate.enter(never).then((turn) => {
    isThirdIn = true;
    return turn;
  });
  stop.abort();
  await expect(second).rejects.toBe(stop.signal.reason);
  await new Promise(setImmediate);
  expect(isThirdIn).toBe(false);
  first[Symbol.dispose]();
  (await third)[Symbol.dispose]();
  await expect(gate.enter(stop.signal)).rejects.toBe(stop.signal.reason);
  (await gate.enter(never))[Symbol.dispose]();
});
