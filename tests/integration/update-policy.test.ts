import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ApiClient, type ApiHarness, createHarness, memoryClient } from '../support/api-harness.ts';

let owned: AsyncDisposableStack;
let harness: ApiHarness;
let client: ApiClient;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  harness = await createHarness(owned);
  client = memoryClient(harness);
});
afterEach(async () => {
  await owned.disposeAsync();
});

const chosen = { feed: '\\\\server\\gatehouse', installAt: '03:00' };

test('where new versions come from is stored beside the kiosk', async () => {
  const kiosk = { enabled: true, displays: 'all' as const, startAtLogin: false };
  await client.policy.changeKiosk(kiosk);
  await client.policy.changeUpdates(chosen);
  expect(await client.policy.read()).toMatchObject({ kiosk, updates: { ...chosen, forbidden: false } });
  await client.policy.changeUpdates({ feed: null, installAt: 'quit' });
  expect((await client.policy.read()).updates).toMatchObject({ feed: null });
});

test.each(['ftp://server/x', 'http://guard:hunter2@server/x', 'updates', 'http://', '\\\\'])(
  '%s is no place for a feed',
  async (feed) => {
    await expect(client.policy.changeUpdates({ ...chosen, feed })).rejects.toThrow();
    expect((await client.policy.read()).updates).toBeNull();
  },
);

test('what a site file forbids nobody allows by the API', async () => {
  const forbidden = { ...chosen, forbidden: true };
  const text = JSON.stringify({ format: 'gatehouse-site', version: 1, updates: forbidden });
  await client.site.import({ text });
  await expect(client.policy.changeUpdates(chosen)).rejects.toThrow(/The site file forbids updates/);
  expect((await client.policy.read()).updates).toEqual(forbidden);
});
