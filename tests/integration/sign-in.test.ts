import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { totpCode } from '../../main/access/totp.ts';
import { Secret } from '../../main/base/secret.ts';
import { type Account, account } from '../../main/contract/people.ts';
import { ownerUserId } from '../../main/contract/rights.ts';
import type { HttpHost } from '../../main/hosts/http-host.ts';
import {
  type ApiClient,
  type ApiHarness,
  connectTo,
  createHarness,
  memoryClient,
  originOf,
  signIn,
  startHost,
} from '../support/api-harness.ts';
import { refusal } from '../support/api-scene.ts';
import { refused } from '../support/refused.ts';

const password = 'violet teapot harbour';
let owned: AsyncDisposableStack;
let harness: ApiHarness;
let host: HttpHost;
let owner: ApiClient;
let erika: string;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  harness = await createHarness(owned);
  host = owned.use(await startHost(harness));
  owner = memoryClient(harness);
  erika = (await owner.people.add({ name: 'Erika', roleId: 'viewer', password })).id;
});
afterEach(async () => {
  await owned.disposeAsync();
});

interface Answer {
  status: number;
  code?: string;
  message?: string;
  /** As a browser would send them back. */
  cookies: string;
}

async function post(body: object, cookies = ''): Promise<Answer> {
  const response = await fetch(`${originOf(host)}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: originOf(host), cookie: cookies },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const set = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '');
  return { status: response.status, ...(text === '' ? {} : JSON.parse(text)), cookies: set.join('; ') };
}

async function isSignedIn(cookie: string): Promise<boolean> {
  const response = await fetch(`${originOf(host)}/session`, { headers: { cookie } });
  return response.status === 204;
}

test('name and password open a session of this user, with what this user may do', async () => {
  const { status, cookies } = await post({ name: ' erika', password });
  expect(status).toBe(204);
  const { client } = await connectTo(host, owned, cookies);
  const account = await client.account.watch();
  expect((await account.next()).value).toMatchObject({
    ...{ kind: 'person', userId: erika, name: 'Erika', roleName: 'Viewer' },
    sessions: [{ userId: erika, address: '127.0.0.1' }],
  });
  expect((await refusal(client.people.watch())).code).toBe('not-allowed');
  expect(harness.store.sessions.list()).toMatchObject([{ userId: erika }]);
});

test('a link signs the owner in', async () => {
  const { client } = await connectTo(host, owned);
  const account = await client.account.watch();
  expect((await account.next()).value).toMatchObject({ userId: ownerUserId, roleName: 'Owner' });
});

test('a wrong password and a name that nobody has are answered alike', async () => {
  await owner.people.add({ name: 'Gone', roleId: 'viewer', password });
  const [gone] = harness.access.people.state.users.filter(({ name }) => name === 'Gone');
  await owner.people.edit({ id: gone?.id ?? '', disabled: true });
  const answers = [
    await post({ name: 'Erika', password: 'wrong' }),
    await post({ name: 'Nobody', password }),
    // Has no password yet.
    await post({ name: 'Owner', password }),
    await post({ name: 'Gone', password }),
  ];
  const refusedAlike = { status: 401, code: 'sign-in-refused', message: 'Name or password is not right.' };
  for (const answer of answers) expect(answer).toEqual({ ...refusedAlike, cookies: '' });
});

test('signing out ends the session', async () => {
  const { cookies } = await post({ name: 'Erika', password });
  expect(await isSignedIn(cookies)).toBe(true);
  const origin = originOf(host);
  await fetch(`${origin}/session`, { method: 'DELETE', headers: { origin, cookie: cookies } });
  expect(await isSignedIn(cookies)).toBe(false);
});

test('a new password ends all other sessions of its user, and needs the old one', async () => {
  const other = await post({ name: 'Erika', password });
  const ownersCookie = await signIn(host);
  const { cookies } = await post({ name: 'Erika', password });
  const { client } = await connectTo(host, owned, cookies);
  const newPassword = 'copper lantern fjord';
  expect(await refused(client.account.changePassword({ newPassword }))).toMatchObject({ code: 'bad-input' });
  const wrong = client.account.changePassword({ currentPassword: 'x', newPassword });
  expect(await refused(wrong)).toMatchObject({ code: 'bad-input' });
  expect(await isSignedIn(other.cookies)).toBe(true);
  await client.account.changePassword({ currentPassword: password, newPassword });
  expect(await isSignedIn(other.cookies)).toBe(false);
  expect(await isSignedIn(cookies)).toBe(true);
  expect(await isSignedIn(ownersCookie)).toBe(true);
  expect((await post({ name: 'Erika', password })).code).toBe('sign-in-refused');
  expect((await post({ name: 'Erika', password: newPassword })).status).toBe(204);
});

test('everybody ends their own sessions, and no others', async () => {
  const first = await post({ name: 'Erika', password });
  const ownersCookie = await signIn(host);
  const { cookies } = await post({ name: 'Erika', password });
  const { client } = await connectTo(host, owned, cookies);
  const sessions = harness.store.sessions.list();
  const idOf = (userId: string, index: number) =>
    sessions.filter((session) => session.userId === userId)[index]?.id ?? '';
  expect(await refused(client.account.endSession({ id: idOf(ownerUserId, 0) }))).toMatchObject({
    code: 'not-found',
  });
  const mine: AsyncIterator<Account, unknown, void> = await client.account.watch();
  const own = account.parse((await mine.next()).value);
  const others = own.sessions.filter(({ id }) => id !== own.sessionId);
  expect(others).toHaveLength(1);
  await client.account.endSession({ id: others[0]?.id ?? '' });
  expect(await isSignedIn(first.cookies)).toBe(false);
  expect(await isSignedIn(cookies)).toBe(true);
  expect(await isSignedIn(ownersCookie)).toBe(true);
});

describe('a second factor', () => {
  /** That of the half minute in which the test begins is taken in the next one, too, and that of the next one now. */
  const codesFrom = (begin: number) => (key: string, steps: 0 | 1) =>
    totpCode(new Secret(key), Math.floor(begin / 30_000) + steps);

  test('is asked after the password, and each code is good once', async () => {
    const codeOf = codesFrom(Date.now());
    const { cookies } = await post({ name: 'Erika', password });
    const { client } = await connectTo(host, owned, cookies);
    const { key, address } = await client.account.offerSecondFactor();
    expect(address).toContain(`secret=${key}`);
    expect(await refused(client.account.confirmSecondFactor({ code: '000000' }))).toMatchObject({
      code: 'bad-input',
    });
    // Not before it was confirmed.
    expect((await post({ name: 'Erika', password })).status).toBe(204);
    await client.account.confirmSecondFactor({ code: codeOf(key, 0) });
    expect(await post({ name: 'Erika', password })).toMatchObject({
      status: 401,
      code: 'second-factor-needed',
    });
    expect((await post({ name: 'Erika', password: 'wrong', code: codeOf(key, 1) })).code).toBe(
      'sign-in-refused',
    );
    const code = codeOf(key, 1);
    expect((await post({ name: 'Erika', password, code })).status).toBe(204);
    expect((await post({ name: 'Erika', password, code })).code).toBe('second-factor-needed');
    expect((await post({ name: 'Erika', password, code: codeOf(key, 0) })).code).toBe('second-factor-needed');
    const stored = harness.store.database.prepare('SELECT * FROM user').all();
    expect(JSON.stringify(stored)).not.toContain(key);
    await client.account.removeSecondFactor({ currentPassword: password });
    expect((await post({ name: 'Erika', password })).status).toBe(204);
  });
});

describe('whoever guesses', () => {
  test('is slowed down, and locks nobody out who has signed in from the same browser before', async () => {
    const known = await post({ name: 'Erika', password });
    expect(known.cookies).toContain('gatehouse-browser-');
    const statuses: number[] = [];
    for (let index = 0; index < 8; index++)
      statuses.push((await post({ name: 'Erika', password: `guess ${index}` })).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    // The right one from an unknown browser waits as well: else it would tell the guesser.
    expect((await post({ name: 'Erika', password })).code).toBe('limit-reached');
    expect((await post({ name: 'Erika', password }, known.cookies)).status).toBe(204);
    // Others are not concerned.
    await owner.people.add({ name: 'Otto', roleId: 'viewer', password });
    expect((await post({ name: 'Otto', password })).status).toBe(204);
  });

  test('with many tries at once gets no more of them', async () => {
    const tries = Array.from({ length: 20 }, (_, index) =>
      post({ name: 'Erika', password: `guess ${index}` }),
    );
    const answers = await Promise.all(tries);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(15);
  });

  test('gets no further with a cookie of their own making', async () => {
    for (let index = 0; index < 5; index++)
      await post({ name: 'Erika', password: 'x' }, `gatehouse-browser-${host.port}=made-up-${index}`);
    const another = await post({ name: 'Erika', password }, `gatehouse-browser-${host.port}=made-up`);
    expect(another.code).toBe('limit-reached');
  });
});
