import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { largeCamera, untilPicturesChange, untilShown, untilTiles } from '../support/console-page.ts';
import {
  type DesktopApp,
  type DesktopProgram,
  engineProcesses,
  killPage,
  launchDesktop,
  runDesktop,
  spawnDesktop,
  temporaryData,
  untilEnded,
} from '../support/desktop-app.ts';

/*
 * What the desktop app does every day: run on the built bundles and on what a package has of them.
 */

async function theEngine(desktop: DesktopApp): Promise<number> {
  const [engine] = await engineProcesses(desktop);
  if (engine === undefined) throw new Error('no engine');
  return engine;
}

/** The same, of a page that has been loaded again; undefined as long as it does not answer. */
async function largeInFirstWindow({ app }: DesktopApp): Promise<string | undefined> {
  return await app.evaluate(async ({ BrowserWindow }) => {
    const look = `document.querySelector('[data-maximised][data-state="live"]')?.dataset.cameraId`;
    const answer: Promise<string | undefined> | undefined =
      BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(look);
    const silence = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 500));
    return await Promise.race([answer, silence]);
  });
}

/** @param program asked for once the file's own preparations are over @param isReal whether it is Electron itself */
export function everydaySuite(program: () => DesktopProgram, isReal: boolean): void {
  let owned: AsyncDisposableStack;
  let dataFolder: string;

  beforeEach(async () => {
    owned = new AsyncDisposableStack();
    dataFolder = await temporaryData(owned);
  });
  afterEach(async () => {
    await owned.disposeAsync();
  });

  const start = (cameras: number): Promise<DesktopApp> =>
    launchDesktop(owned, { program: program(), dataFolder, parameters: [`--demo=${cameras}`] });
  const run = (parameters: readonly string[]) => runDesktop(parameters, program());

  test('the window shows pictures, and quitting leaves nothing behind', async () => {
    const desktop = await start(4);
    await untilTiles(desktop.page, 'live', 4);
    await untilPicturesChange(desktop.page);
    expect(await desktop.page.title()).toBe('Gatehouse');
    const engine = await theEngine(desktop);
    expect(await desktop.quit()).toBe(0);
    await untilEnded([engine]);
  });

  test('an engine that is killed is started again, the guard is told, and all pictures come back', async () => {
    const desktop = await start(4);
    await untilTiles(desktop.page, 'live', 4);
    const engine = await theEngine(desktop);
    // It may be there again within a moment.
    const told = untilShown(desktop.page, 'The engine has ended unexpectedly. Starting it again');
    process.kill(engine, 'SIGKILL');
    await told;
    await desktop.page.locator('[data-link]').waitFor({ state: 'detached' });
    await untilTiles(desktop.page, 'live', 4);
    await untilPicturesChange(desktop.page);
  });

  test('a page that is killed comes back to the same wall', async () => {
    const desktop = await start(4);
    const { page } = desktop;
    await untilTiles(page, 'live', 4);
    await page.locator('[data-tile]').nth(2).click();
    await page.keyboard.press('Enter');
    const large = await largeCamera(page);
    await killPage(desktop);
    // The page of before is gone for whoever drives it: what the window shows now is asked of the app.
    while ((await largeInFirstWindow(desktop)) !== large) await delay(100);
  });

  test('when the app is killed its engine ends, and the next start finds nothing in its way', async () => {
    const desktop = await start(2);
    await untilTiles(desktop.page, 'live', 2);
    const engine = await theEngine(desktop);
    desktop.process.kill('SIGKILL');
    await desktop.exited;
    await untilEnded([engine]);
    const again = await start(2);
    await untilTiles(again.page, 'live', 2);
  });

  test('a second start brings the first one to the front, and ends', async () => {
    const desktop = await start(1);
    await untilTiles(desktop.page, 'live', 1);
    const focused = desktop.app.evaluate(
      ({ BrowserWindow }) =>
        new Promise<string>((resolve) => {
          const [window] = BrowserWindow.getAllWindows();
          window?.minimize();
          window?.once('focus', () => resolve(window.isMinimized() ? 'minimised' : 'in front'));
        }),
    );
    // What is minimised costs nothing.
    await desktop.page.locator('[data-tile][data-slot]').first().waitFor({ state: 'detached' });
    const { code } = await run([`--data=${dataFolder}`]);
    expect(code).toBe(0);
    expect(await focused).toBe('in front');
    await untilTiles(desktop.page, 'live', 1);
  });

  test('the command line: help, version, and what is wrong with it', async () => {
    const help = await run(['--help']);
    expect(help.code).toBe(0);
    for (const option of ['--data', '--kiosk', '--import', '--headless', '--version']) {
      expect(help.stdout).toContain(option);
    }
    const { version } = JSON.parse(await readFile('package.json', 'utf8'));
    expect(await run(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
    const wrong = await run(['--headless', '--port=70000']);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('--port must be a number from 0 to 65535');
  });

  // On a build machine with Linux nobody has logged in, and no keychain is open.
  test.skipIf(isReal && process.platform === 'linux')(
    'the key to the passwords goes into the keychain, and an older key file with it (needs a keychain)',
    async () => {
      const plain = path.join(dataFolder, 'secret.key');
      const key = Buffer.alloc(32, 7);
      await writeFile(plain, key, { mode: 0o600 });
      const desktop = await start(1);
      await untilTiles(desktop.page, 'live', 1);
      expect(existsSync(plain)).toBe(false);
      const sealed = await readFile(`${plain}.sealed`);
      expect(sealed.includes(key)).toBe(false);
      expect(sealed.includes(key.toString('base64'))).toBe(false);
      if (process.platform !== 'win32') expect((await stat(`${plain}.sealed`)).mode & 0o077).toBe(0);
      expect(await desktop.quit()).toBe(0);
      const again = await start(1);
      await untilTiles(again.page, 'live', 1);
      expect(await again.page.locator('[data-notice-kind]').count()).toBe(0);
    },
  );

  test('a site file is imported from the command line, twice the same; a wrong one changes nothing', async () => {
    const file = path.join(dataFolder, 'prepared.json');
    const site = {
      format: 'gatehouse-site',
      version: 1,
      settings: { siteName: 'Harbour' },
      cameras: [
        {
          key: 'gate',
          name: 'Gate',
          mainUrl: 'rtsp://127.0.0.1:9/main',
          username: 'guard',
          password: 'canary-7',
        },
      ],
    };
    const take = () => run([`--import=${file}`, `--data=${dataFolder}`]);
    await writeFile(file, JSON.stringify({ ...site, cameras: [{ ...site.cameras[0], mainUrl: 'ftp://x' }] }));
    const wrong = await take();
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('cameras[0].mainUrl');
    await writeFile(file, JSON.stringify(site));
    const right = await take();
    expect(right).toMatchObject({ code: 0, stderr: expect.stringContaining('Gate') });
    expect(await take()).toMatchObject({ code: 0, stderr: expect.stringContaining('changes nothing') });
    expect(`${wrong.stderr}${right.stderr}`).not.toContain('canary-7');
    expect((await run([`--import=${file}.none`, `--data=${dataFolder}`])).code).toBe(3);
    expect(await run(['--verify-audit', `--data=${dataFolder}`])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('The audit is as it was written'),
    });
    expect((await run([`--verify-audit=${file}`, `--data=${dataFolder}`])).code).toBe(2);
    const desktop = await launchDesktop(owned, { program: program(), dataFolder });
    await desktop.page.getByText('Harbour').first().waitFor();
    await desktop.page.getByRole('group', { name: 'Camera 1, Gate' }).waitFor();
    expect((await take()).stderr).toContain('Close it first');
  });

  test('without a window the console is for browsers, at the address that is printed', async () => {
    const child = spawnDesktop(['--headless', `--data=${dataFolder}`, '--demo=1'], program());
    const exited = once(child, 'exit');
    try {
      let printed = '';
      for await (const text of child.stdout) {
        printed += String(text);
        if (/#token=\S+/.test(printed)) break;
      }
      const url = /http:\S+/.exec(printed)?.[0] ?? '';
      const page = await fetch(url);
      expect(page.status).toBe(200);
      expect(await page.text()).toContain('<title>');
    } finally {
      child.kill('SIGTERM');
    }
    expect((await exited)[0]).toBe(0);
  });
}
