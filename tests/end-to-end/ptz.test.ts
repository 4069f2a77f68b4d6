import { expect, test } from 'vitest';
import { demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { untilTiles } from '../support/console-page.ts';
import { consoleSuite } from '../support/console-suite.ts';

const suite = consoleSuite();

test('a guard turns, zooms and stops a camera on its picture, saves a view and comes back to it; it stops when the window is left', async () => {
  const fleet = suite.owned.use(await startVirtualCameras({ count: 2, onvif: { port: 0 } }));
  const { page, errors } = await suite.openWith(demoCameraInputs(fleet.cameras));
  await untilTiles(page, 'live', 2);
  const motor = fleet.cameras[0]?.onvif?.motor;
  if (motor === undefined) throw new Error('no motor');
  const at = () => motor.position(performance.now());
  const isMoving = () => motor.isMoving(performance.now());
  await page.locator('[data-tile][data-camera-number="1"]').click();
  await page.getByRole('button', { name: 'Move camera 1' }).waitFor();
  await page.keyboard.press('p');
  const surface = page.locator('[data-ptz]');
  const box = await surface.boundingBox();
  if (box === null) throw new Error('no picture');
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };

  const drag = async (x: number, y: number) => {
    await page.mouse.move(middle.x, middle.y);
    await page.mouse.down();
    await page.mouse.move(middle.x + x, middle.y + y, { steps: 4 });
  };
  await drag(box.height * 0.3, -box.height * 0.3);
  await expect.poll(() => at().pan).toBeGreaterThan(0.2);
  expect(at().tilt).toBeGreaterThan(0);
  await page.mouse.up();
  await expect.poll(isMoving).toBe(false);

  await page.mouse.move(middle.x, middle.y);
  await page.mouse.wheel(0, -100);
  await expect.poll(() => at().zoom).toBeGreaterThan(0);
  await expect.poll(isMoving).toBe(false);

  // Whoever looks away has let go.
  await drag(box.height * 0.3, 0);
  await expect.poll(isMoving).toBe(true);
  await page.evaluate(() => dispatchEvent(new Event('blur')));
  await expect.poll(isMoving).toBe(false);
  await page.mouse.up();

  await page.getByRole('button', { name: 'Presets' }).click();
  await page.getByLabel('Name of the new preset').fill('Gate');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const saved = at();
  const preset = page.locator('[data-presets]').getByRole('button', { name: 'Gate' });
  await expect
    .poll(async () => await preset.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBe(320);
  await page.getByRole('button', { name: 'Home position' }).click();
  await expect.poll(at).toEqual({ pan: 0, tilt: 0, zoom: 0 });
  await page.keyboard.press('1');
  await expect.poll(() => at().pan).toBeCloseTo(saved.pan);
  await page.keyboard.down('ArrowLeft');
  await expect.poll(() => at().pan).toBeLessThan(saved.pan - 0.05);
  await page.keyboard.up('ArrowLeft');
  await expect.poll(isMoving).toBe(false);
  // The presets first, then the mode: the keys are the wall's again.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await surface.waitFor({ state: 'detached' });
  await page.keyboard.press('ArrowRight');
  await page.locator('[data-tile][data-camera-number="2"][aria-current="true"]').waitFor();
  expect(errors).toEqual([]);
});
