import type { Page } from 'playwright-core';
import { discoverableCamera } from '../../main/demo/discoverable-cameras.ts';
import { DiscoveryResponder } from '../../main/demo/discovery-responder.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import type { Engine } from '../../main/engine/engine.ts';
import type { EngineDiscoveryOptions } from '../../main/engine/start-discovery.ts';
import { freePorts } from './free-ports.ts';
import { Person } from './person.ts';

const account = { username: 'admin', password: 'Site-4471-north' } as const;

/** What adding all cameras of a site came to. */
export interface AddedSite {
  readonly engine: Engine;
  readonly page: Page;
  readonly person: Person;
  /** Milliseconds from opening the dialog until all were in its list. */
  readonly found: number;
  /** Milliseconds from the last key until all were stored. */
  readonly added: number;
}

/**
 * A person adds so many cameras with ONVIF and one password, from an empty console to all of them stored.
 * @param open a window on a new console
 */
export async function addSite(
  owned: AsyncDisposableStack,
  open: (discovery: EngineDiscoveryOptions) => Promise<{ readonly engine: Engine; readonly page: Page }>,
  count: number,
): Promise<AddedSite> {
  const ports = await freePorts();
  const credentials = { scheme: 'digest-md5', ...account } as const;
  const { cameras } = owned.use(await startVirtualCameras({ count, credentials, onvif: { port: 0 } }));
  const announced = cameras.map((camera, index) => discoverableCamera(camera, index));
  owned.use(await DiscoveryResponder.start(announced, ports));
  const { engine, page } = await open({ scope: 'loopback', ports });
  await page.locator('[data-notice="no-cameras"]').waitFor();
  const person = new Person(page);
  const openedAt = performance.now();
  await person.press('Shift+A');
  await page
    .locator('[data-device]')
    .nth(count - 1)
    .waitFor();
  const found = performance.now() - openedAt;
  await person.click(page.getByLabel('All that are not added yet'));
  await person.click(page.getByLabel('User'));
  await person.type(account.username);
  await person.press('Tab');
  await person.type(account.password);
  await page.getByRole('button', { name: `Add ${count} cameras` }).waitFor();
  const lastKeyAt = performance.now();
  await person.press('Enter');
  await page.waitForFunction(
    (wanted) => document.querySelectorAll('[data-device].added').length === wanted,
    count,
    { polling: 50, timeout: 120_000 },
  );
  return { engine, page, person, found, added: performance.now() - lastKeyAt };
}
