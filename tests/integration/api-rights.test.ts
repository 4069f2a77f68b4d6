import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Caller } from '../../main/access/callers.ts';
import { type ViewerEvent, viewerEvent } from '../../main/contract/viewer.ts';
import {
  type ApiClient,
  type ApiHarness,
  callerOf,
  createHarness,
  memoryClient,
  openSocket,
  signIn,
  startHost,
} from '../support/api-harness.ts';
import { unknownId } from '../support/api-samples.ts';
import { refusal } from '../support/api-scene.ts';
import { refused } from '../support/refused.ts';

let owned: AsyncDisposableStack;
let harness: ApiHarness;
let owner: ApiClient;
let yard: string;
let gate: string;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  harness = await createHarness(owned);
  owner = memoryClient(harness);
  const add = async (name: string, group: string) =>
    (await owner.cameras.add({ name, group, username: 'guard', mainUrl: `rtsp://127.0.0.1:1/${name}` })).id;
  yard = await add('Yard', 'Outside');
  gate = await add('Gate', 'Secret');
});
afterEach(async () => {
  await owned.disposeAsync();
});

const watcher = () =>
  callerOf(harness, { cameras: [{ scope: 'group', group: 'Outside', rights: ['live', 'listen'] }] });

async function openWindow(client: ApiClient) {
  const events: AsyncIterator<ViewerEvent, unknown, void> = await client.viewer.open({ slots: 1 });
  const { viewerId } = viewerEvent.options[0].parse((await events.next()).value);
  return { events, viewerId };
}

/** The error with which a subscription ends, whatever it says before. */
async function endOf(
  events: AsyncIterator<unknown, unknown, void>,
): Promise<{ code: string; message: string }> {
  try {
    while ((await events.next()).done !== true);
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('it has ended without a reason');
}

describe('somebody who sees some cameras', () => {
  test('has no other in any list or subscription', async () => {
    const client = memoryClient(harness, watcher());
    const secret = async (texts: unknown[]) => {
      for (const text of texts) expect(JSON.stringify(text)).not.toMatch(/Gate|Secret/);
      expect(JSON.stringify(texts)).not.toContain(gate);
    };
    const watching = await client.cameras.watch();
    const cameras = await watching.next();
    await secret([await client.cameras.list(), cameras.value]);
    expect(await client.cameras.list()).toMatchObject([
      { id: yard, name: 'Yard', mainUrl: '', username: null },
    ]);
    // A change of a hidden camera is no event: the next one is about the other camera.
    await owner.cameras.edit({ id: gate, name: 'Secret Gate' });
    await owner.cameras.remove({ ids: [gate] });
    await owner.cameras.restore({ ids: [gate] });
    await owner.cameras.edit({ id: yard, name: 'Court' });
    for await (const event of { [Symbol.asyncIterator]: () => watching }) {
      await secret([event]);
      if (event.type === 'camera' && event.camera.name === 'Court') break;
    }
  });

  test('sees the walls that show one of them, and no notice of the site', async () => {
    const save = (id: string, name: string, tiles: (string | null)[]) =>
      owner.layouts.save({ id, name, grid: '4', tiles });
    await save(unknownId, 'Vault', [gate, null]);
    await save(unknownId.replace('6f', '7f'), 'Both', [gate, yard]);
    harness.site.notify('clock-jumped', 'The clock jumped.');
    const client = memoryClient(harness, watcher());
    expect((await client.layouts.list()).map(({ name }) => name)).toEqual(['All cameras', 'Both']);
    const walls = await client.layouts.watch();
    expect(JSON.stringify((await walls.next()).value)).not.toContain('Vault');
    // It comes with its first camera that is seen, and goes with the last.
    await save(unknownId, 'Vault', [yard]);
    expect((await walls.next()).value).toMatchObject({ type: 'layout', layout: { name: 'Vault' } });
    await save(unknownId, 'Vault', [gate]);
    expect((await walls.next()).value).toEqual({ type: 'removed', layoutId: unknownId });
    const site = await client.site.watch();
    expect((await site.next()).value).toMatchObject({ dataFolder: '', notices: [], backups: [] });
    await Promise.all([walls.return(undefined), site.return(undefined)]);
  });

  test('reads the events of those, page by page without gaps', async () => {
    for (let index = 0; index < 10; index++) {
      const cameraId = index % 3 === 0 ? yard : gate;
      harness.events.add({
        cameraId,
        kind: 'motion',
        state: 'pulse',
        source: String(index),
        at: index * 1_000 + Date.now(),
      });
    }
    const client = memoryClient(harness, watcher());
    const first = await client.events.list({ limit: 3 });
    expect(first.events.map(({ source }) => source)).toEqual(['9', '6', '3']);
    const second = await client.events.list({
      limit: 3,
      ...(first.cursor === null ? {} : { cursor: first.cursor }),
    });
    expect(second).toMatchObject({ events: [{ source: '0' }], cursor: null });
    const hidden = await client.events.list({ cameraId: gate });
    expect(hidden).toEqual(await client.events.list({ cameraId: unknownId }));
  });

  test('may put none into another group, and add none', async () => {
    const rights = {
      scope: 'group' as const,
      group: 'Outside',
      rights: ['live' as const, 'manage' as const],
    };
    const client = memoryClient(harness, callerOf(harness, { console: ['discovery'], cameras: [rights] }));
    const door = { name: 'Door', mainUrl: 'rtsp://127.0.0.1:1/door' };
    expect((await refusal(client.cameras.edit({ id: yard, group: 'Secret' }))).code).toBe('not-allowed');
    expect((await refusal(client.cameras.change({ ids: [yard], group: '' }))).code).toBe('not-allowed');
    expect((await refusal(client.cameras.add({ ...door, group: 'Secret' }))).code).toBe('not-allowed');
    expect(await client.cameras.add({ ...door, group: 'Outside' })).toMatchObject({ group: 'Outside' });
  });
});

describe('windows', () => {
  test('show and let hear what may be seen and heard; a hidden camera is one that is not there', async () => {
    const client = memoryClient(harness, watcher());
    const { events, viewerId } = await openWindow(client);
    const show = (cameraId: string) =>
      client.viewer.show({ viewerId, bindings: [{ slot: 0, cameraId, profile: 'main' }] });
    const listen = (cameraId: string) => client.viewer.listen({ viewerId, cameraId, profile: 'main' });
    await show(yard);
    await listen(yard);
    for (const ask of [show, listen]) {
      expect((await refusal(ask(gate))).code).toBe('not-found');
      expect(await refusal(ask(gate))).toEqual(await refusal(ask(unknownId)));
    }
    const quiet = memoryClient(harness, callerOf(harness, { cameras: [{ scope: 'all', rights: ['live'] }] }));
    const other = await openWindow(quiet);
    const heard = { viewerId: other.viewerId, cameraId: yard, profile: 'main' as const };
    expect((await refusal(quiet.viewer.listen(heard))).code).toBe('not-allowed');
    await Promise.all([events.return?.(undefined), other.events.return?.(undefined)]);
  });

  test('look back only where that may be done, and everybody may come back to the present', async () => {
    const client = memoryClient(
      harness,
      callerOf(harness, { cameras: [{ scope: 'all', rights: ['live'] }] }),
    );
    const { events, viewerId } = await openWindow(client);
    await client.viewer.show({
      viewerId,
      bindings: [{ slot: 0, cameraId: yard, profile: 'main', assignment: 1 }],
    });
    const replay = (kind: 'pause' | 'live', slot = 0) =>
      client.viewer.replay({ viewerId, slot, assignment: 1, command: { kind } });
    expect((await refusal(replay('pause'))).code).toBe('not-allowed');
    expect((await refusal(replay('pause', 1))).code).toBe('not-found');
    await replay('live');
    const own = memoryClient(
      harness,
      callerOf(harness, { cameras: [{ scope: 'all', rights: ['live', 'replay'] }] }),
    );
    const other = await openWindow(own);
    const bindings = [{ slot: 0, cameraId: yard, profile: 'main' as const, assignment: 1 }];
    await own.viewer.show({ viewerId: other.viewerId, bindings });
    const asked = own.viewer.replay({
      viewerId: other.viewerId,
      slot: 0,
      assignment: 1,
      command: { kind: 'pause' },
    });
    // Nothing came of it yet: it is allowed, and there is nothing.
    expect((await refusal(asked)).message).toMatch(/Nothing of this camera/);
    await Promise.all([events.return?.(undefined), other.events.return?.(undefined)]);
  });

  test('of others are not there', async () => {
    const { events, viewerId } = await openWindow(owner);
    const stranger = memoryClient(harness);
    const candidate = { candidate: '', sdpMid: null, sdpMLineIndex: null };
    const ways = (viewerId: string) => [
      stranger.viewer.show({ viewerId, bindings: [] }),
      stranger.viewer.listen({ viewerId, cameraId: null, profile: 'main' }),
      stranger.viewer.replay({ viewerId, slot: 0, assignment: 0, command: { kind: 'live' } }),
      stranger.viewer.answer({ viewerId, sdp: 'v=0' }),
      stranger.viewer.candidate({ viewerId, candidate }),
    ];
    const foreign = await Promise.all(ways(viewerId).map(refusal));
    const absent = await Promise.all(ways(unknownId).map(refusal));
    expect(foreign).toEqual(absent);
    expect(absent[0]).toMatchObject({ code: 'not-found' });
    await events.return?.(undefined);
  });
});

describe('a right that is taken away', () => {
  /** Somebody who watches, with a window that shows a camera. */
  async function watchingScene(caller: Caller) {
    const client = memoryClient(harness, caller);
    const { events, viewerId } = await openWindow(client);
    await client.viewer.show({ viewerId, bindings: [{ slot: 0, cameraId: yard, profile: 'main' }] });
    const cameras: AsyncIterator<unknown, unknown, void> = await client.cameras.watch();
    await cameras.next();
    expect([...harness.viewers.viewers]).toHaveLength(1);
    return { client, ends: [endOf(events), endOf(cameras)] };
  }

  const personOf = (caller: Caller) => caller.principal.userId ?? '';

  test('with the role ends pictures and subscriptions, and says why', async () => {
    const caller = watcher();
    const { client, ends } = await watchingScene(caller);
    const { roleId } = caller.principal;
    const [role] = harness.access.people.state.roles.filter(({ id }) => id === roleId);
    if (role === undefined) throw new Error('no role');
    const { isBuiltIn: _, ...saved } = role;
    await owner.people.saveRole({ ...saved, rights: { console: [], cameras: [] } });
    for (const end of ends) expect(await end).toMatchObject({ code: 'access-changed' });
    expect([...harness.viewers.viewers]).toEqual([]);
    expect(await client.cameras.list()).toEqual([]);
  });

  test('by another role counts at once', async () => {
    const caller = watcher();
    const { ends } = await watchingScene(caller);
    await owner.people.edit({ id: personOf(caller), roleId: 'operator' });
    for (const end of ends) expect(await end).toMatchObject({ code: 'access-changed' });
    expect(caller.principal.roleName).toBe('Operator');
  });

  test.each([
    ['disabled', (id: string) => owner.people.edit({ id, disabled: true })],
    ['removed', (id: string) => owner.people.remove({ id })],
  ])('because the user was %s ends everything', async (_words, take) => {
    const caller = watcher();
    const { client, ends } = await watchingScene(caller);
    await take(personOf(caller));
    for (const end of ends) expect(await end).toMatchObject({ code: 'not-signed-in' });
    expect([...harness.viewers.viewers]).toEqual([]);
    expect(await refused(client.cameras.list())).toMatchObject({ code: 'not-signed-in' });
    expect(await refused(client.account.watch())).toMatchObject({ code: 'not-signed-in' });
  });

  test('because a camera has gone to another group ends the picture', async () => {
    const { client, ends } = await watchingScene(watcher());
    await owner.cameras.change({ ids: [yard], group: 'Secret' });
    for (const end of ends) expect(await end).toMatchObject({ code: 'access-changed' });
    expect([...harness.viewers.viewers]).toEqual([]);
    expect(await client.cameras.list()).toEqual([]);
  });

  test('leaves alone who has it still', async () => {
    const all = callerOf(harness, { cameras: [{ scope: 'all', rights: ['live'] }] });
    const client = memoryClient(harness, all);
    const cameras = await client.cameras.watch();
    await cameras.next();
    await owner.cameras.change({ ids: [yard], group: 'Secret' });
    await owner.people.edit({ id: personOf(watcher()), disabled: true });
    for await (const event of { [Symbol.asyncIterator]: () => cameras })
      if (event.type === 'camera' && event.camera.group === 'Secret') break;
    expect(all.rightsSignal.aborted).toBe(false);
  });

  test('with its session closes the socket of the browser', async () => {
    const host = owned.use(await startHost(harness));
    const socket = await openSocket(host, await signIn(host));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const [session] = harness.access.people.state.sessions;
    await owner.people.endSession({ id: session?.id ?? '' });
    await closed;
    expect(harness.access.people.state.sessions).toEqual([]);
  });
});

describe('people', () => {
  const secret = 'violet teapot harbour';

  test('are told to whoever may, again after each change', async () => {
    const watching = await owner.people.watch();
    expect((await watching.next()).value).toMatchObject({
      users: [{ name: 'Owner' }],
      stationRoleId: 'owner',
    });
    await owner.people.add({ name: 'Erika', roleId: 'viewer', password: secret });
    const { value } = await watching.next();
    expect(value).toMatchObject({ users: [{ name: 'Erika', hasPassword: true }, { name: 'Owner' }] });
    expect(JSON.stringify(value)).not.toContain('argon2');
    await watching.return(undefined);
  });

  test('are not given more than whoever gives has, and the owner is the owner’s', async () => {
    const { id: adminId } = await owner.people.add({ name: 'Ada', roleId: 'admin', password: secret });
    const adminCaller = harness.access.callers.open({ kind: 'user', userId: adminId });
    const admin = memoryClient(harness, adminCaller);
    const [ownerUser] = harness.access.people.state.users.filter(({ roleId }) => roleId === 'owner');
    const id = ownerUser?.id ?? '';
    const limited = memoryClient(
      harness,
      callerOf(harness, { console: ['people'], cameras: [{ scope: 'group', group: 'A', rights: ['live'] }] }),
    );
    const inB = {
      console: [],
      cameras: [{ scope: 'group' as const, group: 'B', rights: ['live' as const] }],
    };
    const tries = [
      admin.people.edit({ id, password: secret }),
      admin.people.edit({ id: adminId, roleId: 'owner' }),
      admin.people.remove({ id }),
      admin.people.setStationRole({ roleId: 'admin' }),
      limited.people.add({ name: 'Eve', roleId: 'viewer', password: secret }),
      limited.people.edit({ id: adminId, disabled: true }),
      limited.people.saveRole({ id: unknownId, name: 'B', rights: inB, hours: null }),
    ];
    for (const each of tries) expect((await refusal(each)).code).toBe('not-allowed');
    expect((await refusal(owner.people.remove({ id }))).code).toBe('bad-input');
    expect((await refusal(owner.people.edit({ id, disabled: true }))).code).toBe('bad-input');
  });

  test('have passwords that are hard to guess, and names of their own', async () => {
    const add = (name: string, password: string) => owner.people.add({ name, roleId: 'viewer', password });
    expect((await refusal(add('Erika', 'short'))).message).toContain('at least 10 characters');
    expect((await refusal(add('Erika Muster', 'ErikaMuster2024'))).message).toContain('tried first');
    await add('Erika', secret);
    expect((await refusal(add('ERIKA ', secret))).code).toBe('already-there');
  });

  test('keep a role that somebody has', async () => {
    const role = { id: unknownId, name: 'Night', rights: { console: [], cameras: [] }, hours: null };
    await owner.people.saveRole(role);
    await owner.people.add({ name: 'Erika', roleId: unknownId, password: secret });
    expect((await refusal(owner.people.removeRole({ id: unknownId }))).message).toContain('Erika');
    expect((await refusal(owner.people.saveRole({ ...role, id: gate }))).code).toBe('already-there');
  });

  test('leave the desktop window to what the owner chose for it, until somebody signs in there', async () => {
    const caller = harness.access.callers.open({ kind: 'station' });
    const station = memoryClient(harness, caller);
    // Without a password nobody could ever take it back.
    expect((await refusal(station.people.setStationRole({ roleId: 'viewer' }))).code).toBe('bad-input');
    await station.account.changePassword({ newPassword: secret });
    await station.people.setStationRole({ roleId: 'viewer' });
    expect(caller.principal).toMatchObject({ kind: 'station', userId: null, roleName: 'Viewer' });
    expect((await refusal(station.people.watch())).code).toBe('not-allowed');
    expect((await refusal(station.account.signIn({ name: 'owner', password: 'wrong' }))).code).toBe(
      'sign-in-refused',
    );
    await station.account.signIn({ name: 'owner', password: secret });
    expect(caller.principal).toMatchObject({ kind: 'person', name: 'Owner', roleName: 'Owner' });
    await station.account.signOut();
    expect(caller.principal).toMatchObject({ kind: 'station', roleName: 'Viewer' });
  });
});
