import type { Browser } from 'playwright-core';

/** CPU time of all of Chromium's processes since they started: seconds. A process that has ended is no part of it any more. */
export async function chromiumCpuSeconds(browser: Browser): Promise<number> {
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  await devtools.detach();
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}
