import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { consoleSuite } from '../support/console-suite.ts';

const suite = consoleSuite();

const prepared = {
  format: 'gatehouse-site',
  version: 1,
  settings: { siteName: 'Harbour' },
  cameras: [
    {
      key: 'gate',
      name: 'Gate',
      mainUrl: 'rtsp://127.0.0.1:9/gate',
      username: 'guard',
      password: 'canary-9',
    },
    { key: 'hall', name: 'Hall', mainUrl: 'rtsp://127.0.0.1:9/hall' },
  ],
  layouts: [{ key: 'night', name: 'Night', grid: '4', tiles: ['hall', 'gate'] }],
};

async function openImport() {
  const { engine, page } = await suite.openWith([]);
  await page.getByText('No cameras yet').waitFor();
  await page.keyboard.press('s');
  await page.getByRole('button', { name: 'Import site file…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import a site file' });
  const give = (content: unknown, name = 'site.json') =>
    dialog.locator('input[type=file]').setInputFiles({
      name,
      mimeType: 'application/json',
      buffer: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
    });
  return { engine, page, dialog, give };
}

test('a site file shows what it changes before it does; given again it changes nothing', async () => {
  const { engine, page, dialog, give } = await openImport();
  await give(prepared);
  await dialog.getByText('What site.json changes').waitFor();
  for (const words of ['Gate', 'Hall', 'Night', '– → Harbour']) {
    await dialog.getByText(words, { exact: true }).waitFor();
  }
  expect(await dialog.textContent()).not.toContain('canary-9');
  expect(engine.cameras.list()).toEqual([]);
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByText('site.json was imported.').waitFor();
  await page.getByRole('heading', { level: 1, name: 'Harbour' }).waitFor();
  await page.getByRole('button', { name: 'Night', exact: true }).waitFor();
  expect(engine.cameras.list()).toMatchObject([{ name: 'Gate', hasPassword: true }, { name: 'Hall' }]);

  await page.keyboard.press('s');
  await page.getByRole('button', { name: 'Import site file…' }).click();
  await give(prepared);
  await dialog.getByText('site.json changes nothing').waitFor();
  const importing = dialog.getByRole('button', { name: 'Import', exact: true });
  await expect.poll(() => importing.isDisabled()).toBe(true);
});

test('a file with mistakes is shown with all of them, and the same one is read again when it was put right', async () => {
  const { engine, dialog, give } = await openImport();
  await give({ ...prepared, colour: 1, cameras: [{ ...prepared.cameras[0], mainUrl: 'ftp://x' }] });
  await dialog.getByText('cameras[0].mainUrl').waitFor();
  await dialog.getByText('colour', { exact: true }).waitFor();
  expect(await dialog.getByRole('button', { name: 'Import', exact: true }).count()).toBe(0);
  await give(prepared);
  await dialog.getByText('What site.json changes').waitFor();
  expect(engine.cameras.list()).toEqual([]);
});

test('an export with passwords is closed with a passphrase, and opened with no other', async () => {
  const { engine, page, dialog, give } = await openImport();
  await give(prepared);
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByText('site.json was imported.').waitFor();
  await page.keyboard.press('s');
  await page.getByRole('button', { name: 'Export site file…' }).click();
  const exporting = page.getByRole('dialog', { name: 'Export a site file' });
  await exporting.getByText('With passwords, encrypted').click();
  await exporting.getByLabel('Passphrase').fill('short');
  await exporting.getByRole('button', { name: 'Save the file' }).click();
  await exporting.getByText('must be at least 8 characters long').waitFor();
  await exporting.getByLabel('Passphrase').fill('correct horse');
  const download = page.waitForEvent('download');
  await exporting.getByRole('button', { name: 'Save the file' }).click();
  const sealed = await readFile(await (await download).path(), 'utf8');
  expect(sealed).not.toContain('canary-9');

  const { page: other, dialog: elsewhere, give: giveThere, engine: there } = await openImport();
  await giveThere(sealed, 'sealed.json');
  await elsewhere.getByLabel('Passphrase of sealed.json').fill('wrong horse');
  await elsewhere.getByRole('button', { name: 'Open' }).click();
  await elsewhere.locator('[id="site-passphrase"][aria-invalid="true"]').waitFor();
  await elsewhere.getByLabel('Passphrase of sealed.json').fill('correct horse');
  await elsewhere.getByRole('button', { name: 'Open' }).click();
  await elsewhere.getByRole('button', { name: 'Import', exact: true }).click();
  await other.getByText('sealed.json was imported.').waitFor();
  const password = (names: typeof engine) =>
    names.cameras.stored(names.cameras.list()[0]?.id ?? '')?.password?.reveal();
  expect(password(there)).toBe('canary-9');
  expect(password(there)).toBe(password(engine));
});
