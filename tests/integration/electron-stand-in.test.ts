import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeCodec } from '../support/electron-stand-in/codec.ts';

const executable = path.resolve(import.meta.dirname, '../support/electron-stand-in/electron');
let owned: AsyncDisposableStack;

beforeEach(() => {
  owned = new AsyncDisposableStack();
});
afterEach(async () => {
  await owned.disposeAsync();
});

/** Runs an app of one file. */
async function run(
  main: string,
  parameters: readonly string[] = [],
): Promise<{ code: number; output: string; errors: string }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-stand-in-'));
  owned.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
  const manifest = { name: 'tried', version: '1.2.3', type: 'module', main: 'main.js' };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(folder, 'main.js'), main);
  const environment = { ...process.env, GATEHOUSE_NODE: process.execPath };
  return await new Promise((resolve) => {
    execFile(
      executable,
      [folder, `--user-data-dir=${path.join(folder, 'data')}`, ...parameters],
      { env: environment, timeout: 80_000 },
      (error, output, errors) => {
        resolve({ code: error === null ? 0 : Number(error.code), output, errors });
      },
    );
  });
}

const start = "import * as electron from 'electron'; const { app, BrowserWindow } = electron;";
const inside = (body: string) =>
  `${start} app.whenReady().then(async () => { ${body} }).then(() => app.exit(0), (error) => { console.error(error.message); app.exit(9); });`;

test.each([
  ['app.dock', 'void app.dock', 'app.dock'],
  ['a method of a window', 'new BrowserWindow().setOpacity(1)', 'BrowserWindow.setOpacity'],
  ['an option of a window', 'new BrowserWindow({ transparent: true })', 'BrowserWindow { transparent }'],
  [
    'a preference of a page',
    'new BrowserWindow({ webPreferences: { plugins: true } })',
    'webPreferences { plugins }',
  ],
  ['an event of a window', "new BrowserWindow().on('swipe', () => {})", "the event 'swipe' of BrowserWindow"],
  [
    'a method of the protocol',
    "electron.protocol.registerFileProtocol('x', () => {})",
    'protocol.registerFileProtocol',
  ],
  [
    'an option of a menu',
    "electron.Menu.buildFromTemplate([{ label: 'x', before: ['y'] }])",
    'MenuItem { before }',
  ],
])('what is not there throws by its name: %s', async (_what, body, name) => {
  const { code, errors } = await run(inside(body));
  expect(errors).toContain(`The Electron stand-in does not implement ${name}.`);
  expect(code).toBe(9);
});

test('a module that it does not have fails at the import', async () => {
  const { code, errors } = await run(
    "import { globalShortcut } from 'electron'; globalShortcut.register('a', () => {});",
  );
  expect(code).not.toBe(0);
  expect(errors).toContain('globalShortcut');
});

test('windows that are not sandboxed are refused', async () => {
  const { code } = await run(inside('new BrowserWindow({ webPreferences: { sandbox: false } })'));
  expect(code).toBe(9);
});

test('the command line is read as Electron reads it', async () => {
  const body =
    "console.log(JSON.stringify([app.getVersion(), app.isPackaged, app.commandLine.getSwitchValue('data'), app.commandLine.hasSwitch('kiosk')]))";
  const { output } = await run(inside(body), ['--data=/x', '--kiosk']);
  expect(JSON.parse(output)).toEqual(['1.2.3', false, '/x', true]);
});

test('quitting asks windows first, and a window may keep the app from ending', async () => {
  const body = `
    const window = new BrowserWindow();
    let times = 0;
    window.on('close', (event) => { if (times++ === 0) event.preventDefault(); });
    app.on('before-quit', () => console.log('before-quit'));
    app.on('will-quit', () => console.log('will-quit'));
    await window.loadURL('data:text/html,x');
    app.quit();
    await new Promise((resolve) => setTimeout(resolve, 200));
    console.log('still here');
    app.quit();
    await new Promise(() => {});`;
  const { output, code } = await run(inside(body));
  expect(output.trim().split('\n')).toEqual(['before-quit', 'still here', 'before-quit', 'will-quit']);
  expect(code).toBe(0);
});

test('what a message carries arrives as it was', () => {
  const codec = makeCodec();
  const bytes = fc.uint8Array({ maxLength: 64 });
  const value = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: false,
    withObjectString: false,
    withNullPrototype: false,
  });
  fc.assert(
    fc.property(fc.record({ value, bytes, $: fc.string() }), (message) => {
      expect(codec.decode(codec.encode(message))).toEqual(message);
    }),
  );
});

test('what cannot be cloned is refused', () => {
  const codec = makeCodec();
  const circle: { self?: object } = {};
  circle.self = circle;
  for (const value of [() => 1, Symbol('x'), Promise.resolve(), circle, { deep: [() => 1] }]) {
    expect(() => codec.encode(value)).toThrow('could not be cloned');
  }
});
