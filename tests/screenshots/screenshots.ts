import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { createLog } from '../../main/base/log.ts';
import { Secret } from '../../main/base/secret.ts';
import type { CameraInput } from '../../main/contract/camera.ts';
import { discoverableCamera } from '../../main/demo/discoverable-cameras.ts';
import type { DiscoverableDevice } from '../../main/demo/discovery-messages.ts';
import { DiscoveryResponder } from '../../main/demo/discovery-responder.ts';
import { startVirtualCameras, type VirtualCamera } from '../../main/demo/virtual-fleet.ts';
import { Backups } from '../../main/store/backups.ts';
import { openStore } from '../../main/store/store.ts';
import { type Theme, themes, usualAppearance } from '../../renderer/looks/appearance.ts';
import { launchChromium, loopbackWebRtc } from '../support/chromium.ts';
import { untilTiles } from '../support/console-page.ts';
import { Serve } from '../support/serve.ts';
import { inAllThemes, type Scene, scenes } from './scenes.ts';

/*
 * `npm run screenshots`: every screen of the console, empty, full and broken, at 1280x720 (PNG) and at 3840x2160 (JPEG), into
 * docs/screens; main screens in the other themes, too (JPEG). Cameras, the headless console and browser are real; everything stays
 * on loopback. For a look at some: `-- --only wall-9,settings --width 1280 --scale 200 --direction rtl --into /tmp/screens`.
 */

const root = path.resolve(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    width: { type: 'string' },
    scale: { type: 'string' },
    direction: { type: 'string' },
    into: { type: 'string', default: path.join(root, 'docs/screens') },
  },
});
const target = path.resolve(values.into);
const small = { width: 1280, height: 720 };
const large = { width: 3840, height: 2160 };
const usual: readonly Theme[] = ['dark'];
const credentials = { scheme: 'digest-md5', username: 'guard', password: 'right' } as const;

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

/** Stores what the scene begins with. */
async function fill(folder: string, inputs: readonly CameraInput[], scene: Scene): Promise<void> {
  const log = createLog('silent');
  using store = openStore({ folder, log });
  for (const {
    name,
    group = '',
    mainUrl,
    subUrl = null,
    onvifUrl = null,
    username = null,
    password,
  } of inputs) {
    store.cameras.insert({
      name,
      group,
      mainUrl,
      subUrl,
      onvifUrl,
      username,
      password: typeof password === 'string' ? new Secret(password) : null,
      connection: 'on-demand',
    });
  }
  scene.store?.(store);
  if (scene.damaged !== true) return;
  await using backups = new Backups({ database: store.database, folder, log });
  await backups.backUp();
}

/** Writes noise over all pages but the first. */
async function damage(folder: string): Promise<void> {
  await using file = await open(path.join(folder, 'gatehouse.db'), 'r+');
  const { size } = await file.stat();
  const page = 4_096;
  await file.write(Buffer.alloc(size - page, 0xff), 0, size - page, page);
}

/** What these say of themselves, and some of which there is no more than that. */
function findable(cameras: readonly VirtualCamera[]): DiscoverableDevice[] {
  const names = [
    'Front door',
    'Front yard',
    'Garage',
    'Roof',
    'Lift',
    'Stairs',
    'Dock 1',
    'Dock 2',
    'Store',
    'Attic',
  ];
  const others = names.map((name, index) => ({ name, mainUrl: `rtsp://127.0.1.${index + 20}:554/main` }));
  return [...cameras, ...others].map((camera, index) => discoverableCamera(camera, index));
}

/** Another window of this computer chooses a theme. */
async function showTheme(page: Page, theme: Theme): Promise<void> {
  await page.evaluate((chosen) => {
    const key = 'gatehouse.appearance';
    const stored = JSON.parse(localStorage.getItem(key) ?? '{}');
    localStorage.setItem(key, JSON.stringify({ ...stored, theme: chosen }));
    dispatchEvent(new StorageEvent('storage', { key }));
  }, theme);
}

/** With cameras, data and console of its own: what one scene breaks, another one does not see. */
async function draw(browser: Browser, scene: Scene, viewport: typeof small): Promise<void> {
  await using owned = new AsyncDisposableStack();
  const count = scene.cameras ?? 0;
  const { codecs = [], sounds = [], unshowable = 0, quirk } = scene;
  const guard = scene.guarded === true ? { credentials, onvif: { port: 0 } } : {};
  const { cameras } = owned.use(await startVirtualCameras({ count, codecs, sounds, quirk, ...guard }));
  const [locked] = owned.use(
    await startVirtualCameras({ count: 1, credentials, onvif: { port: 0 } }),
  ).cameras;
  if (locked === undefined) throw new Error('no camera');
  const dataFolder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-screens-'));
  owned.defer(() => rm(dataFolder, { recursive: true, force: true }));
  const inputs = cameras.map(({ name, mainUrl, subUrl, onvifUrl }, index) => ({
    name,
    onvifUrl,
    ...(scene.guarded === true ? { username: 'guard', password: 'right' } : {}),
    group: index < 3 && count > 4 ? 'Outside' : '',
    mainUrl,
    subUrl: scene.mainOnly === true ? null : subUrl,
  }));
  const broken = scene.broken === true ? await brokenInputs(owned, locked) : [];
  await fill(dataFolder, [...inputs, ...broken], scene);
  if (scene.damaged === true) await damage(dataFolder);
  if (scene.findable === true) owned.use(await DiscoveryResponder.start(findable([...cameras, locked])));
  const serve = owned.use(
    await Serve.start(['--data', dataFolder, '--port', '0'], {
      GATEHOUSE_DISCOVERY: scene.findable === true ? 'loopback' : 'none',
    }),
  );
  const context = await browser.newContext({ viewport, reducedMotion: 'reduce' });
  owned.defer(() => context.close());
  const page = await context.newPage();
  await page.addInitScript(
    ({ size, direction }) => {
      localStorage.setItem('gatehouse.appearance', JSON.stringify({ size }));
      if (direction !== undefined) document.documentElement.dir = direction;
    },
    { size: Number(values.scale ?? 100), direction: values.direction },
  );
  await page.goto(serve.ready.url);
  if (count === 0) await page.getByText('No cameras yet').waitFor();
  else await untilTiles(page, 'live', Math.min(count, 25) - unshowable);
  await scene.prepare?.(page, { serve, cameras, locked });
  if (scene.name.startsWith('wall-') && scene.broken !== true) {
    const tiles = await page.locator('[data-tile][data-camera-id]').count();
    await untilTiles(page, 'live', tiles);
  }
  const isLarge = viewport === large;
  for (const theme of isLarge || values.scale || values.direction || !inAllThemes.has(scene.name)
    ? usual
    : themes) {
    await showTheme(page, theme);
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
    const isUsual = theme === usualAppearance.theme;
    const name = [scene.name, ...(isUsual ? [] : [theme]), viewport.width].join('-');
    const isPacked = isLarge || !isUsual;
    const file = path.join(target, `${name}.${isPacked ? 'jpg' : 'png'}`);
    await page.screenshot(isPacked ? { path: file, type: 'jpeg', quality: 55 } : { path: file });
    process.stdout.write(`${path.relative(root, file)}\n`);
  }
}

const names = values.only?.split(',');
const wanted = scenes.filter(({ name }) => names?.includes(name) ?? true);
if (wanted.length === 0)
  throw new Error(`There is no scene of this name. There are: ${scenes.map(({ name }) => name).join(', ')}`);
await mkdir(target, { recursive: true });
const browser = await launchChromium({ args: loopbackWebRtc });
try {
  for (const scene of wanted) {
    for (const viewport of [small, large])
      if (values.width === undefined || Number(values.width) === viewport.width)
        await draw(browser, scene, viewport);
  }
} finally {
  await browser.close();
}
