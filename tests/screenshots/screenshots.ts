import { mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises';
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
import { sizes, type Theme, themes, usualAppearance } from '../../renderer/looks/appearance.ts';
import settings from '../../renderer/messages/project.inlang/settings.json' with { type: 'json' };
import { launchChromium, loopbackWebRtc } from '../support/chromium.ts';
import { untilTiles } from '../support/console-page.ts';
import { helpIfAsked } from '../support/script-help.ts';
import { Serve } from '../support/serve.ts';
import { inAllThemes, type Scene, scenes } from './scenes.ts';
import { translatedPage } from './translated-page.ts';

/*
 * `npm run screenshots`: every screen of the console, empty, full and broken, at 1280x720 (PNG) and at 3840x2160 (JPEG); main
 * screens in the other themes, too (JPEG). Cameras, the headless console and browser are real; everything stays on loopback.
 */

const root = path.resolve(import.meta.dirname, '../..');
helpIfAsked(`Usage: npm run screenshots [-- OPTIONS]

  --only A,B        these scenes alone
  --into FOLDER     .cache/screens when left out
  --docs            what docs/screens.md shows, into docs/screens

Each of these draws a scene once, in all that are named:
  --width A,B       1280, 1920, 3840, 390 (a phone)
  --scale A,B       how large everything is, in percent: ${sizes.join(', ')}
  --theme A,B       ${themes.join(', ')}
  --media A,B       usual, forced-colors, contrast
  --language NAME   ${settings.locales.join(', ')}`);
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    into: { type: 'string', default: path.join(root, '.cache/screens') },
    docs: { type: 'boolean', default: false },
    width: { type: 'string' },
    scale: { type: 'string' },
    theme: { type: 'string' },
    media: { type: 'string' },
    language: { type: 'string', default: 'en' },
  },
});
const target = path.resolve(values.docs ? path.join(root, 'docs/screens') : values.into);
const [small, large] = [1280, 3840];
/** Of a laptop, of a display, of a large one, of a phone held upright. */
const heights: Readonly<Record<number, number>> = { 1280: 720, 1920: 1080, 3840: 2160, 390: 844 };
const widths = chosen('width', Object.keys(heights)).map(Number);
const scales = chosen('scale', sizes.map(String)).map(Number);
const chosenThemes = chosen('theme', themes);
const medias = chosen('media', ['usual', 'forced-colors', 'contrast']);
chosen('language', settings.locales);
const names = chosen(
  'only',
  scenes.map(({ name }) => name),
);

/** What an option names, each of it known; empty: it was left out. */
function chosen<Value extends string>(
  option: Exclude<keyof typeof values, 'docs'>,
  known: readonly Value[],
): Value[] {
  // Scenes look for words of one language.
  const named = option === 'language' ? [values.language] : (values[option]?.split(',') ?? []);
  const unknown = named.find((name) => known.every((each) => each !== name));
  if (unknown !== undefined) {
    process.stderr.write(`--${option} has no “${unknown}”. There are: ${known.join(', ')}\n`);
    process.exit(2);
  }
  return known.filter((each) => named.includes(each));
}

const newPictureMilliseconds = 1_000;
/** Of each step of a scene that names no other. */
const patienceMilliseconds = 15_000;
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

/** How a scene is drawn. */
interface Look {
  readonly width: number;
  readonly theme: Theme;
  /** In percent. */
  readonly scale: number;
  /** `usual`, `forced-colors` or `contrast`. */
  readonly media: string;
}

/** A window of that size, and what somebody has chosen in another window of this computer. */
async function show(page: Page, { width, theme, scale, media }: Look): Promise<void> {
  await page.setViewportSize({ width, height: heights[width] ?? 720 });
  await page.emulateMedia({
    forcedColors: media === 'forced-colors' ? 'active' : 'none',
    contrast: media === 'contrast' ? 'more' : 'no-preference',
  });
  await page.evaluate(
    (appearance) => {
      const key = 'gatehouse.appearance';
      localStorage.setItem(key, JSON.stringify(appearance));
      dispatchEvent(new StorageEvent('storage', { key }));
    },
    { theme, size: scale },
  );
  // Until a picture has come for its new size an element may be black; what stands still is not waited for.
  await page.evaluate(async (patience) => {
    const next = (video: HTMLVideoElement) =>
      new Promise((resolve) => video.requestVideoFrameCallback(() => requestAnimationFrame(resolve)));
    const videos = [...document.querySelectorAll('video')].filter((video) => video.checkVisibility());
    const late = new Promise((resolve) => setTimeout(resolve, patience));
    await Promise.race([Promise.all(videos.map(next)), late]);
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  }, newPictureMilliseconds);
}

/** Names of the files that the documents show; null: they do not count. */
const documented = values.docs
  ? new Set(
      [...(await readFile(path.join(root, 'docs/screens.md'), 'utf8')).matchAll(/\(screens\/([^)]+)\)/g)].map(
        ([, name]) => name,
      ),
    )
  : null;

/** What is usual is left out. */
function fileName(scene: Scene, { width, theme, scale, media }: Look): string {
  const parts = [
    scene.name,
    ...(theme === usualAppearance.theme ? [] : [theme]),
    ...(scale === usualAppearance.size ? [] : [scale]),
    ...(media === 'usual' ? [] : [media]),
    ...(values.language === 'en' ? [] : [values.language]),
    width,
  ];
  return `${parts.join('-')}.${width === small && theme === usualAppearance.theme ? 'png' : 'jpg'}`;
}

/** With cameras, data and console of its own: what one scene breaks, another one does not see. */
async function draw(browser: Browser, scene: Scene, looks: readonly Look[]): Promise<void> {
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
  const [first = usual] = looks;
  const context = await browser.newContext({
    viewport: { width: first.width, height: heights[first.width] ?? 720 },
    reducedMotion: 'reduce',
    locale: values.language,
  });
  owned.defer(() => context.close());
  const page = translatedPage(await context.newPage(), values.language);
  await page.addInitScript((size) => {
    localStorage.setItem('gatehouse.appearance', JSON.stringify({ size }));
  }, first.scale);
  page.setDefaultTimeout(patienceMilliseconds);
  await page.goto(serve.ready.url);
  if (count === 0) await page.getByText('No cameras yet').waitFor();
  else await untilTiles(page, 'live', Math.min(count, 25) - unshowable);
  await scene.prepare?.(page, { serve, cameras, locked });
  if (scene.name.startsWith('wall-') && scene.broken !== true && scene.halfBroken !== true) {
    const tiles = await page.locator('[data-tile][data-camera-id]').count();
    await untilTiles(page, 'live', tiles);
  }
  for (const look of looks) {
    await show(page, look);
    const file = path.join(target, fileName(scene, look));
    await page.screenshot(file.endsWith('.jpg') ? { path: file, type: 'jpeg', quality: 55 } : { path: file });
    process.stdout.write(`${path.relative(root, file)}\n`);
  }
}

const usual: Look = {
  width: small,
  theme: 'dark',
  scale: usualAppearance.size,
  media: 'usual',
};

/** What a window shows one after the other, for each window that a scene is drawn in. */
function windowsOf(scene: Scene): readonly (readonly Look[])[] {
  const { name } = scene;
  if (documented !== null) {
    const shown = [small, large].map((width) => ({ ...usual, width }));
    return shown.filter((look) => documented.has(fileName(scene, look))).map((look) => [look]);
  }
  if ([widths, scales, chosenThemes, medias].every(({ length }) => length === 0)) {
    const others = themes.filter((each) => each !== usual.theme && inAllThemes.has(name));
    return [[usual, ...others.map((each) => ({ ...usual, theme: each }))], [{ ...usual, width: large }]];
  }
  const all = <Value>(named: readonly Value[], without: Value) => (named.length === 0 ? [without] : named);
  const looks = all(widths, usual.width).flatMap((width) =>
    all(scales, usual.scale).flatMap((scale) =>
      all(chosenThemes, usual.theme).flatMap((theme) =>
        all(medias, usual.media).map((media) => ({ width, scale, theme, media })),
      ),
    ),
  );
  return [looks];
}

const wanted = scenes.filter(({ name }) => names.length === 0 || names.includes(name));
await mkdir(target, { recursive: true });
const browser = await launchChromium({ args: loopbackWebRtc });
try {
  for (const scene of wanted) {
    for (const looks of windowsOf(scene)) {
      try {
        await draw(browser, scene, looks);
      } catch (error) {
        // The others are worth as much.
        process.stderr.write(`${scene.name}: ${String(error)}\n`);
        process.exitCode = 1;
      }
    }
  }
} finally {
  await browser.close();
}
