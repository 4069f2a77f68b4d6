import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';
import { canUsePackagedChromium, unpackChromium } from './packaged-chromium.ts';

/** Lets pages use WebRTC over loopback with plain addresses, as the desktop window does; users' browsers do not. */
export const loopbackWebRtc: readonly string[] = [
  '--allow-loopback-in-peer-connection',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
];

/** Of all that are started here. */
export const chromiumSwitches: readonly string[] = [
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
];

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'chrome.exe',
  'msedge.exe',
];
const { LOCALAPPDATA = '', PROGRAMFILES = '', 'ProgramFiles(x86)': olderPrograms = '' } = process.env;
const installed = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ...[LOCALAPPDATA, PROGRAMFILES, olderPrograms].flatMap((folder) => [
    path.join(folder, 'Google/Chrome/Application/chrome.exe'),
    path.join(folder, 'Microsoft/Edge/Application/msedge.exe'),
  ]),
];

/** Debian's package for each library that a Chromium may miss. */
const packageOf: Readonly<Record<string, string>> = {
  'libasound.so.2': 'libasound2',
  'libatk-1.0.so.0': 'libatk1.0-0',
  'libatk-bridge-2.0.so.0': 'libatk-bridge2.0-0',
  'libcairo.so.2': 'libcairo2',
  'libcups.so.2': 'libcups2',
  'libdrm.so.2': 'libdrm2',
  'libexpat.so.1': 'libexpat1',
  'libgbm.so.1': 'libgbm1',
  'libnspr4.so': 'libnspr4',
  'libnss3.so': 'libnss3',
  'libnssutil3.so': 'libnss3',
  'libpango-1.0.so.0': 'libpango-1.0-0',
  'libxkbcommon.so.0': 'libxkbcommon0',
};

/** What starts a browser: its executable and what must be added to the environment. */
interface Launcher {
  readonly executablePath: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * GATEHOUSE_CHROMIUM (a path, or `packaged`), else the system's Chrome, Chromium or Edge, else the one inside an npm
 * package: first with the system's libraries, then with its own.
 */
export async function findChromium(): Promise<Launcher[]> {
  const named = process.env.GATEHOUSE_CHROMIUM ?? '';
  if (named !== '' && named !== 'packaged') return [{ executablePath: named, environment: {} }];
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const onPath = folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
  const found = named === 'packaged' ? undefined : [...onPath, ...installed].find((file) => existsSync(file));
  if (found !== undefined) return [{ executablePath: found, environment: {} }];
  if (!canUsePackagedChromium) {
    throw new Error(
      'There is no Chrome or Chromium for the tests: install one, or name one in GATEHOUSE_CHROMIUM.',
    );
  }
  const { executablePath, libraryFolder, fontFolder } = await unpackChromium();
  const fonts = existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_PATH: fontFolder };
  return [
    { executablePath, environment: fonts },
    { executablePath, environment: { ...fonts, LD_LIBRARY_PATH: libraryFolder } },
  ];
}

/** A headless Chromium. @throws Error that names the missing system package when it cannot start */
export async function launchChromium(options: { args?: readonly string[] }): Promise<Browser> {
  return await launch(options.args ?? [], (launchOptions) => chromium.launch(launchOptions));
}

async function launch<T>(args: readonly string[], start: (options: LaunchOptions) => Promise<T>): Promise<T> {
  let missing: unknown;
  for (const { executablePath, environment } of await findChromium()) {
    try {
      return await start({
        executablePath,
        // The sandbox works neither for root nor wherever user namespaces are forbidden; the pages are our own.
        chromiumSandbox: false,
        env: { ...process.env, ...environment },
        args: [...chromiumSwitches, ...args],
      });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      const file = /error while loading shared libraries: ([^\s:]+)/.exec(text)?.[1];
      if (file === undefined) throw error;
      const library = path.basename(file);
      const hint = packageOf[library];
      const install = hint === undefined ? 'install the package that holds it' : `apt-get install ${hint}`;
      missing = new Error(`${executablePath} cannot start: the system has no ${library} (${install}).`, {
        cause: error,
      });
    }
  }
  throw missing;
}
