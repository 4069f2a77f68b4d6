import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import type { Engine } from '../../main/engine/engine.ts';
import { untilTiles } from '../support/console-page.ts';
import { consoleSuite } from '../support/console-suite.ts';

const suite = consoleSuite();

const openAlarms = (page: Page, count: number) => page.locator(`[data-open-alarms="${count}"]`).waitFor();
const row = (page: Page, kind: string, state: string) =>
  page.locator(`[data-event-kind="${kind}"][data-event-state="${state}"]`);

/** The id of the camera with this number. */
function idOf(engine: Engine, number: number): string {
  const camera = engine.cameras.list().find((each) => each.number === number);
  if (camera === undefined) throw new Error('no camera');
  return camera.id;
}

function tamper(engine: Engine, number: number): void {
  engine.events.add({ cameraId: idOf(engine, number), kind: 'tamper', state: 'pulse', at: Date.now() });
}

test('a camera that is lost is an alarm in front of the wall, is acknowledged with a note by keys, and comes back', async () => {
  const fleet = suite.owned.use(await startVirtualCameras({ count: 4 }));
  const { page, engine, errors } = await suite.openWith(demoCameraInputs(fleet.cameras));
  engine.site.changeAlarms({ lostSeconds: 5 });
  await untilTiles(page, 'live', 4);
  await openAlarms(page, 0);
  await fleet.cameras[1]?.refuse(true);
  fleet.cameras[1]?.drop();
  // The large picture and the mark on its tile.
  const front = page.locator(`[data-alarm-camera="${idOf(engine, 2)}"]`);
  await front.waitFor();
  await openAlarms(page, 1);
  await page.locator('[data-tile][data-camera-number="2"][data-alarmed]').waitFor();
  expect(await page.title()).toMatch(/^\(1\) /);
  // By keys alone: the list, its first row, a note.
  await page.keyboard.press('v');
  const lost = row(page, 'camera-lost', 'open');
  await lost.waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('n');
  await page.keyboard.type('Electrician is there');
  await page.keyboard.press('Enter');
  await row(page, 'camera-lost', 'acknowledged').getByText('Electrician is there').waitFor();
  await openAlarms(page, 0);
  await front.waitFor({ state: 'detached' });
  expect(engine.events.list({ kind: 'camera-lost', limit: 10 }).events).toMatchObject([
    { alarm: true, count: 1, acknowledged: { by: 'Owner', note: 'Electrician is there' } },
  ]);
  await fleet.cameras[1]?.refuse(false);
  await page.getByText(/^back after/).waitFor();
  await untilTiles(page, 'live', 4);
  expect(errors).toEqual([]);
});

test('an alarmed camera has its main stream in the large tile, never over one that a guard made large, and is gone to by a key', async () => {
  const fleet = suite.owned.use(await startVirtualCameras({ count: 9 }));
  const engine = await suite.start(demoCameraInputs(fleet.cameras));
  const [layout] = engine.layouts.list();
  if (layout === undefined) throw new Error('no wall');
  engine.layouts.save({ ...layout, grid: '1+7' });
  const { page } = await suite.open(engine);
  await untilTiles(page, 'live', 8);
  // Camera 9 is on the next page.
  tamper(engine, 9);
  const front = page.locator(`[data-alarm-camera="${idOf(engine, 9)}"]`);
  await front.and(page.locator('[data-alarm-picture="main"]')).waitFor();
  const place = (selector: string) => page.locator(selector).boundingBox();
  expect(await place('[data-alarm-view]')).toEqual(await place('[data-tile][data-camera-number="1"]'));
  // What is made large stays in front.
  const small = page.locator('[data-tile][data-camera-number="4"]');
  await small.dblclick();
  await page.locator('[data-tile][data-camera-number="4"][data-maximised]').waitFor();
  const top = await page.evaluate(() =>
    document
      .elementFromPoint(innerWidth / 3, innerHeight / 3)
      ?.closest('[data-tile]')
      ?.getAttribute('data-camera-number'),
  );
  expect(top).toBe('4');
  await page.keyboard.press('g');
  await page.locator('[data-tile][data-camera-number="9"][data-maximised][data-state="live"]').waitFor();
  // Put away, but open.
  await openAlarms(page, 1);
  await page.keyboard.press('q');
  await openAlarms(page, 0);
});

test('alarms are quiet for a while on this station, also after a reload, and Esc puts the picture away', async () => {
  const fleet = suite.owned.use(await startVirtualCameras({ count: 4 }));
  const { page, engine } = await suite.openWith(demoCameraInputs(fleet.cameras));
  await untilTiles(page, 'live', 4);
  tamper(engine, 3);
  await page.locator('[data-alarm-view]').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('[data-alarm-view]').waitFor({ state: 'detached' });
  await openAlarms(page, 1);
  await page.keyboard.press('v');
  await page.getByRole('button', { name: 'Quiet for a while' }).click();
  await page.getByRole('menuitem', { name: 'Quiet for 15 min' }).click();
  await page.getByRole('button', { name: /^Sound again · 14:\d\d$/ }).waitFor();
  await page.reload();
  await page.locator('.wall.quiet').waitFor();
  await page.getByText(/^14:\d\d$/).waitFor();
  await page.keyboard.press('b');
  await page.locator('.wall.quiet').waitFor({ state: 'detached' });
});

test('an alarm is heard, and where the browser plays nothing before a click, the bar says so', async () => {
  const fleet = suite.owned.use(await startVirtualCameras({ count: 1 }));
  const engine = await suite.start(demoCameraInputs(fleet.cameras));
  tamper(engine, 1);
  const { page } = await suite.open(engine);
  // What drives this browser counts as a person all the time: until a real click it is as browsers are without one.
  await page.addInitScript(() => {
    let clicked = false;
    addEventListener('pointerdown', () => (clicked = true), { capture: true });
    Object.defineProperty(AudioContext.prototype, 'state', {
      get: () => (clicked ? 'running' : 'suspended'),
    });
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function (when) {
      document.body.dataset.tones = String(Number(document.body.dataset.tones ?? 0) + 1);
      return start.call(this, when);
    };
  });
  await page.reload();
  const hint = page.getByText('Click for sound');
  await hint.waitFor();
  expect(await page.locator('body[data-tones]').count()).toBe(0);
  await page.locator('.wall').click();
  await page.locator('body[data-tones="4"]').waitFor();
  await hint.waitFor({ state: 'detached' });
});

test('the list is filtered, what is shown is acknowledged with one press, and what is an alarm can be chosen', async () => {
  const { page, engine } = await suite.openWith(
    ['Gate', 'Yard'].map((name) => ({
      name,
      group: '',
      mainUrl: `rtsp://127.0.0.1:9/${name}`,
      subUrl: null,
    })),
  );
  await page.keyboard.press('s');
  await page.getByRole('button', { name: 'Set up alarms…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Alarms' });
  await dialog.getByRole('checkbox', { name: 'Motion' }).check();
  await dialog.getByLabel('Where').selectOption({ label: '2 Yard' });
  await dialog.getByLabel('Whether it is an alarm').selectOption('no');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await dialog.getByText('Motion, camera 2, Yard').waitFor();
  await page.keyboard.press('Escape');
  for (const number of [1, 2]) {
    engine.events.add({ cameraId: idOf(engine, number), kind: 'motion', state: 'pulse', at: Date.now() });
    tamper(engine, number);
  }
  await openAlarms(page, 3);
  await page.keyboard.press('v');
  await row(page, 'motion', 'open').waitFor();
  await row(page, 'motion', 'plain').waitFor();
  await page.getByLabel('Kind').selectOption('tamper');
  await row(page, 'motion', 'open').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Acknowledge the open alarms shown here' }).click();
  await openAlarms(page, 1);
  await page.getByLabel('Kind').selectOption('');
  await page.getByLabel('Open or all').selectOption('open');
  await row(page, 'tamper', 'acknowledged').first().waitFor({ state: 'detached' });
  expect(await page.locator('[data-event]').count()).toBe(1);
  await row(page, 'motion', 'open').waitFor();
});
