import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ApiHarness, callerOf, createHarness, memoryClient } from '../support/api-harness.ts';
import { refused } from '../support/refused.ts';

let owned: AsyncDisposableStack;
let harness: ApiHarness;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  harness = await createHarness(owned);
});
afterEach(async () => {
  await owned.disposeAsync();
});

test('keys are each person’s own and the station’s own, are told to open windows at once, and kept', async () => {
  const stop = new AbortController();
  owned.defer(() => stop.abort());
  const person = callerOf(harness, {});
  const client = memoryClient(harness, person);
  const watched = await memoryClient(harness, person).account.watch(undefined, { signal: stop.signal });
  const keys = async () => {
    const { done, value } = await watched.next();
    if (done === true) throw new Error('nothing more is told');
    return value.keys;
  };
  expect(await keys()).toEqual({});
  await client.account.changeKeys({ 'full-screen': 'Shift+W', palette: '$mod+p' });
  expect(await keys()).toEqual({ 'full-screen': 'Shift+W', palette: '$mod+p' });
  expect(harness.store.users.keys(person.principal.userId)).toEqual({
    'full-screen': 'Shift+W',
    palette: '$mod+p',
  });
  // A station that is nobody's.
  harness.store.settings.saveStationRoleId('viewer');
  const station = memoryClient(harness, harness.access.callers.open({ kind: 'station' }));
  await station.account.changeKeys({ health: 'F2' });
  expect(harness.store.settings.stationKeys).toEqual({ health: 'F2' });
  await client.account.changeKeys({});
  expect(await keys()).toEqual({});
  for (const wrong of [{ 'full-screen': '' }, { 'full-screen': 'a b' }, { 'Full Screen!': 'f' }])
    expect((await refused(client.account.changeKeys(wrong))).code).toBe('bad-input');
});
