import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Camera } from '../../main/contract/camera.ts';
import { discoverableCamera } from '../../main/demo/discoverable-cameras.ts';
import { DiscoveryResponder } from '../../main/demo/discovery-responder.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { addSite } from '../support/adding-scene.ts';
import { readTiles, untilTiles } from '../support/console-page.ts';
import { consoleSuite } from '../support/console-suite.ts';
import { freePorts, ownLoopbackAddress } from '../support/free-ports.ts';

const suite = consoleSuite();

const credentials = { scheme: 'digest-md5', username: 'guard', password: 'right' } as const;

/** Cameras that can be found: some open to everybody, some that ask for a password. */
async function startCameras(open: number, locked: number) {
  const ports = await freePorts();
  const cameras = [
    ...suite.owned.use(await startVirtualCameras({ count: open })).cameras,
    ...suite.owned.use(await startVirtualCameras({ count: locked, credentials })).cameras,
  ];
  suite.owned.use(
    await DiscoveryResponder.start(
      cameras.map((camera, index) => discoverableCamera(camera, index)),
      ports,
    ),
  );
  return { cameras, discovery: { scope: 'loopback', ports } as const };
}

const rows = (page: Page) => page.locator('[data-device]');

test('cameras are found, chosen all at once and added; what refuses says why and stays chosen', async () => {
  const { cameras, discovery } = await startCameras(2, 1);
  const { engine, page, errors } = await suite.openWith([], discovery);
  await page.getByRole('button', { name: 'Find cameras' }).click();
  await rows(page).nth(2).waitFor();
  await page.getByLabel('All that are not added yet').check();
  await page.getByLabel('User').fill('guard');
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'Add 3 cameras' }).click();
  await page.getByText('Wrong password').waitFor();
  await page.getByRole('button', { name: 'Add 1 camera', exact: true }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll('[data-device].added').length === 2);
  await page
    .locator('[data-device] p')
    .getByText(/password/i)
    .waitFor();
  expect(engine.cameras.list()).toHaveLength(2);
  await page.getByLabel('Password', { exact: true }).fill('right');
  await page.getByRole('button', { name: 'Add 1 camera', exact: true }).click();
  await page.waitForFunction(() => document.querySelectorAll('[data-device].added').length === 3);
  const addresses = (list: readonly { readonly mainUrl: string; readonly subUrl: string | null }[]) =>
    list.map(({ mainUrl, subUrl }) => `${mainUrl} ${subUrl}`).sort();
  await expect.poll(() => addresses(engine.cameras.list())).toEqual(addresses(cameras));
  await page.keyboard.press('Escape');
  await untilTiles(page, 'live', 3);
  expect(errors).toEqual([]);
});

test('a camera that was found is added over ONVIF: named by its device, with main and sub-stream, and live', async () => {
  const ports = await freePorts();
  const fleet = suite.owned.use(await startVirtualCameras({ count: 2, credentials, onvif: { port: 0 } }));
  const [named, nameless] = fleet.cameras.map((camera, index) => discoverableCamera(camera, index));
  if (named === undefined || nameless === undefined) throw new Error('no camera');
  const silent = { ...nameless, name: '', maker: '', model: '' };
  suite.owned.use(await DiscoveryResponder.start([named, silent], ports));
  const { engine, page, errors } = await suite.openWith([], { scope: 'loopback', ports });
  await page.getByRole('button', { name: 'Find cameras' }).click();
  await rows(page).nth(1).waitFor();
  await page.getByLabel('All that are not added yet').check();
  await page.getByLabel('User').fill('guard');
  await page.getByLabel('Password', { exact: true }).fill('right');
  await page.getByRole('button', { name: 'Add 2 cameras' }).click();
  await page.getByText('1280x720 and 640x360 over ONVIF').nth(1).waitFor();
  const told = (list: readonly Pick<Camera, 'name' | 'mainUrl' | 'subUrl' | 'onvifUrl'>[]) =>
    list.map(({ name, mainUrl, subUrl, onvifUrl }) => `${name} ${mainUrl} ${subUrl} ${onvifUrl}`).sort();
  await expect.poll(() => told(engine.cameras.list())).toEqual(told(fleet.cameras));
  await page.keyboard.press('Escape');
  await untilTiles(page, 'live', 2);
  const live = async () =>
    (await readTiles(page)).flatMap(({ state, profile, width }) =>
      state === 'live' ? [`${profile} ${width}`] : [],
    );
  await expect.poll(live).toEqual(['sub 640', 'sub 640']);
  await page.locator('[data-tile]').first().click();
  await page.keyboard.press('Enter');
  await page.waitForFunction(
    () => document.querySelector<HTMLVideoElement>('[data-maximised] video')?.videoWidth === 1280,
  );
  expect(errors).toEqual([]);
});

test('cameras are looked at live, named, and some left out, before any is added', async () => {
  const { cameras, discovery } = await startCameras(0, 3);
  const { engine, page, errors } = await suite.openWith([], discovery);
  await page.getByRole('button', { name: 'Find cameras' }).click();
  await rows(page).nth(2).waitFor();
  await page.getByLabel('All that are not added yet').check();
  await page.getByLabel('User').fill('guard');
  await page.getByLabel('Password', { exact: true }).fill('right');
  await page.getByRole('button', { name: 'Look first' }).click();
  await page.waitForFunction(() => document.querySelectorAll('[data-preview="live"]').length === 3);
  expect(engine.cameras.list()).toEqual([]);
  const [first, second, third] = cameras;
  await page.getByLabel(`Name of ${first?.name}`).fill('Loading dock');
  await page.getByLabel(`Add ${second?.name}`).uncheck();
  await page.getByRole('button', { name: 'Add 2 cameras' }).click();
  await page.waitForFunction(() => document.querySelectorAll('[data-device].added').length === 2);
  const stored = () => engine.cameras.list().map(({ name, mainUrl }) => ({ name, mainUrl }));
  expect(stored()).toHaveLength(2);
  expect(stored()).toEqual(
    expect.arrayContaining([
      { name: 'Loading dock', mainUrl: first?.mainUrl },
      { name: third?.name, mainUrl: third?.mainUrl },
    ]),
  );
  await page.keyboard.press('Escape');
  await untilTiles(page, 'live', 2);
  expect(errors).toEqual([]);
});

test('a recorder is added as a camera for each of its channels', async () => {
  const ports = await freePorts();
  const fleet = suite.owned.use(await startVirtualCameras({ count: 2, credentials }));
  const channels = fleet.cameras.map(({ mainUrl, subUrl }) => ({ mainUrl, subUrl }));
  const recorder = suite.owned.use(
    await startVirtualCameras({ count: 1, credentials, onvif: { port: 0, channels } }),
  ).cameras[0];
  if (recorder === undefined) throw new Error('no recorder');
  suite.owned.use(
    await DiscoveryResponder.start([{ ...discoverableCamera(recorder, 0), name: 'Recorder' }], ports),
  );
  const { engine, page, errors } = await suite.openWith([], { scope: 'loopback', ports });
  await page.getByRole('button', { name: 'Find cameras' }).click();
  await rows(page).first().waitFor();
  await page.getByLabel('All that are not added yet').check();
  await page.getByLabel('User').fill('guard');
  await page.getByLabel('Password', { exact: true }).fill('right');
  await page.getByRole('button', { name: 'Add 1 camera', exact: true }).click();
  await page.getByText('3 channels over ONVIF').waitFor();
  expect(engine.cameras.list().map(({ name, mainUrl, subUrl }) => ({ name, mainUrl, subUrl }))).toEqual(
    [recorder, ...fleet.cameras].map(({ mainUrl, subUrl }, index) => ({
      name: `Recorder – Channel ${index + 1}`,
      mainUrl,
      subUrl,
    })),
  );
  await page.keyboard.press('Escape');
  await untilTiles(page, 'live', 3);
  expect(errors).toEqual([]);
});

test.skipIf(process.platform !== 'linux')(
  'of a camera whose address alone is typed, the dialog shows its streams, its name and its picture before it is added',
  async () => {
    const host = ownLoopbackAddress();
    const fleet = suite.owned.use(
      await startVirtualCameras({ count: 1, host, credentials, onvif: { port: 8_080 } }),
    );
    const [camera] = fleet.cameras;
    const { engine, page } = await suite.openWith([], { scope: 'none' });
    await page.keyboard.press('a');
    await page.getByLabel('Address', { exact: true }).fill(host);
    await page.getByLabel('User').fill('guard');
    await page.getByLabel('Password').fill('right');
    await page.getByRole('button', { name: 'Show the picture' }).click();
    await page.getByText('1280x720 and 640x360 over ONVIF').waitFor();
    await page.locator('[data-trial="live"]').waitFor();
    await expect.poll(() => page.getByLabel('Name').inputValue()).toBe(camera?.name);
    await page.getByRole('button', { name: 'Add camera', exact: true }).click();
    await page.locator('dialog').waitFor({ state: 'detached' });
    const { name, mainUrl, subUrl, onvifUrl } = camera ?? {};
    expect(engine.cameras.list()).toMatchObject([{ name, mainUrl, subUrl, onvifUrl }]);
  },
);

test('what is added already is marked, and the search narrows what is chosen', async () => {
  const { cameras, discovery } = await startCameras(3, 0);
  const [first, , third] = cameras;
  if (first === undefined || third === undefined) throw new Error('no camera');
  const { name, mainUrl } = first;
  const { page } = await suite.openWith([{ name, group: '', mainUrl, subUrl: null }], discovery);
  await page.keyboard.press('Shift+A');
  await rows(page).nth(2).waitFor();
  await page.locator('[data-device].added b').getByText(name, { exact: true }).waitFor();
  await page.getByLabel('Search found cameras').fill(third.name);
  await expect.poll(() => rows(page).count()).toBe(1);
  await page.getByLabel('All of these').check();
  await page.getByRole('button', { name: 'Add 1 camera', exact: true }).waitFor();
  await page.getByLabel('Search found cameras').fill('nothing of this name');
  await page.getByText('No camera that was found has').waitFor();
});

test('64 cameras are added with two dozen keys and two clicks', async () => {
  const { engine, person } = await addSite(suite.owned, (discovery) => suite.openWith([], discovery), 64);
  expect(engine.cameras.list()).toHaveLength(64);
  expect({ keys: person.keys, clicks: person.clicks }).toEqual({ keys: 24, clicks: 2 });
  // By the keystroke-level model, the machine's own time left out.
  expect(person.seconds).toBeLessThan(30);
});

test('a console on no network says so, and closing the dialog ends the looking', async () => {
  const { page, engine } = await suite.openWith([], { scope: 'none' });
  await page.keyboard.press('Shift+A');
  await page.getByText('There is no network to look on').waitFor();
  const search = page.getByRole('button', { name: 'Search the whole subnet' });
  await expect.poll(() => search.isDisabled()).toBe(true);
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  expect(engine.cameras.list()).toEqual([]);
});
