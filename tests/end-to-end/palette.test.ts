import { expect, test } from 'vitest';
import { consoleSuite } from '../support/console-suite.ts';

const suite = consoleSuite();

test('commands and cameras are reached by name, and a key that was changed does what it does now, also after a reload', async () => {
  const cameras = ['Gate', 'Yard'].map((name, index) => ({
    name,
    group: '',
    mainUrl: `rtsp://127.0.0.1:9/${index}`,
    subUrl: null,
  }));
  const { page, errors } = await suite.openWith(cameras);
  const dialog = page.getByRole('dialog');
  await page.locator('[data-tile]').first().click();
  const open = async (typed: string) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Name or number' }).fill(typed);
    await page.getByRole('option').first().waitFor();
    await page.keyboard.press('Enter');
  };
  await open('yard');
  await dialog.waitFor({ state: 'detached' });
  await page.locator('[data-tile][data-camera-number="2"][aria-current="true"]').waitFor();
  await open('show these keys');
  await dialog.getByRole('button', { name: 'Change keys' }).click();

  // One that is another's is only taken when somebody says so.
  await dialog.getByRole('button', { name: 'Key of “Health of all cameras”' }).click();
  await page.keyboard.press('s');
  await dialog.getByText('is “Settings”').waitFor();
  await dialog.getByRole('button', { name: 'Exchange them' }).click();
  await dialog.getByRole('button', { name: 'Key of “Settings”: I' }).waitFor();
  // Esc leaves the key, and not the dialog.
  await dialog.getByRole('button', { name: 'Key of “Settings”: I' }).click();
  await page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: 'Done', exact: true }).click();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });

  await page.reload();
  await page.locator('[data-tile]').first().waitFor();
  await page.keyboard.press('s');
  await page.getByRole('heading', { name: 'Health' }).waitFor();
  expect(errors).toEqual([]);
});
