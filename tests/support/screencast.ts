import type { Page } from 'playwright-core';

/** What a page shows, also while its own thread has no time: a screenshot would wait for that. */
export interface Screencast {
  /** The newest picture, as PNG. */
  readonly picture: Buffer;
}

/** Runs until its owner is disposed; resolves with the first picture. */
export async function startScreencast(owned: AsyncDisposableStack, page: Page): Promise<Screencast> {
  const devtools = await page.context().newCDPSession(page);
  const first = Promise.withResolvers<void>();
  const cast = { picture: Buffer.alloc(0) };
  devtools.on('Page.screencastFrame', ({ data, sessionId }) => {
    cast.picture = Buffer.from(data, 'base64');
    first.resolve();
    // Without it no other one comes; refused when the page is being closed.
    devtools.send('Page.screencastFrameAck', { sessionId }).catch(() => {});
  });
  await devtools.send('Page.startScreencast', { format: 'png' });
  owned.defer(() => devtools.detach());
  await first.promise;
  return cast;
}

/** How bright a picture is on average, 0 … 255. @param page does the reading, and needs time for it */
export async function brightnessOf(page: Page, picture: Buffer): Promise<number> {
  return await page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = new OffscreenCanvas(64, 36);
    const context = canvas.getContext('2d');
    context?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const data = context?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    let sum = 0;
    for (let at = 0; at < data.length; at += 4)
      sum += Math.max(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0);
    return sum / (data.length / 4);
  }, picture.toString('base64'));
}
