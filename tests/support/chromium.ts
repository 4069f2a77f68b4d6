import { existsSync } from 'node:fs';
import path from 'node:path';
import packaged from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/** Lets pages use WebRTC over loopback with plain addresses, as the desktop window does; users' browsers do not. */
export const loopbackWebRtc: readonly string[] = [
  '--allow-loopback-in-peer-connection',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
];

const common: readonly string[] = [
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
];

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const installed = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** Debian's package for each library that a Chromium from npm may miss. */
const packageOf: Readonly<Record<string, string>> = {
  'libnss3.so': 'libnss3',
  'libnspr4.so': 'libnspr4',
  'libatk-1.0.so.0': 'libatk1.0-0',
  'libatk-bridge-2.0.so.0': 'libatk-bridge2.0-0',
  'libcups.so.2': 'libcups2',
  'libdrm.so.2': 'libdrm2',
  'libgbm.so.1': 'libgbm1',
  'libasound.so.2': 'libasound2',
  'libpango-1.0.so.0': 'libpango-1.0-0',
  'libcairo.so.2': 'libcairo2',
  'libxkbcommon.so.0': 'libxkbcommon0',
};

/** GATEHOUSE_CHROMIUM, else the system's Chrome or Chromium, else the one inside an npm package (Linux x64). */
async function findChromium(): Promise<string> {
  const named = process.env.GATEHOUSE_CHROMIUM;
  if (named === 'packaged') return await packaged.executablePath();
  if (named !== undefined && named !== '') return named;
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const onPath = folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
  const found = [...onPath, ...installed].find((file) => existsSync(file));
  return found ?? (await packaged.executablePath());
}

/** A headless Chromium. @throws Error that names the missing system package when it cannot start */
export async function launchChromium(options: { args?: readonly string[] }): Promise<Browser> {
  const executablePath = await findChromium();
  try {
    return await chromium.launch({
      executablePath,
      // Chromium's sandbox does not work for root, which is who CI machines run as.
      chromiumSandbox: process.getuid?.() !== 0,
      args: [...common, ...(options.args ?? [])],
    });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const library = /error while loading shared libraries: ([^\s:]+)/.exec(text)?.[1];
    if (library === undefined) throw error;
    const hint = packageOf[library];
    const install = hint === undefined ? 'install the package that holds it' : `apt-get install ${hint}`;
    throw new Error(`${executablePath} cannot start: the system has no ${library} (${install}).`, {
      cause: error,
    });
  }
}
