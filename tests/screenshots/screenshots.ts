import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { createLog } from '../../main/base/log.ts';
import type { CameraInput } from '../../main/contract/camera.ts';
import { startVirtualCameras, type VirtualCamera } from '../../main/demo/virtual-fleet.ts';
import { type Engine, startEngine } from '../../main/engine/engine.ts';
import { launchChromium, loopbackWebRtc } from '../support/chromium.ts';
import { untilTiles } from '../support/console-page.ts';

/*
 * `npm run screenshots [-- --only NAME]`: every screen of the console, empty, full and broken, at 1280x720 (PNG) and at
 * 3840x2160 (JPEG), into docs/screens. Cameras, engine and browser are real; everything stays on loopback.
 */

const root = path.resolve(import.meta.dirname, '../..');
const target = path.join(root, 'docs/screens');
const small = { width: 1280, height: 720 };
const large = { width: 3840, height: 2160 };
const credentials = { scheme: 'digest-md5', username: 'guard', password: 'right' } as const;

interface Scene {
  readonly name: string;
  /** How many virtual cameras; 0 is an empty console. */
  readonly cameras?: number;
  /** Cameras beside them that do not work. */
  readonly broken?: boolean;
  prepare?(page: Page, stage: Stage): Promise<void>;
}

interface Stage {
  readonly engine: Engine;
  readonly cameras: readonly VirtualCamera[];
  /** Asks for a password. */
  readonly locked: VirtualCamera;
}

const tile = (page: Page, index: number) => page.locator('[data-tile]').nth(index);
const shape = async (page: Page, words: string) => {
  await page.getByRole('button', { name: /Shape of the wall/ }).click();
  await page.getByRole('menuitem', { name: words, exact: true }).click();
};
const addDialog = async (page: Page, address: string) => {
  await page.keyboard.press('a');
  await page.getByLabel('Address', { exact: true }).fill(address);
};
const showPicture = (page: Page) => page.getByRole('button', { name: 'Show the picture' }).click();

const scenes: readonly Scene[] = [
  { name: 'empty' },
  { name: 'wall-9', cameras: 9 },
  { name: 'wall-25', cameras: 25 },
  { name: 'wall-64', cameras: 64, prepare: (page) => shape(page, '64 cameras') },
  { name: 'wall-1+7', cameras: 9, prepare: (page) => shape(page, '1+7, 1 large and 7 small') },
  { name: 'wall-1+12', cameras: 16, prepare: (page) => shape(page, '1+12, 1 large and 12 small') },
  { name: 'wall-broken', cameras: 4, broken: true, prepare: (page) => untilTiles(page, 'waiting', 3) },
  {
    name: 'maximised',
    cameras: 9,
    async prepare(page) {
      await tile(page, 4).click();
      await page.keyboard.press('Enter');
      await page.waitForFunction(
        () => document.querySelector<HTMLVideoElement>('[data-maximised] video')?.videoWidth === 1280,
      );
    },
  },
  {
    name: 'shapes',
    cameras: 9,
    async prepare(page) {
      await page.getByRole('button', { name: /Shape of the wall/ }).click();
      await page.getByRole('menu').waitFor();
    },
  },
  { name: 'list', cameras: 9, broken: true, prepare: (page) => page.keyboard.press('c') },
  {
    name: 'list-chosen',
    cameras: 9,
    async prepare(page) {
      await page.keyboard.press('c');
      for (const number of [2, 3]) await page.locator(`[data-camera-row="${number}"]`).press('Space');
    },
  },
  {
    name: 'list-nothing-found',
    cameras: 9,
    async prepare(page) {
      await page.keyboard.press('/');
      await page.keyboard.type('helipad');
      await page.getByText('No camera has').waitFor();
    },
  },
  {
    name: 'new-wall',
    cameras: 9,
    async prepare(page) {
      await page.getByRole('button', { name: 'New wall' }).click();
      await tile(page, 0).click();
      for (const number of [5, 2]) await page.locator(`[data-camera-row="${number}"]`).press('Enter');
      await untilTiles(page, 'live', 2);
    },
  },
  { name: 'add', cameras: 4, prepare: (page) => page.keyboard.press('a') },
  {
    name: 'add-live',
    cameras: 4,
    async prepare(page, { locked }) {
      await addDialog(page, new URL(locked.mainUrl).host);
      await page.getByRole('textbox', { name: 'User' }).fill('guard');
      await page.getByRole('textbox', { name: 'Password' }).fill('right');
      await showPicture(page);
      await page.locator('[data-trial="live"]').waitFor();
    },
  },
  {
    name: 'add-wrong-password',
    cameras: 4,
    async prepare(page, { locked }) {
      await addDialog(page, locked.mainUrl);
      await page.getByRole('textbox', { name: 'User' }).fill('guard');
      await page.getByRole('textbox', { name: 'Password' }).fill('wrong');
      await showPicture(page);
      await page.locator('[data-trial="failed"]').waitFor();
    },
  },
  {
    name: 'add-unreachable',
    cameras: 4,
    async prepare(page) {
      await addDialog(page, 'rtsp://127.0.0.1:9/main');
      await showPicture(page);
      await page.locator('[data-trial="failed"]').waitFor();
    },
  },
  {
    name: 'add-mistakes',
    cameras: 4,
    async prepare(page) {
      await addDialog(page, 'http://192.0.2.1/');
      await page.getByRole('button', { name: 'Add camera' }).click();
      await page.getByText('must not be empty').waitFor();
    },
  },
  {
    name: 'edit',
    cameras: 4,
    async prepare(page) {
      await tile(page, 1).click();
      await page.keyboard.press('e');
      await showPicture(page);
      await page.locator('[data-trial="live"]').waitFor();
    },
  },
  {
    name: 'history',
    cameras: 4,
    async prepare(page, { cameras }) {
      await tile(page, 0).click();
      await cameras[0]?.reboot(1);
      await untilTiles(page, 'live', 4);
      await page.keyboard.press('h');
      await page
        .getByText(/[2-9] changes/)
        .first()
        .click();
    },
  },
  {
    name: 'import-mistakes',
    cameras: 4,
    async prepare(page) {
      const text =
        'name,address,number\nGate,http://192.0.2.1/,7\n,rtsp://192.0.2.2/main,\nRoof,rtsp://192.0.2.3/a,1\n';
      await page.keyboard.press('s');
      await page.getByRole('button', { name: 'Import…' }).click();
      const file = { name: 'cameras.csv', mimeType: 'text/csv', buffer: Buffer.from(text) };
      await page.locator('input[type="file"]').setInputFiles(file);
      await page.getByText('Nothing was imported').waitFor();
    },
  },
  { name: 'settings', cameras: 4, prepare: (page) => page.keyboard.press('s') },
  {
    name: 'settings-nothing-found',
    cameras: 4,
    async prepare(page) {
      await page.keyboard.press('s');
      await page.getByLabel('Search settings').fill('weather');
    },
  },
  { name: 'keys', cameras: 4, prepare: (page) => page.keyboard.press('?') },
  {
    name: 'rename',
    cameras: 4,
    async prepare(page) {
      await page.getByRole('button', { name: 'What to do with wall' }).click();
      await page.getByRole('menuitem', { name: 'Rename…' }).click();
    },
  },
  {
    name: 'removed',
    cameras: 4,
    async prepare(page) {
      await page.keyboard.press('c');
      await page.locator('[data-camera-row="3"]').press('Delete');
      await page.getByRole('button', { name: 'Undo' }).waitFor();
    },
  },
  {
    name: 'notice',
    cameras: 4,
    async prepare(page, { engine }) {
      engine.site.notify(
        'data-restored',
        'The data was damaged, and the backup of yesterday, 03:00 was brought back. Look whether cameras and walls are right: what was changed later is lost.',
      );
      await page.locator('[data-notice-kind]').waitFor();
    },
  },
  {
    name: 'engine-away',
    cameras: 4,
    async prepare(page, { engine }) {
      await engine[Symbol.asyncDispose]();
      await untilTiles(page, 'offline', 4);
    },
  },
  {
    name: 'signed-out',
    async prepare(page) {
      await page.context().clearCookies();
      await page.reload();
      await page.getByText('fresh link').waitFor();
    },
  },
];

/** Cameras that do not work, each in its own way. */
async function brokenInputs(owned: AsyncDisposableStack, locked: VirtualCamera): Promise<CameraInput[]> {
  const silent = owned.use(await startVirtualCameras({ count: 1 })).cameras[0];
  silent?.silence(true);
  return [
    {
      name: 'Safe',
      group: 'Inside',
      mainUrl: locked.mainUrl,
      subUrl: locked.subUrl,
      username: 'guard',
      password: 'x',
    },
    { name: 'Back door', group: 'Inside', mainUrl: 'rtsp://127.0.0.1:9/main', subUrl: null },
    { name: 'Cellar', group: 'Inside', mainUrl: silent?.mainUrl ?? '', subUrl: null },
  ];
}

async function draw(browser: Browser, scene: Scene): Promise<void> {
  await using owned = new AsyncDisposableStack();
  const count = scene.cameras ?? 0;
  const { cameras } = owned.use(await startVirtualCameras({ count }));
  const [locked] = owned.use(await startVirtualCameras({ count: 1, credentials })).cameras;
  if (locked === undefined) throw new Error('no camera');
  for (const viewport of [small, large]) {
    await using shot = new AsyncDisposableStack();
    const dataFolder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-screens-'));
    shot.defer(() => rm(dataFolder, { recursive: true, force: true }));
    const engine = shot.use(
      await startEngine({
        dataFolder,
        http: { port: 0, rendererFolder: path.join(root, 'dist/renderer') },
        log: createLog('silent'),
      }),
    );
    for (const [index, { name, mainUrl, subUrl }] of cameras.entries()) {
      engine.cameras.add({ name, group: index < 3 && count > 4 ? 'Outside' : '', mainUrl, subUrl });
    }
    if (scene.broken === true)
      for (const input of await brokenInputs(shot, locked)) engine.cameras.add(input);
    const context = await browser.newContext({ viewport });
    shot.defer(() => context.close());
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${engine.http?.port}/#token=${engine.http?.issueToken()}`);
    if (count === 0) await page.getByText('No cameras yet').waitFor();
    else await untilTiles(page, 'live', Math.min(count, 25));
    await scene.prepare?.(page, { engine, cameras, locked });
    if (scene.name.startsWith('wall-') && scene.broken !== true) {
      const tiles = await page.locator('[data-tile][data-camera-id]').count();
      await untilTiles(page, 'live', tiles);
    }
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
    const isLarge = viewport === large;
    const file = path.join(target, `${scene.name}-${viewport.width}.${isLarge ? 'jpg' : 'png'}`);
    await page.screenshot(isLarge ? { path: file, type: 'jpeg', quality: 55 } : { path: file });
    process.stdout.write(`${path.relative(root, file)}\n`);
  }
}

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const wanted = scenes.filter(({ name }) => values.only === undefined || name === values.only);
if (wanted.length === 0)
  throw new Error(`There is no scene of this name. There are: ${scenes.map(({ name }) => name).join(', ')}`);
await mkdir(target, { recursive: true });
const browser = await launchChromium({ args: loopbackWebRtc });
try {
  for (const scene of wanted) await draw(browser, scene);
} finally {
  await browser.close();
}
