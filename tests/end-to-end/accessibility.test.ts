import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { findings, findingsInThemes } from '../support/axe-findings.ts';
import { untilTiles } from '../support/console-page.ts';
import { consoleSuite } from '../support/console-suite.ts';

const suite = consoleSuite();

/** A console with live cameras, and one that nobody answers for. */
async function open(demoCameras: number): Promise<Page> {
  return (await openEngine(demoCameras)).page;
}

async function openEngine(demoCameras: number) {
  const inputs =
    demoCameras === 0
      ? []
      : demoCameraInputs(suite.owned.use(await startVirtualCameras({ count: demoCameras })).cameras);
  const broken = { name: 'Back door', group: 'Outside', mainUrl: 'rtsp://127.0.0.1:9/main', subUrl: null };
  return await suite.openWith(demoCameras === 0 ? [] : [...inputs, broken]);
}

test('nothing on a wall, in its list and in its dialogs stands in the way of a screen reader', async () => {
  const page = await open(3);
  await untilTiles(page, 'live', 3);
  await untilTiles(page, 'waiting', 1);
  expect(await findingsInThemes(page)).toEqual([]);
  await page.keyboard.press('c');
  await page.locator('[data-row]').first().press('Space');
  await page.getByText('1 chosen').waitFor();
  expect(await findingsInThemes(page)).toEqual([]);
  await page.getByRole('button', { name: /Shape of the wall/ }).click();
  await page.getByRole('menu').waitFor();
  expect(await findingsInThemes(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await page.locator('[data-tile]').first().click();
  for (const key of ['?', 'Control+k', 'a', 'Shift+A', 'e', 'h', 'x', 't', 'o', 's']) {
    await page.keyboard.press(key);
    await page.getByRole('dialog').waitFor();
    expect(await findingsInThemes(page), `dialog of ${key}`).toEqual([]);
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
  }
  await page.keyboard.press('e');
  await page.getByRole('button', { name: 'Share…' }).click();
  await page.getByLabel('For', { exact: true }).fill('Porter');
  expect(await findingsInThemes(page), 'sharing').toEqual([]);
  await page.keyboard.press('Enter');
  await page.getByLabel('The new token').waitFor();
  expect(await findingsInThemes(page), 'a token').toEqual([]);
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  // The row is shown where there is room for it.
  await page.locator('[data-tile]').first().dblclick();
  await page.keyboard.press('j');
  await page.locator('[data-scrub-strip] canvas[data-drawn]').first().waitFor();
  expect(await findingsInThemes(page), 'replay with its row of pictures').toEqual([]);
});

test('nor in an alarm, in the events, in the health of the cameras and where alarms are set up', async () => {
  const { page, engine } = await openEngine(3);
  await untilTiles(page, 'live', 3);
  const { id: cameraId } = engine.cameras.list()[0] ?? { id: null };
  engine.events.add({ cameraId, kind: 'tamper', state: 'pulse', at: Date.now() });
  await page.locator('[data-alarm-picture="main"]').waitFor();
  expect(await findingsInThemes(page), 'alarm').toEqual([]);
  await page.keyboard.press('v');
  await page.locator('[data-event]').first().click();
  expect(await findingsInThemes(page), 'events').toEqual([]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('i');
  await page.locator('[data-health-row]').first().waitFor();
  expect(await findingsInThemes(page), 'health').toEqual([]);
  await page.keyboard.press('Escape');
  // Keys belong to a dialog until it is gone.
  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('s');
  await page.getByRole('button', { name: 'Set up alarms…' }).click();
  await page.getByRole('dialog', { name: 'Alarms' }).waitFor();
  expect(await findingsInThemes(page), 'alarms').toEqual([]);
});

test('nor where walls, tours, joysticks, servers and phones are set up, nor in the tour for whoever is new', async () => {
  const { page } = await openEngine(1);
  await untilTiles(page, 'live', 1);
  const dialog = page.getByRole('dialog');
  const close = async () => {
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
  };
  const byName = async (typed: string) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill(typed);
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Enter');
  };
  for (const [typed, heading] of [
    ['joystick', 'Joystick'],
    ['tour of walls', 'Tour of walls'],
  ] as const) {
    await byName(typed);
    await dialog.getByRole('heading', { name: heading }).waitFor();
    expect(await findingsInThemes(page), heading).toEqual([]);
    await close();
  }
  await page.keyboard.press('?');
  await dialog.getByRole('button', { name: 'Change keys' }).click();
  expect(await findingsInThemes(page), 'change of keys').toEqual([]);
  await close();
  await page.keyboard.press('s');
  await dialog.getByRole('button', { name: 'Set up servers…' }).click();
  await dialog.getByRole('button', { name: 'Add a server' }).click();
  expect(await findingsInThemes(page), 'servers').toEqual([]);
  await close();
  await page.keyboard.press('a');
  await dialog.getByRole('button', { name: 'A phone…' }).click();
  await dialog.getByRole('heading', { name: 'A phone’s camera' }).waitFor();
  expect(await findingsInThemes(page), 'a phone').toEqual([]);
  await close();
  await page.keyboard.press('Shift+G');
  await page.locator('[data-grid-tile]').first().waitFor();
  expect(await findingsInThemes(page), 'grid').toEqual([]);
  await page.keyboard.press('Escape');
  await page.locator('[data-grid-tile]').first().waitFor({ state: 'detached' });
  await byName('short tour');
  await page.locator('[data-welcome="1"]').waitFor();
  expect(await findingsInThemes(page), 'tour for whoever is new').toEqual([]);
});

test('nor in a console without cameras, nor in its dialog to import some', async () => {
  const page = await open(0);
  await page.getByText('No cameras yet').waitFor();
  expect(await findings(page)).toEqual([]);
  await page.keyboard.press('s');
  await page.getByRole('button', { name: 'Import…' }).click();
  await page.getByText('Choose a file').waitFor();
  expect(await findings(page)).toEqual([]);
});

test('a camera is added by keyboard alone, and a wrong address is said beside its field', async () => {
  const page = await open(0);
  await page.getByText('No cameras yet').waitFor();
  await page.keyboard.press('a');
  await page.getByLabel('Name').fill('Gate');
  await page.getByLabel('Address', { exact: true }).fill('ftp://192.0.2.1/');
  await page.getByLabel('Name').press('Enter');
  await page.getByText('must be an address that starts with rtsp://').waitFor();
  await page.waitForFunction(() => document.activeElement?.id === 'camera-address');
  await page.getByLabel('Address', { exact: true }).fill('rtsp://127.0.0.1:9/main');
  await page.getByLabel('Name').press('Enter');
  await page.locator('[data-tile][data-camera-number="1"]').waitFor();
  // Nobody listens there: the tile says so in words.
  await page.locator('[data-tile][data-state="waiting"]').waitFor();
});
