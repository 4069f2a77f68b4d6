import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { Secret } from '../../main/base/secret.ts';
import { startVirtualCameras, type VirtualCamera } from '../../main/demo/virtual-fleet.ts';
import { untilTiles } from '../support/console-page.ts';
import { consoleSuite } from '../support/console-suite.ts';

const suite = consoleSuite();

const credentials = { scheme: 'digest-md5', username: 'guard', password: 'right' } as const;

async function virtualCameras(
  count: number,
  options: Partial<Parameters<typeof startVirtualCameras>[0]> = {},
): Promise<readonly VirtualCamera[]> {
  return suite.owned.use(await startVirtualCameras({ count, ...options })).cameras;
}

function inputOf({ name, mainUrl, subUrl }: VirtualCamera) {
  return { name, group: '', mainUrl, subUrl };
}

const openWith = (cameras: readonly VirtualCamera[]) => suite.openWith(cameras.map(inputOf));

/** Resolves when the tiles show exactly these cameras. */
async function untilNumbers(page: Page, numbers: readonly (string | null)[]): Promise<void> {
  const shown = () =>
    page
      .locator('[data-tile]')
      .evaluateAll((tiles) => tiles.map((tile) => tile.dataset.cameraNumber ?? null));
  await expect.poll(shown).toEqual(numbers);
}

const undo = (page: Page) => page.getByRole('button', { name: 'Undo' }).last().click();
const dialogGone = (page: Page) => page.locator('dialog').waitFor({ state: 'detached' });

test('an empty console leads to demo cameras, and takes them away again', async () => {
  const { page, engine, errors } = await openWith([]);
  await page.getByRole('button', { name: 'Show demo cameras' }).click();
  await untilTiles(page, 'live', 9);
  await page.keyboard.press('s');
  await page.getByRole('button', { name: 'Remove the 9 demo cameras' }).click();
  await page.getByRole('button', { name: 'Show demo cameras' }).first().waitFor();
  expect(engine.cameras.list()).toEqual([]);
  expect(errors).toEqual([]);
});

test('a tab and a home screen get the icon of the console, once it is there', async () => {
  const { page } = await openWith([]);
  for (const [relation, type] of [
    ['icon', 'image/svg+xml'],
    ['apple-touch-icon', 'image/png'],
    ['manifest', 'application/manifest+json'],
  ] as const) {
    const link = page.locator(`link[rel="${relation}"]:not([href^="data:"])`);
    await link.waitFor({ state: 'attached' });
    expect(await link.count()).toBe(1);
    const answer = await link.evaluate(async ({ href }: HTMLLinkElement) => {
      const { status, headers } = await fetch(href);
      return [status, headers.get('content-type')?.split(';')[0]];
    });
    expect(answer).toEqual([200, type]);
  }
});

test('a camera is added by its address alone: found, seen live, then saved', async () => {
  const [camera] = await virtualCameras(1, { credentials });
  if (camera === undefined) throw new Error('no camera');
  const { page, engine } = await openWith([]);
  await page.keyboard.press('a');
  await page.getByLabel('Address', { exact: true }).fill(new URL(camera.mainUrl).host);
  await page.getByLabel('User').fill('guard');
  await page.getByLabel('Password', { exact: true }).fill('right');
  await page.keyboard.press('Enter');
  await page.locator('[data-trial="live"]').waitFor();
  expect(engine.cameras.list()).toEqual([]);
  await page.getByText('1280 × 720').waitFor();
  const small = page.getByLabel('Address of the small picture');
  await expect.poll(() => small.inputValue()).toBe(camera.subUrl);
  await page.getByLabel('Name').fill('Gate');
  await page.getByRole('button', { name: 'Add camera' }).click();
  await untilTiles(page, 'live', 1);
  expect(engine.cameras.list()).toMatchObject([
    { number: 1, name: 'Gate', username: 'guard', hasPassword: true },
  ]);
  // The preview's connection was closed with the dialog: the wall's is the only one.
  while (camera.statistics.openConnections > 1) await new Promise(setImmediate);
});

test('each failure of a preview has its own words, and the form keeps what was typed', async () => {
  const [camera] = await virtualCameras(1, { credentials });
  if (camera === undefined) throw new Error('no camera');
  const { page } = await openWith([]);
  await page.keyboard.press('a');
  const address = page.getByLabel('Address', { exact: true });
  await address.fill(camera.mainUrl);
  await page.getByLabel('User').fill('guard');
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'Show the picture' }).click();
  await page.getByText('Wrong user name or password.').waitFor();
  const password = page.getByLabel('Password', { exact: true });
  await expect.poll(() => password.getAttribute('aria-invalid')).toBe('true');
  await address.fill('rtsp://127.0.0.1:9/main');
  await page.getByRole('button', { name: 'Show the picture' }).click();
  await page.getByText('The camera does not answer.').waitFor();
  await page.getByText(/refuses connections on port 9/).waitFor();
  await address.fill('ftp://127.0.0.1/');
  await page.getByRole('button', { name: 'Show the picture' }).click();
  await page.getByText(/must be an address that starts with rtsp/).waitFor();
  expect(await page.getByLabel('User').inputValue()).toBe('guard');
});

test('a tile with a wrong password leads to the dialog that puts it right', async () => {
  const [camera] = await virtualCameras(1, { credentials });
  if (camera === undefined) throw new Error('no camera');
  const { page, engine } = await suite.openWith([
    { ...inputOf(camera), username: 'guard', password: 'wrong' },
  ]);
  await untilTiles(page, 'waiting', 1);
  await page.getByText('Wrong user name or password.').waitFor();
  await page.getByRole('button', { name: 'Edit camera 1' }).click();
  await page.getByLabel('Password', { exact: true }).fill('right');
  await page.getByRole('button', { name: 'Save' }).click();
  await dialogGone(page);
  await untilTiles(page, 'live', 1);
  expect(engine.cameras.stored(engine.cameras.list()[0]?.id ?? '')?.password).toEqual(new Secret('right'));
});

test('a removed camera is brought back by Undo, and by Ctrl+Z', async () => {
  const { page } = await openWith(await virtualCameras(4));
  await untilTiles(page, 'live', 4);
  await page.keyboard.press('c');
  for (const back of [() => undo(page), () => page.keyboard.press('Control+z')]) {
    await page.locator('[data-camera-row="2"]').focus();
    await page.keyboard.press('Delete');
    await untilTiles(page, 'live', 3);
    await page.locator('[data-tile]').first().click();
    await back();
    await untilTiles(page, 'live', 4);
    await untilNumbers(page, ['1', '2', '3', '4']);
  }
});

test('a camera dragged from the list onto a tile makes a wall of its own, in every window', async () => {
  const { page, engine } = await openWith(await virtualCameras(4));
  const { page: other } = await suite.open(engine);
  await untilTiles(other, 'live', 4);
  await page.keyboard.press('c');
  await page.locator('[data-camera-row="4"]').dragTo(page.locator('[data-tile]').first());
  await page.getByText('Saved as a new wall, “Wall 1”.').waitFor();
  await untilNumbers(page, ['4', '2', '3', '4']);
  await untilTiles(page, 'live', 4);
  await other.getByRole('button', { name: 'Wall 1', exact: true }).waitFor();
  await other.keyboard.press('Shift+Digit2');
  await other.waitForFunction(
    () => document.querySelector<HTMLElement>('[data-tile]')?.dataset.cameraNumber === '4',
  );
  await other.keyboard.press('Shift+Digit1');
  await untilNumbers(other, ['1', '2', '3', '4']);
  await undo(page);
  await other.getByRole('button', { name: 'Wall 1', exact: true }).waitFor({ state: 'detached' });
  await untilNumbers(page, ['1', '2', '3', '4']);
});

test('tiles are filled from the list by keyboard, swapped by dragging, and emptied with Delete', async () => {
  const { page } = await openWith(await virtualCameras(4));
  await page.getByRole('button', { name: 'New wall' }).click();
  await untilNumbers(page, [null, null, null, null]);
  await page.locator('[data-tile]').first().click();
  for (const number of [3, 1]) {
    await page.locator(`[data-camera-row="${number}"]`).focus();
    await page.keyboard.press('Enter');
  }
  await untilNumbers(page, ['3', '1', null, null]);
  await page.locator('[data-tile]').nth(1).dragTo(page.locator('[data-tile]').nth(3));
  await untilNumbers(page, ['3', null, null, '1']);
  await page.locator('[data-tile]').first().click();
  await page.keyboard.press('Delete');
  await untilNumbers(page, [null, null, null, '1']);
  await undo(page);
  await untilNumbers(page, ['3', null, null, '1']);

  // What is only seen is taken back by its key, step by step.
  await page.locator('[data-tile]').first().click();
  await page.keyboard.press('ControlOrMeta+x');
  await page.locator('[data-tile]').nth(2).click();
  await page.keyboard.press('ControlOrMeta+v');
  await untilNumbers(page, [null, null, '3', '1']);
  await page.keyboard.press('ControlOrMeta+z');
  await untilNumbers(page, [null, null, null, '1']);
  await page.keyboard.press('ControlOrMeta+z');
  await untilNumbers(page, ['3', null, null, '1']);
  await page.keyboard.press('ControlOrMeta+z');
  await untilNumbers(page, ['3', '1', null, null]);
});

test('the number of a camera and Enter show it: in the selected tile, or where it is on the wall of all cameras', async () => {
  const { page } = await openWith(await virtualCameras(12));
  const entry = page.locator('[data-number-entry]');
  await page.getByRole('button', { name: /Shape of the wall/ }).click();
  await page.getByRole('menuitem', { name: '4 cameras', exact: true }).click();
  await untilNumbers(page, ['1', '2', '3', '4']);
  await page.keyboard.type('112');
  await entry.getByText('No camera has this number').waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await page.keyboard.type('127');
  await page.keyboard.press('Backspace');
  expect(await entry.textContent()).toContain('12');
  await page.keyboard.press('Enter');
  await untilNumbers(page, ['9', '10', '11', '12']);
  await page.locator('[data-tile][aria-current="true"][data-camera-number="12"]').waitFor();
  expect(await entry.getAttribute('data-number-entry')).toBe('');

  await page.getByRole('button', { name: 'New wall' }).click();
  await page.locator('[data-tile]').nth(1).click();
  await page.keyboard.type('10');
  await page.keyboard.press('Enter');
  await untilNumbers(page, [null, '10', null, null]);
  await page.keyboard.type('7');
  await page.keyboard.press('Enter');
  await untilNumbers(page, [null, '7', null, null]);
});

test('walls are renamed, duplicated, moved and removed from their menu, and survive a reload', async () => {
  const { page, engine } = await openWith(await virtualCameras(2));
  const choose = async (item: string) => {
    await page.getByRole('button', { name: 'What to do with wall' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  const untilNames = (...names: readonly string[]) =>
    expect.poll(() => page.locator('[data-layout-tab] .name').allTextContents()).toEqual(names);
  await page.getByRole('button', { name: 'New wall' }).click();
  await choose('Rename…');
  await page.getByRole('textbox', { name: 'Name' }).fill('Night shift');
  await page.keyboard.press('Enter');
  await dialogGone(page);
  await choose('Duplicate');
  await page.getByRole('button', { name: 'Night shift 2', exact: true }).waitFor();
  await choose('Move left');
  await untilNames('All cameras', 'Night shift 2', 'Night shift');
  // It counts in its window at once; what the page's end cuts off is not stored.
  await expect.poll(() => engine.layouts.list()[1]?.name).toBe('Night shift 2');
  await page.reload();
  await untilNames('All cameras', 'Night shift 2', 'Night shift');
  await choose('Remove');
  await untilNames('All cameras', 'Night shift');
  await undo(page);
  await untilNames('All cameras', 'Night shift 2', 'Night shift');
});

test('the large tile of a wall of 1+5 shows the main stream, the small ones the small stream', async () => {
  const { page } = await openWith(await virtualCameras(6));
  await page.getByRole('button', { name: /Shape of the wall/ }).click();
  await page.getByRole('menuitem', { name: '1 large and 5 small' }).click();
  // The small picture stands in for the large one until that has come.
  await page.locator('[data-tile][data-profile="main"][data-state="live"]').waitFor();
  await untilTiles(page, 'live', 6);
  const profiles = () =>
    page.locator('[data-tile]').evaluateAll((tiles) => tiles.map((tile) => tile.dataset.profile));
  await expect.poll(profiles).toEqual(['main', 'sub', 'sub', 'sub', 'sub', 'sub']);

  // On a large screen a few tiles show more than the small stream has; on a small one they do not.
  await page.getByRole('button', { name: /Shape of the wall/ }).click();
  await page.getByRole('menuitem', { name: '4 cameras', exact: true }).click();
  await expect.poll(profiles).toEqual(['sub', 'sub', 'sub', 'sub']);
  await page.setViewportSize({ width: 2560, height: 1440 });
  await expect.poll(profiles).toEqual(['main', 'main', 'main', 'main']);
  expect(await page.locator('[data-tile][data-state="live"]').count()).toBe(4);
  await page.setViewportSize({ width: 1280, height: 720 });
  await expect.poll(profiles).toEqual(['sub', 'sub', 'sub', 'sub']);
  expect(await page.locator('[data-tile][data-state="live"]').count()).toBe(4);
});

test('the list is searched and sorted: by name, by number, by keyboard and by dragging', async () => {
  const { page, engine } = await openWith(await virtualCameras(9));
  await page.keyboard.press('/');
  await page.locator('[data-camera-search]:focus').waitFor();
  await page.keyboard.type('garden');
  await page.waitForFunction(() => document.querySelectorAll('[data-row]').length === 1);
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.querySelectorAll('[data-row]').length === 9);
  await page.locator('[data-camera-row="1"]').focus();
  await page.keyboard.press('Alt+ArrowDown');
  await page.waitForFunction(
    () => document.querySelector<HTMLElement>('[data-row]')?.dataset.cameraRow === '2',
  );
  await page.locator('[data-camera-row="9"]').dragTo(page.locator('[data-camera-row="2"]'));
  await page.waitForFunction(
    () => document.querySelector<HTMLElement>('[data-row]')?.dataset.cameraRow === '9',
  );
  const order = () => engine.cameras.list().map(({ number }) => number);
  await expect.poll(order).toEqual([9, 2, 1, 3, 4, 5, 6, 7, 8]);
});

test('chosen cameras are put into a group and removed together', async () => {
  const { page, engine } = await openWith(await virtualCameras(3));
  await page.keyboard.press('c');
  for (const number of [1, 3]) {
    await page.locator(`[data-camera-row="${number}"]`).focus();
    await page.keyboard.press('Space');
  }
  await page.getByText('2 chosen').waitFor();
  await page.getByRole('button', { name: 'Group…' }).click();
  await page.getByRole('combobox', { name: 'Group' }).fill('Outside');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Outside' }).waitFor();
  const groups = () => engine.cameras.list().map(({ group }) => group);
  await expect.poll(groups).toEqual(['Outside', '', 'Outside']);
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByText('2 cameras removed.').waitFor();
  expect(engine.cameras.list().map(({ number }) => number)).toEqual([2]);
});

test('a file with mistakes is shown with all of them; the right one is imported', async () => {
  const { page, engine } = await openWith([]);
  await page.keyboard.press('c');
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Import cameras…' }).click();
  const file = (text: string) => ({ name: 'cameras.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  const input = page.locator('input[type="file"]');
  await input.setInputFiles(file('name,address\nGate,ftp://192.0.2.1/\n,rtsp://127.0.0.1:1/a\n'));
  await page.getByText('line 2, address').waitFor();
  await page.getByText('line 3, name').waitFor();
  expect(engine.cameras.list()).toEqual([]);
  await input.setInputFiles(file('name,address\nGate,rtsp://127.0.0.1:1/a\nYard,rtsp://127.0.0.1:1/b\n'));
  await page.getByText('cameras.csv: 2 added, 0 changed.').waitFor();
  expect(engine.cameras.list().map(({ name }) => name)).toEqual(['Gate', 'Yard']);
});

test('settings are searched, count in every window at once, and are there after a reload', async () => {
  const { page, engine } = await openWith(await virtualCameras(1));
  const { page: other } = await suite.open(engine);
  await page.keyboard.press('s');
  await page.getByLabel('Search settings').fill('site name');
  const headings = () => page.locator('dialog h3:visible').allTextContents();
  await expect.poll(headings).toEqual(['Name of this site']);
  await page.getByLabel('Name of this site').fill('Harbour');
  await page.keyboard.press('Tab');
  await other.getByRole('heading', { name: 'Harbour' }).waitFor();
  await other.reload();
  await other.getByRole('heading', { name: 'Harbour' }).waitFor();
  await expect.poll(() => other.title()).toBe('Harbour – Gatehouse');
});

test('a backup is made, and diagnostics are saved, from the settings', async () => {
  const { page } = await openWith([]);
  await page.keyboard.press('s');
  await page.getByRole('button', { name: 'Back up now' }).click();
  await page.getByText(/Backup made and checked/).waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save diagnostics' }).click();
  expect((await download).suggestedFilename()).toMatch(/^gatehouse-diagnostics-.*\.zip$/);
});

test('the last day of a camera is shown while it is being watched', async () => {
  const { page } = await openWith(await virtualCameras(1));
  await untilTiles(page, 'live', 1);
  await page.locator('[data-tile]').first().click();
  await page.keyboard.press('h');
  await page.getByText('Small picture').waitFor();
  await page
    .getByText(/\d changes?/)
    .first()
    .click();
  await page.getByRole('listitem').filter({ hasText: 'Live' }).waitFor();
});

/** What a player of a page does: the browser's own peer connection, and two requests. Resolves with the width of the first picture. */
async function playWhep(page: Page, endpoint: string, token: string): Promise<number> {
  return await page.evaluate(
    async ([url, bearer]) => {
      const connection = new RTCPeerConnection();
      const video = document.createElement('video');
      video.muted = true;
      connection.ontrack = ({ track }) => {
        video.srcObject = new MediaStream([track]);
        void video.play();
      };
      connection.addTransceiver('video', { direction: 'recvonly' });
      connection.addTransceiver('audio', { direction: 'recvonly' });
      await connection.setLocalDescription();
      const response = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/sdp' },
        body: connection.localDescription?.sdp ?? '',
      });
      if (response.status !== 201) return -response.status;
      await connection.setRemoteDescription({ type: 'answer', sdp: await response.text() });
      await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
      const width = video.videoWidth;
      connection.close();
      return width;
    },
    [endpoint, token] as const,
  );
}

test('a camera is shared with a player, whose token opens it until the share is ended', async () => {
  const { page } = await openWith(await virtualCameras(1));
  await untilTiles(page, 'live', 1);
  await page.locator('[data-tile]').first().click();
  await page.keyboard.press('e');
  await page.getByRole('button', { name: 'Share…' }).click();
  await page.getByRole('button', { name: 'Make a token' }).click();
  await page.getByText('must not be empty').waitFor();
  await page.getByLabel('For', { exact: true }).fill("Porter's tablet");
  await page.keyboard.press('Enter');
  const endpoint = await page.getByLabel('Address', { exact: true }).inputValue();
  const token = await page.getByLabel('Token, shown only now', { exact: true }).inputValue();
  expect(await playWhep(page, endpoint, token)).toBe(1280);
  await page.getByRole('button', { name: 'I have it' }).click();
  await page.getByLabel('Token, shown only now', { exact: true }).waitFor({ state: 'detached' });
  expect(await page.content()).not.toContain(token);
  await page.getByRole('button', { name: "End: Porter's tablet" }).click();
  await page.getByLabel('Shares of this camera').waitFor({ state: 'detached' });
  expect(await playWhep(page, endpoint, token)).toBe(-401);
});
