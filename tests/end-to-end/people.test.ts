import { MessageChannel } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { expect, test } from 'vitest';
import { demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import type { Engine } from '../../main/engine/engine.ts';
import type { ApiClient } from '../support/api-harness.ts';
import { findings } from '../support/axe-findings.ts';
import { untilTiles } from '../support/console-page.ts';
import { consoleSuite } from '../support/console-suite.ts';

const suite = consoleSuite();
const password = 'violet teapot harbour';

/** The desktop window's way in: the owner's. */
function ownerOf(engine: Engine): ApiClient {
  const { port1, port2 } = new MessageChannel();
  engine.servePort(port1);
  const client: ApiClient = createORPCClient(new RPCLink({ port: port2 }));
  port2.start();
  suite.owned.defer(() => port2.close());
  return client;
}

test('somebody signs in by name, sees what a viewer may, and is signed out everywhere when disabled', async () => {
  const { cameras } = suite.owned.use(await startVirtualCameras({ count: 2 }));
  const engine = await suite.start(demoCameraInputs(cameras));
  const owner = ownerOf(engine);
  const { id } = await owner.people.add({ name: 'Erika', roleId: 'viewer', password });
  const { page, errors } = await suite.openUrl(`http://127.0.0.1:${engine.http?.port}/`);
  await page.getByLabel('Name').fill('erika');
  await page.getByLabel('Password').fill('not hers');
  await page.keyboard.press('Enter');
  await page.getByText('Name or password is not right.').waitFor();
  await page.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
  await untilTiles(page, 'live', 2);
  expect(page.url()).not.toContain('violet');
  // The browser has words of its own for the answers 401.
  expect(errors.join()).not.toContain('not signed in');
  // What she may not do is not offered.
  expect(await page.getByRole('button', { name: 'New wall' }).count()).toBe(0);
  await page.keyboard.press('s');
  await page.getByRole('button', { name: 'Erika…' }).waitFor();
  expect(await page.getByRole('heading', { level: 3, includeHidden: false }).allInnerTexts()).toEqual([
    ...['Language', 'Theme', 'Size', 'Motion'],
    'Connection of this window',
    'Your account',
    'About',
  ]);
  await page.keyboard.press('Escape');
  // Keys belong to a dialog until it is gone.
  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('a');
  await page.getByText('You are not allowed to do this.').waitFor();

  // A camera that is taken out of her sight leaves the wall.
  const role = {
    ...{ id: crypto.randomUUID(), name: 'One camera', hours: null },
    rights: {
      console: [],
      cameras: [
        { scope: 'camera' as const, cameraId: engine.cameras.list()[0]?.id ?? '', rights: ['live' as const] },
      ],
    },
  };
  await owner.people.saveRole(role);
  await owner.people.edit({ id, roleId: role.id });
  await page.getByText('What you may do has changed.').first().waitFor();
  await untilTiles(page, 'live', 1);

  await owner.people.edit({ id, disabled: true });
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await page.locator('[data-tile]').count()).toBe(0);
});

test('a locked console goes on showing its wall, takes no key, stays locked when loaded again and is in the audit', async () => {
  const { cameras } = suite.owned.use(await startVirtualCameras({ count: 2 }));
  const engine = await suite.start(demoCameraInputs(cameras));
  const owner = ownerOf(engine);
  await owner.account.changePassword({ newPassword: password });
  await owner.account.changePin({ currentPassword: password, newPin: '2580' });
  const { page } = await suite.open(engine);
  await untilTiles(page, 'live', 2);
  await page.getByRole('button', { name: 'Lock' }).waitFor();
  const [before] = engine.viewers.viewers;
  await page.keyboard.press('Shift+L');
  await page.getByText('Locked by Owner').waitFor();
  await untilTiles(page, 'live', 2);
  // The same peer connection: no picture began anew.
  expect([...engine.viewers.viewers]).toEqual([before]);
  expect(await page.getByRole('button').allInnerTexts()).toEqual(['Unlock…']);
  expect(await findings(page), 'locked').toEqual([]);
  await page.keyboard.press('s');
  await page.getByLabel('PIN of Owner').fill('8520');
  await page.keyboard.press('Enter');
  await page.getByText('is not right').waitFor();
  expect(await findings(page), 'unlocking').toEqual([]);

  await page.reload();
  await page.getByText('Locked by Owner').waitFor();
  await untilTiles(page, 'live', 2);
  await page.locator('[data-tile]').first().click({ force: true });
  await page.getByLabel('PIN of Owner').fill('2580');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Show the audit…' }).click();
  await page.getByLabel('What was done').selectOption('Own accounts');
  await page.getByText('Unlocked the console').first().waitFor();
  const deeds = await page
    .locator('[data-audit-did]')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-audit-did')));
  expect(deeds.filter((deed) => deed === 'account.unlock')).toHaveLength(2);
  await page.getByText('Not done: bad input').waitFor();
  await page.getByLabel('Search the audit').fill('weather');
  await page
    .getByText('Nothing of this kind is in the audit. Choose more above, or a longer time.')
    .waitFor();
  await page.getByLabel('Search the audit').fill('owner');
  await page.getByText('Unlocked the console').first().waitFor();
  expect(await findings(page), 'audit').toEqual([]);
});
