import { existsSync } from 'node:fs';
import path from 'node:path';
import { GatehouseError } from '../../base/gatehouse-error.ts';
import type { Feed, FeedFile } from './signed-feed.ts';

/** What Gatehouse was installed from, as far as updates care. */
export type PackageKind =
  /** Replaced by itself; `file` is what the user starts. */
  | { readonly name: 'appimage'; readonly file: string }
  | { readonly name: 'nsis' }
  | { readonly name: 'mac' }
  /** A `.deb`, `.msi`, folder or working copy: whoever has put it there replaces it. */
  | { readonly name: 'by-hand'; readonly how: string };

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly isPackaged: boolean;
  /** Of the running app. */
  readonly executable: string;
  readonly resourcesFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function packageKind(around: Surroundings): PackageKind {
  const { platform, isPackaged, executable, resourcesFolder, environment } = around;
  const byHand = (how: string): PackageKind => ({ name: 'by-hand', how });
  if (!isPackaged) return byHand('This copy was started from its source: update it there.');
  if (platform === 'darwin') return { name: 'mac' };
  if (platform === 'win32') {
    if (existsSync(path.join(path.dirname(executable), 'Uninstall Gatehouse.exe'))) return { name: 'nsis' };
    return byHand(
      'This installation is updated by whoever has installed its package or unpacked its folder.',
    );
  }
  const { APPIMAGE: file, APPDIR: mounted } = environment;
  // A program that was started from another AppImage inherits both: ours runs from inside of its own.
  if (file && mounted && path.isAbsolute(file) && isInside(executable, mounted)) {
    return { name: 'appimage', file };
  }
  // electron-builder writes it into packages for package managers.
  return existsSync(path.join(resourcesFolder, 'package-type'))
    ? byHand('This installation is updated with the package manager of this computer.')
    : byHand('This installation is updated by whoever has unpacked its folder.');
}

function isInside(file: string, folder: string): boolean {
  const way = path.relative(folder, file);
  return way !== '' && !way.startsWith('..') && !path.isAbsolute(way);
}

/** The name of the feed for this system, as electron-builder gives it. */
export function feedName(platform: NodeJS.Platform, arch: string): string {
  if (platform === 'darwin') return 'latest-mac.yml';
  if (platform === 'win32') return 'latest.yml';
  return arch === 'x64' ? 'latest-linux.yml' : `latest-linux-${arch}.yml`;
}

const extensions = { appimage: '.AppImage', nsis: '.exe', mac: '.zip' } as const;
/** How names of packages say for which processor they are: electron-builder's words for it. */
const processorWord = /(?:^|[._-])(x64|x86_64|amd64|ia32|i386|armv7l|armhf|arm64|aarch64)(?=[._-])/;
const processorWords: Readonly<Record<string, readonly string[]>> = {
  x64: ['x64', 'x86_64', 'amd64'],
  arm64: ['arm64', 'aarch64'],
};

/**
 * The file of a feed for this kind and processor. A feed of another system, under the name of ours, has none.
 * @throws GatehouseError update-refused
 */
export function choosePackage(feed: Feed, kind: keyof typeof extensions, arch: string): FeedFile {
  const extension = extensions[kind];
  const files = feed.files.filter(({ url }) => url.endsWith(extension));
  const wordOf = ({ url }: FeedFile) => processorWord.exec(url)?.[1];
  const own = files.find((file) => processorWords[arch]?.includes(wordOf(file) ?? '') === true);
  // One without a word is for all of them.
  const chosen = own ?? files.find((file) => wordOf(file) === undefined);
  if (chosen !== undefined) return chosen;
  throw new GatehouseError(
    'update-refused',
    `The update feed was refused: version ${feed.version} has no ${extension} file for this computer (${arch}).`,
  );
}
