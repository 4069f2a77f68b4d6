import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { demoCameraInputs } from '../../main/demo/demo-cameras.ts';
import { startVirtualCameras } from '../../main/demo/virtual-fleet.ts';
import { framesDecoded, untilTiles } from '../support/console-page.ts';
import { consoleSuite } from '../support/console-suite.ts';
import { consoleUrl } from '../support/console-window.ts';
import { NarrowRelay } from '../support/narrow-relay.ts';

const suite = consoleSuite();
const cameras = 4;

/** Puts a relay between the engine and the page's next viewer, and takes from its offer what `without` matches. */
async function relayed(page: Page, relay: NarrowRelay, without: RegExp): Promise<void> {
  await page.exposeFunction('forWindow', (sdp: string) => relay.forWindow(sdp).replaceAll(without, ''));
  await page.exposeFunction('forEngine', (sdp: string) => relay.forEngine(sdp));
  await page.addInitScript(() => {
    const { prototype } = RTCPeerConnection;
    const { setRemoteDescription, setLocalDescription, addEventListener } = prototype;
    const told = window as unknown as Record<'forWindow' | 'forEngine', (sdp: string) => Promise<string>>;
    prototype.setRemoteDescription = async function (description: RTCSessionDescriptionInit) {
      const sdp = await told.forWindow(description.sdp ?? '');
      await Reflect.apply(setRemoteDescription, this, [{ type: description.type, sdp }]);
    };
    prototype.setLocalDescription = async function (description?: RTCLocalSessionDescriptionInit) {
      await Reflect.apply(setLocalDescription, this, [description]);
      const sdp = await told.forEngine(this.localDescription?.sdp ?? '');
      Object.defineProperty(this, 'localDescription', { configurable: true, value: { type: 'answer', sdp } });
    };
    prototype.addEventListener = function (this: RTCPeerConnection, type: string, ...parameters: never[]) {
      if (type !== 'icecandidate') Reflect.apply(addEventListener, this, [type, ...parameters]);
    } as typeof addEventListener;
  });
}

/** A window behind a relay of its own, all of whose tiles are live. */
async function openRelayed(url: string, without: RegExp) {
  const relay = await NarrowRelay.start(suite.owned);
  const { page, errors } = await suite.openUrl('about:blank');
  await relayed(page, relay, without);
  await page.goto(url);
  await untilTiles(page, 'live', cameras);
  return { page, errors, relay };
}

const smallWords = 'The network takes no main stream: showing the small one.';
const skippingWords = 'Skipping pictures: this window, or the network to it, is too slow.';

test('a window behind a narrow line skips pictures and says why; another one goes on as before', async () => {
  const fleet = suite.owned.use(await startVirtualCameras({ count: cameras }));
  const engine = await suite.start(demoCameraInputs(fleet.cameras));
  // One reports when each packet came; the other one, without that, what it believes to be possible.
  const narrow = await openRelayed(consoleUrl(engine), /never/g);
  const wide = await openRelayed(
    consoleUrl(engine),
    /a=(rtcp-fb:\d+ transport-cc|extmap:\d+ \S*transport-wide\S*)\r\n/g,
  );
  const [ofNarrow, ofWide] = [...engine.viewers.viewers];
  await expect
    .poll(() => ofNarrow?.network?.deliveredBitsPerSecond, { timeout: 20_000 })
    .toBeGreaterThan(100_000);
  await expect.poll(() => ofWide?.network?.receiverBitsPerSecond, { timeout: 20_000 }).toBeGreaterThan(0);
  expect(ofWide?.network?.deliveredBitsPerSecond).toBeUndefined();
  for (const viewer of [ofNarrow, ofWide]) {
    expect(viewer?.network?.limitBitsPerSecond).toBeUndefined();
    await expect.poll(() => viewer?.network?.roundTripMilliseconds).toBeGreaterThan(0);
  }

  narrow.relay.bitsPerSecond = (ofNarrow?.network?.sentBitsPerSecond ?? 0) / 2;
  await narrow.page.getByText(skippingWords).first().waitFor();
  const before = await Promise.all([framesDecoded(narrow.page), framesDecoded(wide.page)]);
  // Fewer pictures, but they come.
  await expect
    .poll(async () => total(await framesDecoded(narrow.page)), { timeout: 30_000 })
    .toBeGreaterThan(total(before[0]) + 10);
  await expect
    .poll(async () => total(await framesDecoded(wide.page)), { timeout: 30_000 })
    .toBeGreaterThan(total(before[1]) + 100);
  expect(await wide.page.getByText(skippingWords).count()).toBe(0);
  expect(ofWide?.slots.map((slot) => slot.skipping(performance.now()))).not.toContainEqual(expect.anything());

  narrow.relay.bitsPerSecond = Number.POSITIVE_INFINITY;
  await narrow.page.getByText(skippingWords).first().waitFor({ state: 'detached' });
  await untilTiles(narrow.page, 'live', cameras);
  expect([...narrow.errors, ...wide.errors]).toEqual([]);
}, 180_000);

test('a large tile behind a narrow line shows the small stream, and the main one again when there is room', async () => {
  const fleet = suite.owned.use(await startVirtualCameras({ count: cameras }));
  const engine = await suite.start(demoCameraInputs(fleet.cameras));
  const { page, errors, relay } = await openRelayed(consoleUrl(engine), /never/g);
  await page.locator('[data-tile]').first().dblclick();
  const large = (profile: string) =>
    page.locator(`[data-maximised][data-profile="${profile}"][data-state="live"]`).waitFor();
  await large('main');
  const [viewer] = engine.viewers.viewers;
  // The tiles behind it have given their pictures back.
  await page.locator('[data-tile]:not([data-maximised])[data-slot]').first().waitFor({ state: 'detached' });
  await expect.poll(() => viewer?.network?.deliveredBitsPerSecond).toBeGreaterThan(0);

  relay.bitsPerSecond = (viewer?.network?.sentBitsPerSecond ?? 0) * 0.6;
  await large('sub');
  await page.getByText(smallWords).waitFor();

  relay.bitsPerSecond = Number.POSITIVE_INFINITY;
  await large('main');
  expect(await page.getByText(smallWords).count()).toBe(0);
  expect(errors).toEqual([]);
}, 180_000);

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
