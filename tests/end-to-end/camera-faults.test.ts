import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { test } from 'vitest';
import { demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import type { QuirkName } from '../../main/demo/quirks.ts';
import { startVirtualCameras, type VirtualCamera } from '../../main/demo/virtual-fleet.ts';
import { untilTiles } from '../support/console-page.ts';
import { consoleSuite } from '../support/console-suite.ts';

const pem = readFileSync(path.resolve(import.meta.dirname, '../support/certificates/camera.pem'));

const suite = consoleSuite();

async function virtualCamera(quirk?: QuirkName): Promise<VirtualCamera> {
  const [camera] = suite.owned.use(await startVirtualCameras({ count: 1, quirk })).cameras;
  if (camera === undefined) throw new Error('no camera');
  return camera;
}

/** The same camera over TLS, with a certificate that nobody vouches for. */
async function secured(camera: VirtualCamera): Promise<string> {
  const { port, pathname } = new URL(camera.subUrl);
  const sockets = new Set<net.Socket>();
  const server = tls.createServer({ cert: pem, key: pem }, (socket) => {
    const plain = net.connect(Number(port), '127.0.0.1');
    for (const end of [socket, plain]) {
      sockets.add(end);
      end.on('error', () => {});
      end.once('close', () => sockets.delete(end));
    }
    socket.pipe(plain).pipe(socket);
    socket.once('close', () => plain.destroy());
    plain.once('close', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  suite.owned.defer(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  return `rtsps://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}${pathname}`;
}

test('pictures whose pixels are not square are shown in their shape', async () => {
  const camera = await virtualCamera('anamorphic');
  const { page } = await suite.openWith(demoCameraInputs([camera]));
  await untilTiles(page, 'live', 1);
  await page.waitForFunction(() => {
    const video = document.querySelector<HTMLVideoElement>('[data-tile] video[data-shown="true"]');
    const tile = video?.closest('[data-tile]');
    if (!video || !tile || video.videoWidth === 0) return false;
    const { width, height } = video.getBoundingClientRect();
    const [laidOut, tall] = [video.offsetWidth, video.offsetHeight];
    // What `object-fit: contain` makes of the picture in its box, and the box stretched.
    const scale = Math.min(laidOut / video.videoWidth, tall / video.videoHeight);
    const shape =
      (video.videoWidth * scale * (width / laidOut)) / (video.videoHeight * scale * (height / tall));
    // Its box is still the tile.
    return Math.abs(shape - 16 / 9) < 0.01 && Math.abs(width - tile.getBoundingClientRect().width) < 0.5;
  });
});

test('a certificate that nobody vouches for is shown, and the picture once it is trusted', async () => {
  const address = await secured(await virtualCamera());
  const { page } = await suite.openWith([]);
  await page.getByText('No cameras yet').waitFor();
  await page.keyboard.press('a');
  await page.getByRole('textbox', { name: /^Address(?! of)/ }).fill(address);
  await page.getByRole('textbox', { name: /^Name/ }).fill('Yard');
  await page.getByRole('button', { name: 'Show the picture' }).click();
  const trust = page.getByRole('button', { name: 'Trust this camera' });
  await trust.waitFor();
  await page.getByText('Yard camera', { exact: true }).waitFor();
  await page.getByText(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/).waitFor();
  await trust.click();
  await page.locator('[data-trial="live"]').waitFor();
  await page.getByRole('button', { name: 'Add camera' }).click();
  await untilTiles(page, 'live', 1);
});
