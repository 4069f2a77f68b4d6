import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import type { ShellMessage } from '../../main/contract/shell.ts';
import type { QuirkName } from '../../main/demo/quirks.ts';
import type { SoundCodec } from '../../main/demo/sound-clip.ts';
import type { VirtualCameraOptions } from '../../main/demo/virtual-camera.ts';
import type { VirtualCamera } from '../../main/demo/virtual-fleet.ts';
import type { Store } from '../../main/store/store.ts';
import { untilTiles } from '../support/console-page.ts';
import type { Serve } from '../support/serve.ts';
import { fillAudit } from './filled-audit.ts';
import { fillDay } from './filled-day.ts';
import { fillEvents } from './filled-events.ts';

/** Argon2id of no PIN. */
const nobodysHash =
  '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

/** One screen. */
export interface Scene {
  readonly name: string;
  /** How many virtual cameras; 0 is an empty console. */
  readonly cameras?: number;
  /** Formats of the first of them; the others send H.264. */
  readonly codecs?: readonly VirtualCameraOptions['codecs'][];
  /** What they send as sound, again and again; none when left out. */
  readonly sounds?: readonly (SoundCodec | undefined)[];
  /** They have no sub-stream. */
  readonly mainOnly?: boolean;
  /** What all of them do wrong. */
  readonly quirk?: QuirkName;
  /** They ask for a password, and have ONVIF. */
  readonly guarded?: boolean;
  /** How many of them this browser cannot show. */
  readonly unshowable?: number;
  /** Cameras beside them that do not work. */
  readonly broken?: boolean;
  /** What is prepared takes pictures away: nobody waits for all of them. */
  readonly halfBroken?: boolean;
  /** What is stored before the console starts, besides the cameras. */
  store?(store: Store): void;
  /** The database is damaged, and a backup lies beside it. */
  readonly damaged?: boolean;
  /** Cameras are looked for, on loopback, and there are some: those of the scene, `locked`, and others of names alone. */
  readonly findable?: boolean;
  prepare?(page: Page, stage: Stage): Promise<void>;
}

/** What a scene plays on. */
export interface Stage {
  readonly serve: Serve;
  readonly cameras: readonly VirtualCamera[];
  /** Asks for a password. */
  readonly locked: VirtualCamera;
}

const tile = (page: Page, index: number) => page.locator('[data-tile]').nth(index);
const shape = async (page: Page, words: string) => {
  await page.getByRole('button', { name: /Shape of the wall/ }).click();
  await page.getByRole('menuitem', { name: words, exact: true }).click();
};
/** Presses a key that opens a dialog; its code may come after the page's first picture. */
const openDialog = async (page: Page, key: string) => {
  await page.keyboard.press(key);
  await page.getByRole('dialog').waitFor();
};
/** Some people, and a role for the night. */
const fillPeople = ({ users, roles }: Store) => {
  const id = randomUUID();
  const cameras = [
    { scope: 'all' as const, rights: ['live' as const] },
    { scope: 'group' as const, group: '', rights: ['ptz' as const, 'listen' as const] },
  ];
  const hours = [{ days: [1, 2, 3, 4, 5], from: '22:00', until: '06:00' }];
  roles.save({ id, name: 'Night guard', rights: { console: ['layouts'], cameras }, hours });
  const person = { disabled: false, passwordHash: 'x', sealedTotpKey: null };
  users.save({ ...person, id: randomUUID(), name: 'Erika', roleId: 'operator' });
  users.save({ ...person, id: randomUUID(), name: 'Otto', roleId: id });
  users.save({ ...person, id: randomUUID(), name: 'Former guard', roleId: 'viewer', disabled: true });
};
/** The owner has a password and a PIN, which nobody knows. */
const fillLock = ({ users }: Store) => {
  const [owner] = users.list();
  if (owner === undefined) throw new Error('no owner');
  users.save({ ...owner, passwordHash: 'x' });
  users.savePin(owner.id, nobodysHash);
};
const lock = async (page: Page) => {
  await page.keyboard.press('Shift+L');
  await page.getByText('Locked by Owner').waitFor();
};
const openAudit = async (page: Page) => {
  await openDialog(page, 's');
  await page.getByRole('button', { name: 'Show the audit…' }).click();
  await page.getByLabel('Search the audit').waitFor();
};
const openPeople = async (page: Page) => {
  await openDialog(page, 's');
  await page.getByRole('button', { name: 'People and roles…' }).click();
  await page.getByRole('button', { name: 'Add a person…' }).waitFor();
};
/** Goes to a step of the tour for whoever is new, from 1. */
const showAround = async (page: Page, step: number) => {
  await openDialog(page, '?');
  await page.getByRole('button', { name: 'Short tour of the console' }).click();
  for (let at = 1; at < step; at++)
    await page.locator(`[data-welcome="${at}"]`).getByRole('button', { name: 'Next' }).click();
  await page.locator(`[data-welcome="${step}"]`).waitFor();
};
/** Takes the first camera in hand. */
const move = async (page: Page) => {
  await tile(page, 0).click();
  await page.getByRole('button', { name: 'Move camera 1' }).click();
  await page.locator('[data-ptz]').waitFor();
};
/** Looks back with the first camera, when there is something to see. */
const lookBack = async (page: Page) => {
  await page.waitForTimeout(12_000);
  await tile(page, 0).click();
  await page.keyboard.press('j');
  await page.locator('[data-replay-bar]').waitFor();
  // The newest one is always on its way.
  await page.waitForFunction(() => {
    const strip = document.querySelector<HTMLElement>('[data-scrub-strip]');
    const boxes = [...(strip?.querySelectorAll('canvas') ?? [])];
    // A small tile has no room for it.
    if (boxes.length === 0) return strip?.checkVisibility() === false;
    return boxes.filter(({ dataset }) => dataset.drawn === undefined).length <= 1;
  });
};
/** Every second camera stops in one of four ways, and the wall says so. */
const breakHalf = async (page: Page, { cameras }: Stage) => {
  await untilTiles(page, 'live', cameras.length);
  const ways = [
    (camera: VirtualCamera) => camera.freeze(true),
    (camera: VirtualCamera) => camera.silence(true),
    (camera: VirtualCamera) => camera.look('black'),
    (camera: VirtualCamera) => void camera.reboot(120),
  ];
  const broken = cameras.filter((_, index) => index % 2 === 1);
  for (const [index, camera] of broken.entries()) ways[index % ways.length]?.(camera);
  const half = Math.floor(broken.length / 2);
  await untilTiles(page, 'waiting', half);
  await untilTiles(page, 'stale', half);
};
const openList = async (page: Page) => {
  await page.keyboard.press('c');
  await page.locator('[data-camera-row]').first().waitFor();
};
const addDialog = async (page: Page, address: string) => {
  await openDialog(page, 'a');
  await page.getByLabel('Address', { exact: true }).fill(address);
};
const showPicture = (page: Page) => page.getByRole('button', { name: 'Show the picture' }).click();

/** What an installer has prepared. */
const preparedSite = {
  format: 'gatehouse-site',
  version: 1,
  settings: { siteName: 'Harbour', clock: 'date-and-time' },
  cameras: [
    { key: 'gate', name: 'Gate', group: 'Outside', mainUrl: 'rtsp://192.0.2.1/main', username: 'viewer' },
    { key: 'hall', name: 'Hall', mainUrl: 'rtsp://192.0.2.2/main' },
  ],
  layouts: [{ key: 'night', name: 'Night', grid: '4', tiles: ['gate', 'hall', null, null] }],
  kiosk: { enabled: true, pin: '2468', displays: 'all', startAtLogin: true },
};

/** Gives the console a site file, and waits for what it says. */
async function importSite(page: Page, site: object, words: string): Promise<void> {
  await openDialog(page, 's');
  await page.getByRole('button', { name: 'Import site file…' }).click();
  const buffer = Buffer.from(JSON.stringify(site));
  const file = { name: 'site.json', mimeType: 'application/json', buffer };
  await page.locator('input[type="file"]').setInputFiles(file);
  await page.getByText(words).waitFor();
}

/** Says something to the page as the desktop's shell does. */
async function say(page: Page, message: ShellMessage): Promise<void> {
  await page.evaluate(
    (told) => window.postMessage({ from: 'shell', message: told }, location.origin),
    message,
  );
}

const showServers = async (page: Page) => {
  await openDialog(page, 's');
  await page.getByRole('button', { name: 'Set up servers…' }).click();
};

/** Two servers, of which there is none. */
async function openServers(page: Page): Promise<void> {
  await showServers(page);
  const add = page.getByRole('button', { name: 'Add a server' });
  await add.click();
  await page.getByLabel('Address').first().fill('turn:127.0.0.1:9');
  await page.getByLabel('User', { exact: true }).first().fill('gate');
  await page.getByLabel('Password', { exact: true }).first().fill('sesame');
  await add.click();
  await page.getByLabel('Address').last().fill('turns:turn.invalid:5349');
  await page.getByLabel('Login').last().selectOption('shared-secret');
  await page.getByLabel('Shared secret', { exact: true }).fill('north');
}

/** The main screens: they are drawn in every theme. */
export const inAllThemes: ReadonlySet<string> = new Set([
  'empty',
  'find',
  'wall-9',
  'wall-broken',
  'list',
  'edit',
  'events',
  'alarm',
  'clips',
  'health',
  'history',
  'moving',
  'settings',
  'keys',
  'palette',
  'people',
  'audit',
  'locked',
  'signed-out',
]);

/** Every screen of the console, empty, full and broken. */
export const scenes: readonly Scene[] = [
  { name: 'empty' },
  {
    name: 'find-nothing',
    async prepare(page) {
      await openDialog(page, 'Shift+A');
      await page.getByText('There is no network to look on').waitFor();
    },
  },
  {
    name: 'find',
    cameras: 4,
    findable: true,
    async prepare(page) {
      await openDialog(page, 'Shift+A');
      await page.locator('[data-device]').nth(14).waitFor();
      await page.locator('[data-device].added').nth(3).waitFor();
      await page.getByLabel('All that are not added yet').check();
      await page.getByLabel('User').fill('guard');
      await page.getByLabel('Password', { exact: true }).fill('secret');
    },
  },
  {
    name: 'find-mistakes',
    cameras: 4,
    findable: true,
    async prepare(page, { locked }) {
      await openDialog(page, 'Shift+A');
      await page.locator('[data-device]').nth(14).waitFor();
      await page.getByLabel('Search found cameras').fill('Front');
      await page.getByLabel('All of these').check();
      await page.getByLabel('Search found cameras').fill(locked.name);
      await page.locator('[data-device]:not(.added) input').check();
      await page.getByLabel('User').fill('guard');
      await page.getByLabel('Password', { exact: true }).fill('wrong');
      await page.getByRole('button', { name: /^Add \d/ }).click();
      await page.getByLabel('Search found cameras').fill('');
      await page.locator('[data-device] p').nth(1).waitFor();
      await page.locator('[data-device] p').nth(1).scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'find-look',
    cameras: 4,
    findable: true,
    async prepare(page, { locked }) {
      await openDialog(page, 'Shift+A');
      await page.locator('[data-device]').nth(14).waitFor();
      await page.getByLabel('Search found cameras').fill(locked.name);
      await page.locator('[data-device]:not(.added) input').check();
      await page.getByLabel('User').fill('guard');
      await page.getByLabel('Password', { exact: true }).fill('right');
      await page.getByRole('button', { name: 'Look first' }).click();
      await page.locator('[data-preview="live"]').waitFor();
    },
  },
  {
    name: 'moved',
    cameras: 3,
    broken: true,
    store(store) {
      const camera = store.cameras.list().find(({ name }) => name === 'Back door');
      if (camera === undefined) throw new Error('no camera');
      store.notices.insert({
        ...{ id: randomUUID(), at: Date.now(), kind: 'camera-moved' },
        message: `Camera ${camera.number}, Back door, does not answer at 10.0.0.5 and seems to be at 10.0.0.9 now: what is there says so, but has not proved it.`,
        move: { cameraIds: [camera.id], address: '10.0.0.9' },
      });
    },
    async prepare(page) {
      await page.getByRole('button', { name: 'Use 10.0.0.9' }).waitFor();
    },
  },
  {
    name: 'find-added',
    cameras: 4,
    findable: true,
    async prepare(page, { locked }) {
      await openDialog(page, 'Shift+A');
      await page.locator('[data-device]').nth(14).waitFor();
      await page.getByLabel('Search found cameras').fill(locked.name);
      await page.locator('[data-device]:not(.added) input').check();
      await page.getByLabel('User').fill('guard');
      await page.getByLabel('Password', { exact: true }).fill('right');
      await page.getByRole('button', { name: /^Add \d/ }).click();
      await page.getByText('over ONVIF').waitFor();
      await page.getByLabel('Search found cameras').fill('');
    },
  },
  { name: 'wall-9', cameras: 9 },
  { name: 'wall-1', cameras: 1 },
  { name: 'wall-16', cameras: 16 },
  { name: 'wall-16-broken', cameras: 16, halfBroken: true, prepare: breakHalf },
  { name: 'wall-25', cameras: 25 },
  { name: 'wall-64', cameras: 64, prepare: (page) => shape(page, '64 cameras') },
  {
    name: 'wall-64-broken',
    cameras: 64,
    halfBroken: true,
    async prepare(page, stage) {
      await shape(page, '64 cameras');
      await breakHalf(page, stage);
    },
  },
  {
    // A small tile that is selected, with all that its strip can have.
    name: 'wall-64-selected',
    cameras: 64,
    guarded: true,
    sounds: ['PCMU'],
    async prepare(page) {
      await shape(page, '64 cameras');
      await tile(page, 0).click();
      await page.getByRole('button', { name: 'Move camera 1' }).waitFor();
    },
  },
  { name: 'wall-1+7', cameras: 9, prepare: (page) => shape(page, '1+7, 1 large and 7 small') },
  { name: 'wall-1+12', cameras: 16, prepare: (page) => shape(page, '1+12, 1 large and 12 small') },
  { name: 'wall-broken', cameras: 4, broken: true, prepare: (page) => untilTiles(page, 'waiting', 3) },
  { name: 'wall-mjpeg', cameras: 4, codecs: [undefined, { sub: 'JPEG' }, undefined, { sub: 'JPEG' }] },
  {
    name: 'sound',
    cameras: 9,
    sounds: ['PCMU'],
    async prepare(page) {
      await tile(page, 4).click();
      await page.keyboard.press('m');
      await page.locator('[data-sound="heard"]').waitFor();
    },
  },
  {
    name: 'recording',
    cameras: 4,
    async prepare(page) {
      await tile(page, 1).click();
      await page.keyboard.press('r');
      await page.locator('[data-recording]').waitFor();
    },
  },
  ...[1, 4, 16].map((cameras) => ({ name: `replay-${cameras}`, cameras, prepare: lookBack })),
  { name: 'clips-none', cameras: 4, prepare: (page) => openDialog(page, 'o') },
  {
    name: 'clips',
    cameras: 4,
    async prepare(page) {
      for (const [place, key] of [
        [0, 'Shift+R'],
        [1, 'Shift+P'],
        [2, 'Shift+R'],
      ] as const) {
        await tile(page, place).click();
        await page.keyboard.press(key);
        await page.getByText(new RegExp(`^Camera ${place + 1}: .* kept`)).waitFor();
      }
      await openDialog(page, 'o');
      // Those further down are drawn when they are looked at.
      await page.locator('[data-clip-id] canvas[data-drawn]').first().waitFor();
    },
  },
  {
    name: 'sound-missing',
    cameras: 25,
    async prepare(page) {
      await tile(page, 7).click();
      await page.keyboard.press('m');
      await page.locator('[data-sound="missing"]').waitFor();
    },
  },
  {
    name: 'h265-small',
    cameras: 4,
    codecs: [{ main: 'H265' }],
    async prepare(page) {
      await tile(page, 0).click();
      await page.keyboard.press('Enter');
      await page.getByText('showing the small one').waitFor();
    },
  },
  {
    name: 'h265-unshowable',
    cameras: 4,
    codecs: [{ main: 'H265' }, { main: 'JPEG' }],
    mainOnly: true,
    unshowable: 1,
  },
  {
    name: 'rebooting',
    cameras: 9,
    async prepare(page, { cameras }) {
      // Longer than the picture takes.
      for (const index of [1, 4]) void cameras[index]?.reboot(60);
      await untilTiles(page, 'waiting', 2);
    },
  },
  {
    name: 'full-screen',
    cameras: 9,
    async prepare(page) {
      await page.keyboard.press('f');
      await page.getByRole('button', { name: 'Leave full screen' }).hover();
      await page.waitForFunction(() => {
        const bar = document.querySelector('header');
        return bar !== null && getComputedStyle(bar).opacity === '1';
      });
    },
  },
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
  {
    name: 'list',
    cameras: 9,
    broken: true,
    async prepare(page) {
      await openList(page);
      await untilTiles(page, 'waiting', 3);
    },
  },
  {
    name: 'list-found',
    cameras: 9,
    broken: true,
    async prepare(page) {
      await openList(page);
      await page.getByLabel('Search cameras').fill('inside');
      await page.locator('[data-camera-row="1"]').waitFor({ state: 'detached' });
      await untilTiles(page, 'waiting', 3);
    },
  },
  {
    name: 'list-chosen',
    cameras: 9,
    async prepare(page) {
      await openList(page);
      for (const place of [0, 1]) await page.locator('[data-camera-row]').nth(place).press('Space');
    },
  },
  {
    name: 'list-nothing-found',
    cameras: 9,
    async prepare(page) {
      await openList(page);
      await page.getByLabel('Search cameras').fill('helipad');
      await page.getByText('No camera has').waitFor();
    },
  },
  {
    name: 'number',
    cameras: 9,
    async prepare(page) {
      await page.locator('[data-tile]').nth(4).click();
      await page.keyboard.type('7');
      await page.locator('[data-number-entry="7"]').waitFor();
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
  { name: 'add', cameras: 4, prepare: (page) => openDialog(page, 'a') },
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
      await addDialog(page, 'ftp://192.0.2.1/');
      await page.getByRole('button', { name: 'Add camera' }).click();
      await page.getByText('must not be empty').waitFor();
    },
  },
  {
    name: 'edit',
    cameras: 4,
    async prepare(page) {
      await tile(page, 1).click();
      await openDialog(page, 'e');
      await showPicture(page);
      await page.locator('[data-trial="live"]').waitFor();
    },
  },
  {
    name: 'share',
    cameras: 4,
    async prepare(page) {
      await tile(page, 1).click();
      await openDialog(page, 'e');
      await page.getByRole('button', { name: 'Share…' }).click();
      await page.getByLabel('For', { exact: true }).fill("Porter's tablet");
      await page.getByRole('button', { name: 'Make a token' }).click();
      await page.getByLabel('The new token').waitFor();
    },
  },
  {
    name: 'history',
    cameras: 4,
    store: (store) => fillDay(store, Date.now()),
    async prepare(page) {
      await tile(page, 0).click();
      await openDialog(page, 'h');
      await page
        .getByText(/[0-9] changes/)
        .first()
        .click();
    },
  },
  {
    name: 'grid',
    cameras: 9,
    async prepare(page) {
      await page.keyboard.press('Shift+G');
      await page.locator('[data-grid-tile]:focus').waitFor();
      for (const key of ['Shift+ArrowRight', 'Shift+ArrowDown', 'm', 'ArrowRight', 'Shift+ArrowDown'])
        await page.keyboard.press(key);
    },
  },
  {
    name: 'tile',
    cameras: 9,
    async prepare(page) {
      await tile(page, 2).click();
      await openDialog(page, 't');
      await page.getByText('Tour', { exact: true }).click();
      await page.getByRole('textbox', { name: 'Cameras' }).fill('1-4, Outside, Roof');
    },
  },
  {
    name: 'tour',
    cameras: 9,
    store({ layouts, cameras }) {
      const tiles = cameras.list().map(({ id }) => id);
      layouts.save({
        id: randomUUID(),
        name: 'Outside',
        grid: '4',
        tiles: tiles.slice(0, 4),
        tourSeconds: 20,
      });
      layouts.save({ id: randomUUID(), name: 'Night', grid: '1+5', tiles: tiles.slice(3), tourSeconds: 10 });
    },
    async prepare(page) {
      await page.keyboard.press('Shift+T');
      await page.locator('[data-tour="running"]').waitFor();
      await page.getByRole('button', { name: /What to do with wall/ }).click();
      await page.getByRole('menuitem', { name: 'Tour of walls…' }).click();
    },
  },
  {
    name: 'hotspot',
    cameras: 9,
    store({ layouts, cameras }) {
      const [gate = '', hall = '', yard = '', ...others] = cameras.list().map(({ id }) => id);
      const tour = { shows: 'tour' as const, cameras: others, seconds: 600 };
      const tiles = [
        { shows: 'hotspot' as const },
        { shows: 'pinned' as const, camera: gate },
        hall,
        yard,
        tour,
      ];
      layouts.save({ id: randomUUID(), name: 'Gate', grid: '1+7', tiles });
    },
    async prepare(page) {
      await page.keyboard.press('Shift+Digit2');
      await tile(page, 2).click();
      await untilTiles(page, 'live', 5);
    },
  },
  {
    name: 'alarm',
    cameras: 9,
    store: (store) => fillEvents(store, Date.now()),
    prepare: (page) => page.locator('[data-alarm-picture="main"]').waitFor(),
  },
  {
    name: 'alarm-large-tile',
    cameras: 9,
    store: (store) => fillEvents(store, Date.now()),
    async prepare(page) {
      await shape(page, '1+7, 1 large and 7 small');
      await page.locator('[data-alarm-picture="main"]').waitFor();
    },
  },
  {
    name: 'events',
    cameras: 9,
    store: (store) => fillEvents(store, Date.now()),
    async prepare(page) {
      await page.keyboard.press('v');
      await page.locator('[data-event]').first().waitFor();
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      await page.locator('[data-event]').first().click();
      await page.keyboard.press('b');
    },
  },
  {
    name: 'events-none',
    cameras: 4,
    async prepare(page) {
      await page.keyboard.press('v');
      await page.getByText('Nothing has happened').waitFor();
    },
  },
  {
    name: 'alarms-settings',
    cameras: 9,
    async prepare(page) {
      await openDialog(page, 's');
      await page.getByRole('button', { name: 'Set up alarms…' }).click();
      await page.getByLabel('Where').selectOption('group Outside');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.getByText('Motion, group Outside').waitFor();
    },
  },
  {
    name: 'health',
    cameras: 9,
    broken: true,
    async prepare(page) {
      await openDialog(page, 'i');
      await page.locator('[data-health-row]').first().waitFor();
      // Which rows are drawn depends on how large they are; all have their figures after so long.
      await page.waitForTimeout(8_000);
    },
  },
  {
    name: 'keys-change',
    cameras: 4,
    prepare: async (page) => {
      await openDialog(page, '?');
      await page.getByRole('button', { name: 'Change keys' }).click();
      await page.getByRole('button', { name: 'Key of “Full screen”' }).click();
      await page.keyboard.press('m');
      await page.getByRole('button', { name: 'Exchange them' }).waitFor();
    },
  },
  {
    name: 'palette',
    cameras: 9,
    prepare: async (page) => {
      await openDialog(page, 'Control+k');
      await page.getByRole('combobox', { name: 'Name or number' }).fill('ca');
    },
  },
  {
    name: 'joystick',
    cameras: 4,
    prepare: async (page) => {
      await openDialog(page, 'Control+k');
      await page.getByRole('combobox', { name: 'Name or number' }).fill('joystick');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Joystick' }).waitFor();
    },
  },
  {
    name: 'zoomed',
    cameras: 9,
    prepare: async (page) => {
      const box = await tile(page, 4).boundingBox();
      if (box === null) throw new Error('no tile');
      await page.mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.6);
      await page.mouse.wheel(0, -700);
      await page.locator('[data-zoom]').waitFor();
      await page.locator('[data-camera-number="5"][data-profile="main"]').waitFor();
      await page.waitForTimeout(1_000);
    },
  },
  {
    name: 'moving',
    cameras: 4,
    guarded: true,
    prepare: async (page) => {
      await move(page);
      await page.getByRole('button', { name: 'Presets' }).click();
      for (const name of ['Gate', 'Road', 'Parking']) {
        await page.keyboard.press('Escape');
        await page.keyboard.down('ArrowRight');
        await page.waitForTimeout(1_500);
        await page.keyboard.up('ArrowRight');
        await page.getByRole('button', { name: 'Presets' }).click();
        await page.getByLabel('Name of the new preset').fill(name);
        await page.getByRole('button', { name: 'Save', exact: true }).click();
        await page
          .locator('[data-presets]')
          .getByRole('button', { name })
          .locator('img')
          .waitFor({ state: 'attached' });
        await page.locator('[data-presets] input').blur();
      }
    },
  },
  {
    name: 'moving-small-tile',
    cameras: 16,
    guarded: true,
    prepare: async (page) => {
      await move(page);
      const box = await page.locator('[data-ptz]').boundingBox();
      if (box === null) throw new Error('no picture');
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.65, box.y + box.height * 0.35);
      await page.waitForTimeout(300);
    },
  },
  {
    name: 'examination',
    cameras: 4,
    guarded: true,
    async prepare(page) {
      await tile(page, 0).click();
      await openDialog(page, 'x');
      await page.getByText('Done. Nothing to change.').waitFor({ timeout: 90_000 });
    },
  },
  {
    name: 'examination-running',
    cameras: 4,
    async prepare(page) {
      await tile(page, 1).click();
      await openDialog(page, 'x');
      await page.locator('[data-step="main key-frames"][data-verdict="running"]').waitFor();
    },
  },
  {
    name: 'examination-problems',
    cameras: 4,
    quirk: 'b-frames',
    async prepare(page) {
      await tile(page, 0).click();
      await openDialog(page, 'x');
      await page.getByText(/Done\. \d to look after/).waitFor({ timeout: 90_000 });
    },
  },
  {
    name: 'examination-unreachable',
    cameras: 4,
    broken: true,
    async prepare(page) {
      await untilTiles(page, 'waiting', 3);
      await page.getByRole('group', { name: /Back door/ }).click();
      await openDialog(page, 'x');
      await page.getByText(/Done\. \d to look after/).waitFor({ timeout: 90_000 });
    },
  },
  {
    name: 'list-menu',
    cameras: 9,
    async prepare(page) {
      await openList(page);
      await page.getByRole('button', { name: 'What to do with camera 3' }).click();
      await page.getByRole('menuitem', { name: 'Examine camera…' }).waitFor();
    },
  },
  {
    name: 'import-mistakes',
    cameras: 4,
    async prepare(page) {
      const text =
        'name,address,number\nGate,ftp://192.0.2.1/,7\n,rtsp://192.0.2.2/main,\nRoof,rtsp://192.0.2.3/a,1\n';
      await openDialog(page, 's');
      await page.getByRole('button', { name: 'Import…' }).click();
      const file = { name: 'cameras.csv', mimeType: 'text/csv', buffer: Buffer.from(text) };
      await page.locator('input[type="file"]').setInputFiles(file);
      await page.getByText('Nothing was imported').waitFor();
    },
  },
  {
    name: 'site-import',
    cameras: 4,
    prepare: (page) => importSite(page, preparedSite, 'What site.json changes'),
  },
  {
    name: 'site-import-mistakes',
    cameras: 4,
    async prepare(page) {
      const [gate] = preparedSite.cameras;
      const wrong = { ...preparedSite, colour: 'blue', cameras: [{ ...gate, mainUrl: 'ftp://192.0.2.1/' }] };
      await importSite(page, wrong, 'Nothing was imported');
    },
  },
  {
    name: 'site-export',
    cameras: 4,
    async prepare(page) {
      await openDialog(page, 's');
      await page.getByRole('button', { name: 'Export site file…' }).click();
      await page.getByText('With passwords, encrypted').click();
      await page.getByLabel('Passphrase').fill('short');
      await page.getByRole('button', { name: 'Save the file' }).click();
      await page.getByText('must be at least 8 characters long').waitFor();
    },
  },
  {
    // The desktop's shell asks for it; here the page hears the same words from nobody.
    name: 'kiosk-pin',
    cameras: 4,
    async prepare(page) {
      await untilTiles(page, 'live', 4);
      await say(page, { type: 'pin-wanted' });
      await page.getByRole('dialog', { name: 'Leave the kiosk' }).waitFor();
      await say(page, { type: 'pin-refused', message: 'This PIN is not the right one.' });
      await page.getByText('This PIN is not the right one.').waitFor();
    },
  },
  { name: 'settings', cameras: 4, prepare: (page) => openDialog(page, 's') },
  {
    name: 'media-network',
    cameras: 4,
    async prepare(page) {
      await openDialog(page, 's');
      await page.getByRole('button', { name: 'Set up networks…' }).click();
      await page.getByText('Chosen ones').click();
      await page.getByLabel('First').fill('50000');
      await page.getByLabel('Last').fill('50003');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('at least 16 ports: each').waitFor();
    },
  },
  {
    name: 'ice-servers',
    cameras: 4,
    async prepare(page) {
      await openServers(page);
      await page.getByLabel('Shared secret', { exact: true }).fill('');
      await page.getByRole('button', { name: 'Save and test' }).click();
      await page.getByText('must not be empty').first().waitFor();
    },
  },
  {
    name: 'ice-servers-none',
    cameras: 4,
    async prepare(page, { serve }) {
      await showServers(page);
      await serve.end('SIGKILL');
      await untilTiles(page, 'offline', 4);
      await page.getByRole('button', { name: 'Save and test' }).click();
      await page.getByText('Nothing was changed; try again').waitFor();
    },
  },
  {
    name: 'lan',
    cameras: 4,
    async prepare(page) {
      await openDialog(page, 's');
      await page.getByRole('button', { name: 'Open or close…' }).click();
      await page.getByLabel('Port').fill('80');
      await page.getByRole('button', { name: 'Open to the network' }).click();
      await page.getByText('must be 1024 or more').waitFor();
    },
  },
  {
    name: 'phone-camera',
    cameras: 4,
    async prepare(page) {
      await openDialog(page, 'a');
      await page.getByRole('button', { name: 'A phone…' }).click();
      await page.getByLabel('Number').fill('1');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.getByText('must not be empty').waitFor();
    },
  },
  {
    name: 'password',
    cameras: 4,
    async prepare(page) {
      await openDialog(page, 's');
      await page.getByRole('button', { name: 'Owner…' }).click();
      await page.getByRole('button', { name: 'Set a password…' }).click();
      await page.getByLabel('New password').fill('violet teapot harbour');
      await page.getByLabel('The same again').fill('violet teapot');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.locator('[aria-invalid="true"]:focus').waitFor();
    },
  },
  {
    name: 'connection-test',
    cameras: 4,
    async prepare(page) {
      await openServers(page);
      await page.getByRole('button', { name: 'Save and test' }).click();
      await page.getByText('Finished.').waitFor({ timeout: 60_000 });
    },
  },
  {
    name: 'viewer-limits',
    cameras: 4,
    async prepare(page) {
      await untilTiles(page, 'live', 4);
      await openDialog(page, 's');
      await page.getByRole('button', { name: 'Set up limits…' }).click();
      await page.getByLabel('Of one user').last().fill('0');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('must be at least 1').waitFor();
    },
  },
  {
    name: 'settings-nothing-found',
    cameras: 4,
    async prepare(page) {
      await openDialog(page, 's');
      await page.getByLabel('Search settings').fill('weather');
      await page.getByText('No setting has').waitFor();
    },
  },
  { name: 'keys', cameras: 4, prepare: (page) => openDialog(page, '?') },
  ...[1, 2, 3, 4, 5, 6].map((step) => ({
    name: `welcome-${step}`,
    cameras: 4,
    prepare: (page: Page) => showAround(page, step),
  })),
  {
    name: 'rename',
    cameras: 4,
    async prepare(page) {
      await page.getByRole('button', { name: 'What to do with wall' }).click();
      await page.getByRole('menuitem', { name: 'Rename…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'removed',
    cameras: 4,
    async prepare(page) {
      await openList(page);
      await page.locator('[data-camera-row="3"]').press('Delete');
      await page.getByRole('button', { name: 'Undo' }).waitFor();
    },
  },
  {
    name: 'notice',
    cameras: 4,
    damaged: true,
    prepare: (page) => page.locator('[data-notice-kind="data-restored"]').waitFor(),
  },
  {
    // Pictures that stand, show nothing or another view, and cameras that are silent; how late the others are.
    name: 'faults',
    cameras: 9,
    codecs: [{}, {}, { sub: 'JPEG' }],
    async prepare(page, { cameras }) {
      // A view is known after so many pictures.
      await page.waitForTimeout(20_000);
      const [parked, dark, corridor, covered, turned, silent] = cameras;
      parked?.freeze(true);
      dark?.look('black');
      corridor?.freeze(true);
      covered?.look('covered');
      turned?.look('turned');
      silent?.silence(true);
      await page.keyboard.press('d');
      for (const said of [
        '[data-cause="blank-picture"]',
        '[data-view="covered"]',
        '[data-view="moved"]',
        '[data-delay]',
      ])
        await page.locator(said).first().waitFor();
      await page.locator('[data-cause="same-picture"]').nth(1).waitFor();
      await untilTiles(page, 'waiting', 1);
    },
  },
  {
    name: 'engine-away',
    cameras: 4,
    async prepare(page, { serve }) {
      await serve.end('SIGKILL');
      await untilTiles(page, 'offline', 4);
    },
  },
  {
    // The desktop's shell says why; here the page hears the same words from nobody.
    name: 'engine-restarting',
    cameras: 4,
    async prepare(page, { serve }) {
      await serve.end('SIGKILL');
      await untilTiles(page, 'offline', 4);
      const reason = 'The engine has ended unexpectedly.';
      await say(page, { type: 'engine', state: { name: 'waiting', until: Date.now() + 60_000, reason } });
      await page.waitForTimeout(1_000);
    },
  },
  {
    name: 'people',
    cameras: 4,
    store: fillPeople,
    prepare: openPeople,
  },
  {
    name: 'audit',
    cameras: 4,
    store: (store) => {
      fillPeople(store);
      fillAudit(store);
    },
    async prepare(page) {
      await openAudit(page);
      await page.locator('[data-audit-did="picture.opened"]').first().waitFor();
    },
  },
  {
    name: 'audit-nothing-found',
    cameras: 4,
    async prepare(page) {
      await openAudit(page);
      await page.getByLabel('Search the audit').fill('weather');
      await page.getByText('Nothing of this kind is in the audit').waitFor();
    },
  },
  {
    name: 'locked',
    cameras: 9,
    broken: true,
    store: (store) => {
      fillLock(store);
      fillEvents(store, Date.now());
    },
    async prepare(page) {
      await page.locator('[data-alarm-picture="main"]').waitFor();
      await lock(page);
    },
  },
  {
    name: 'unlock',
    cameras: 4,
    store: fillLock,
    async prepare(page) {
      await lock(page);
      await page.keyboard.press('Enter');
      await page.getByLabel('PIN of Owner').fill('8520');
      await page.keyboard.press('Enter');
      await page.getByText('is not right').waitFor();
    },
  },
  {
    name: 'pin',
    cameras: 4,
    store: fillLock,
    async prepare(page) {
      await openDialog(page, 's');
      await page.getByRole('button', { name: 'Owner…' }).click();
      await page
        .locator('section, div')
        .filter({ hasText: /^PIN/ })
        .getByRole('button', { name: 'Change…' })
        .last()
        .click();
      await page.getByLabel('Without a PIN').waitFor();
    },
  },
  {
    name: 'person',
    cameras: 4,
    store: fillPeople,
    async prepare(page) {
      await openPeople(page);
      await page.getByRole('button', { name: /^Erika/ }).click();
      await page.getByLabel('New password').fill('secret');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText(/at least \d+ characters/).waitFor();
    },
  },
  {
    name: 'role',
    cameras: 4,
    store: fillPeople,
    async prepare(page) {
      await openPeople(page);
      await page.getByText('Roles', { exact: true }).click();
      await page.getByRole('button', { name: /^Night guard/ }).click();
    },
  },
  {
    name: 'second-factor',
    cameras: 4,
    async prepare(page) {
      await openDialog(page, 's');
      await page.getByRole('button', { name: 'Owner…' }).click();
      await page.getByRole('button', { name: 'Set a password…' }).click();
      await page.getByLabel('New password').fill('violet teapot harbour');
      await page.getByLabel('The same again').fill('violet teapot harbour');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('button', { name: 'Set up…' }).click();
      await page.locator('svg[role="img"] path').waitFor({ state: 'attached' });
    },
  },
  {
    name: 'signed-out',
    async prepare(page) {
      await page.context().clearCookies();
      await page.reload();
      await page.getByLabel('Name').fill('Erika');
      await page.getByLabel('Password').fill('not hers');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('Name or password is not right.').waitFor();
    },
  },
];
