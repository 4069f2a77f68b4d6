import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Caller } from '../../main/access/callers.ts';
import { hashToken } from '../../main/access/principal.ts';
import { whileLocked } from '../../main/api/lock-rules.ts';
import { ownerUserId } from '../../main/contract/rights.ts';
import { viewerEvent } from '../../main/contract/viewer.ts';
import { type ApiClient, type ApiHarness, createHarness, memoryClient } from '../support/api-harness.ts';
import { procedures, samples } from '../support/api-samples.ts';
import { call, refusal } from '../support/api-scene.ts';

const password = 'violet teapot harbour';
const pin = '2580';
let owned: AsyncDisposableStack;
let harness: ApiHarness;
let caller: Caller;
let client: ApiClient;
let token: string;
let gate: string;
let yard: string;
let wall: string;

/** A browser in which the owner is signed in. */
function openSession(signedIn: string): Caller {
  const opened = harness.access.callers.open(
    { kind: 'session', tokenHash: hashToken(signedIn) },
    '127.0.0.1',
  );
  if (opened === undefined) throw new Error('nobody');
  return opened;
}

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  harness = await createHarness(owned);
  const { access } = harness;
  token = access.sessions.open(ownerUserId, { address: '127.0.0.1', browser: '' });
  caller = openSession(token);
  client = memoryClient(harness, caller);
  gate = (await client.cameras.add({ name: 'Gate', mainUrl: 'rtsp://127.0.0.1:1/gate' })).id;
  yard = (await client.cameras.add({ name: 'Yard', mainUrl: 'rtsp://127.0.0.1:1/yard' })).id;
  wall = randomUUID();
  await client.layouts.save({ id: wall, name: 'Night', grid: '4', tiles: [gate, null] });
  await client.layouts.save({ id: randomUUID(), name: 'Day', grid: '4', tiles: [yard] });
  await client.account.changePassword({ newPassword: password });
});
afterEach(async () => {
  await owned.disposeAsync();
});

const isLocked = () => caller.principal.lock !== null;

test('of a locked console every call is refused but those that its wall lives from', async () => {
  const known = new Set(procedures.map(({ path }) => path));
  for (const path of whileLocked) expect(known.has(path), path).toBe(true);
  await client.account.lock({ layoutId: wall });
  for (const { path } of procedures) {
    if (whileLocked.has(path)) continue;
    expect((await refusal(call(client, path, samples[path]))).code, path).toBe('locked');
  }
  expect(isLocked()).toBe(true);
});

test('only the cameras of the wall are there, with nothing but their pictures', async () => {
  await client.account.lock({ layoutId: wall });
  const first = async (events: AsyncIterator<unknown>) => {
    const { value } = await events.next();
    await events.return?.();
    return value;
  };
  const text = JSON.stringify([
    await first(await client.cameras.watch()),
    await first(await client.layouts.watch()),
    await first(await client.events.watch()),
    await first(await client.site.watch()),
    await first(await client.account.watch()),
  ]);
  expect(text).toContain('Gate');
  expect(text).toContain('Night');
  expect(text).not.toMatch(/Yard|Day"|rtsp:|gatehouse-api-/);
  const events = await client.viewer.open({ slots: 1 });
  const { viewerId } = viewerEvent.options[0].parse((await events.next()).value);
  const show = (cameraId: string) =>
    client.viewer.show({ viewerId, bindings: [{ slot: 0, cameraId, profile: 'main', assignment: 1 }] });
  await show(gate);
  expect((await refusal(show(yard))).code).toBe('not-found');
  await events.return?.();
});

test('pictures go on when it is locked and unlocked, and what was read begins anew', async () => {
  const viewer = await client.viewer.open({ slots: 1 });
  const { viewerId } = viewerEvent.options[0].parse((await viewer.next()).value);
  // Another camera in another window of the same browser stays, too.
  await client.viewer.show({
    viewerId,
    bindings: [{ slot: 0, cameraId: yard, profile: 'main', assignment: 1 }],
  });
  const watching = await client.cameras.watch();
  await watching.next();
  const ended = watching.next();
  await client.account.lock({ layoutId: wall });
  await expect(ended).rejects.toMatchObject({ code: 'access-changed' });
  expect(caller.principal.rights.onlyCameras).toEqual([gate, yard]);
  await client.account.unlock({ by: 'password', secret: password });
  expect(isLocked()).toBe(false);
  expect([...harness.viewers.viewers].map(({ id }) => id)).toEqual([viewerId]);
  await viewer.return?.();
});

test('a lock outlives the window and is that of one browser', async () => {
  const other = openSession(harness.access.sessions.open(ownerUserId, { address: '', browser: '' }));
  await client.account.lock({ layoutId: wall });
  expect(openSession(token).principal.lock).toEqual({ userId: ownerUserId, cameraIds: [gate] });
  expect(other.principal.lock).toBeNull();
  expect(harness.audit.state.entries).toBeGreaterThan(0);
  const { entries } = await harness.audit.list({ did: 'account.lock', limit: 1 });
  expect(entries).toMatchObject([{ who: { name: 'Owner' }, details: { layoutId: wall } }]);
});

test('a right that is taken away while it is locked is taken away', async () => {
  const id = randomUUID();
  const { store, access } = harness;
  store.users.save({
    ...{ id, name: 'Erika', roleId: 'viewer', disabled: false, sealedTotpKey: null },
    passwordHash: store.users.find(ownerUserId)?.passwordHash ?? null,
  });
  const erika = openSession(access.sessions.open(id, { address: '', browser: '' }));
  await memoryClient(harness, erika).account.lock({ layoutId: wall });
  const before = erika.rightsSignal;
  store.users.save({
    ...{ id, name: 'Erika', roleId: 'nobody', disabled: false, sealedTotpKey: null, passwordHash: null },
  });
  access.people.announce();
  expect(before.aborted).toBe(true);
  expect(erika.principal.rights).toMatchObject({ cameras: [] });
});

test('a PIN unlocks, slows down who guesses, and is nobody’s password', async () => {
  expect(
    (await refusal(client.account.changePin({ currentPassword: 'wrong one', newPin: pin }))).data.issues,
  ).toMatchObject([{ path: 'currentPassword' }]);
  for (const weak of ['0000', '1234', '98765']) {
    const { data } = await refusal(client.account.changePin({ currentPassword: password, newPin: weak }));
    expect(data.issues).toMatchObject([{ path: 'newPin' }]);
  }
  await client.account.changePin({ currentPassword: password, newPin: pin });
  await client.account.lock({ layoutId: wall });
  const account = (await (await client.account.watch()).next()).value;
  expect(account).toMatchObject({ hasPin: true, lock: { name: 'Owner', takesPin: true }, sessions: [] });
  await client.account.unlock({ by: 'pin', secret: pin });
  expect(isLocked()).toBe(false);
  await client.account.lock({ layoutId: wall });
  for (let count = 0; count < 4; count++) {
    const { data } = await refusal(client.account.unlock({ by: 'pin', secret: '8520' }));
    expect(data.issues).toMatchObject([{ path: 'secret', message: 'is not right' }]);
  }
  expect((await refusal(client.account.unlock({ by: 'pin', secret: pin }))).code).toBe('limit-reached');
  expect(isLocked()).toBe(true);
  const source = { address: '192.0.2.1', browserKey: '', isKnownTo: () => false };
  await expect(harness.access.signIn.check({ name: 'owner', password: pin }, source)).rejects.toMatchObject({
    code: 'sign-in-refused',
  });
});

test('after ten wrong PINs only the password unlocks, also when the engine was started again', async () => {
  await client.account.changePin({ currentPassword: password, newPin: pin });
  await client.account.lock({ layoutId: wall });
  for (let count = 0; count < 10; count++) harness.store.users.countPinFailure(ownerUserId);
  const { data } = await refusal(client.account.unlock({ by: 'pin', secret: pin }));
  expect(data.issues).toMatchObject([
    { path: 'secret', message: 'No PIN is taken here now. Type the password.' },
  ]);
  expect(
    (await refusal(client.account.unlock({ by: 'password', secret: 'not that one' }))).data.issues,
  ).toMatchObject([{ path: 'secret' }]);
  await client.account.unlock({ by: 'password', secret: password });
  await client.account.lock({ layoutId: wall });
  await client.account.unlock({ by: 'pin', secret: pin });
  expect(isLocked()).toBe(false);
});

test('nobody locks what nobody could unlock', async () => {
  const { store } = harness;
  const owner = store.users.find(ownerUserId);
  if (owner === undefined) throw new Error('no owner');
  store.users.save({ ...owner, passwordHash: null });
  expect((await refusal(client.account.lock({ layoutId: wall }))).code).toBe('bad-input');
  store.settings.saveStationRoleId('viewer');
  const station = memoryClient(harness);
  expect((await refusal(station.account.lock({ layoutId: wall }))).code).toBe('not-allowed');
});

test('the desktop is locked with all its windows, and signing out there does not unlock it', async () => {
  const { callers } = harness.access;
  const [window, second] = [callers.open({ kind: 'station' }), callers.open({ kind: 'station' })];
  await memoryClient(harness, window).account.lock({ layoutId: wall });
  for (const each of [window, second, callers.open({ kind: 'station' })])
    expect(each.principal.lock).toMatchObject({ userId: ownerUserId });
  await memoryClient(harness, window).account.signOut();
  expect(window.principal.lock).not.toBeNull();
  expect(
    (await refusal(memoryClient(harness, second).account.signIn({ name: 'owner', password }))).code,
  ).toBe('locked');
  await memoryClient(harness, second).account.unlock({ by: 'password', secret: password });
  expect(window.principal.lock).toBeNull();
});
