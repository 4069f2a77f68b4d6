import { afterAll, beforeAll, expect, test } from 'vitest';
import { untilTiles } from '../support/console-page.ts';
import {
  type DesktopApp,
  type DesktopProgram,
  launchDesktop,
  temporaryData,
} from '../support/desktop-app.ts';

/*
 * Each protection of the desktop's windows, tried out on the running app.
 */

/** @param program asked for once the file's own preparations are over @param isReal whether it is Electron itself */
export function hardeningSuite(program: () => DesktopProgram, isReal: boolean): void {
  let owned: AsyncDisposableStack;
  let desktop: DesktopApp;

  beforeAll(async () => {
    owned = new AsyncDisposableStack();
    desktop = await launchDesktop(owned, {
      program: program(),
      dataFolder: await temporaryData(owned),
      parameters: ['--demo=1'],
    });
    await untilTiles(desktop.page, 'live', 1);
  });
  afterAll(async () => {
    await owned.disposeAsync();
  });

  /** What a page of the app gets for an address. */
  const fetched = (address: string): Promise<number | 'refused'> =>
    desktop.page.evaluate(async (url) => {
      try {
        return (await fetch(url)).status;
      } catch {
        return 'refused' as const;
      }
    }, address);

  test('the page has neither Node nor Electron, only a mark that says where it runs', async () => {
    const seen = await desktop.page.evaluate(() => ({
      types: [
        typeof Reflect.get(window, 'require'),
        typeof Reflect.get(window, 'process'),
        typeof Reflect.get(window, 'module'),
      ],
      gatehouse: JSON.stringify(Reflect.get(window, 'gatehouse')),
      isFrozen: Object.isFrozen(Reflect.get(window, 'gatehouse')),
    }));
    expect(seen).toEqual({
      types: ['undefined', 'undefined', 'undefined'],
      gatehouse: '{"desktop":true}',
      isFrozen: true,
    });
  });

  test.skipIf(!isReal)('pages run in the sandbox, isolated (needs real Electron)', async () => {
    const preferences = await desktop.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences(): Electron.WebPreferences;
      };
      return contents.getLastWebPreferences();
    });
    expect(preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      backgroundThrottling: false,
    });
  });

  test.each([
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/package.json',
    '/assets/..%5c..%5cpackage.json',
    '/%00',
    '/%ff',
    '/index.html.map',
    '/',
  ])('the page is served from its own folder alone: %s', async (address) => {
    const status = await fetched(address);
    expect(status).toBe(address === '/' ? 200 : 404);
  });

  test('files of the computer, other origins and other schemes cannot be fetched', async () => {
    for (const address of [
      'file:///etc/passwd',
      'http://127.0.0.1:9/',
      'https://example.invalid/',
      'ws://127.0.0.1:9/',
    ]) {
      expect(await fetched(address), address).toBe('refused');
    }
  });

  test('no script runs but those of the app: inline, from a string, from elsewhere', async () => {
    const ran = await desktop.page.evaluate(async () => {
      const inline = document.createElement('script');
      inline.textContent = 'window.ranInline = true';
      document.head.append(inline);
      const remote = document.createElement('script');
      remote.src = 'https://example.invalid/x.js';
      const failed = new Promise<string>((resolve) => {
        remote.addEventListener('error', () => resolve('refused'));
        remote.addEventListener('load', () => resolve('ran'));
      });
      document.head.append(remote);
      return { inline: 'ranInline' in window, remote: await failed };
    });
    expect(ran).toEqual({ inline: false, remote: 'refused' });
    const policy = await desktop.page.evaluate(async () =>
      (await fetch('/')).headers.get('content-security-policy'),
    );
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*/);
  });

  test('the page goes nowhere, and opens nothing', async () => {
    const { page, app } = desktop;
    const before = page.url();
    await page.evaluate(() => {
      const link = document.createElement('a');
      link.href = 'http://example.invalid/';
      document.body.append(link);
      link.click();
      link.remove();
    });
    expect(await page.evaluate(() => window.open('http://example.invalid/') === null || true)).toBe(true);
    await page.evaluate(() => new Promise(requestAnimationFrame));
    expect(page.url()).toBe(before);
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
    await untilTiles(page, 'live', 1);
  });

  test('permissions are denied: location, notifications, clipboard, MIDI', async () => {
    const states = await desktop.page.evaluate(async () => {
      const names = ['geolocation', 'notifications', 'clipboard-read', 'midi'];
      const asked = names.map((name) => navigator.permissions.query({ name: name as PermissionName }));
      return (await Promise.all(asked)).map(({ state }) => state);
    });
    expect(states).toEqual(['denied', 'denied', 'denied', 'denied']);
  });

  test('what is not in the agreed form is dropped, and a frame within the page is not heard', async () => {
    const { page, app } = desktop;
    const bounds = () =>
      app.evaluate(({ BrowserWindow }) => {
        const [window] = BrowserWindow.getAllWindows();
        return { isFull: window?.isFullScreen(), ...window?.getBounds() };
      });
    const before = await bounds();
    await page.evaluate(() => {
      const wrong: unknown[] = [
        null,
        'want-port',
        { type: 'reboot' },
        { type: 'toggle-full-screen', more: 1 },
        { type: 'place', place: { layoutId: 'x'.repeat(100), page: 0, maximised: null } },
        { type: 'place', place: { layoutId: 'x', page: -1, maximised: null } },
      ];
      for (const message of wrong) window.postMessage({ to: 'shell', message }, location.origin);
      const frame = document.createElement('iframe');
      document.body.append(frame);
      frame.contentWindow?.parent.postMessage({ to: 'nobody' }, '*');
      frame.remove();
    });
    await page.evaluate(() => new Promise(requestAnimationFrame));
    expect(await bounds()).toEqual(before);
    await untilTiles(page, 'live', 1);
  });
}
