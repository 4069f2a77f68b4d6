import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  choosePackage,
  feedName,
  packageKind,
  type Surroundings,
} from '../../../main/desktop/updates/package-kind.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'gatehouse-kind-'));
  mkdirSync(path.join(folder, 'resources'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const kindOf = (around: Partial<Surroundings>) =>
  packageKind({
    platform: 'linux',
    isPackaged: true,
    executable: path.join(folder, 'gatehouse'),
    resourcesFolder: path.join(folder, 'resources'),
    environment: {},
    ...around,
  });

test('an AppImage is the one that this process runs from inside of', () => {
  const APPIMAGE = '/home/guard/Gatehouse.AppImage';
  expect(kindOf({ environment: { APPIMAGE, APPDIR: folder } })).toEqual({ name: 'appimage', file: APPIMAGE });
});

test.each([
  [
    'another AppImage has started it',
    { APPIMAGE: '/home/guard/editor.AppImage', APPDIR: '/tmp/.mount_editor' },
  ],
  ['it does not know where that is mounted', { APPIMAGE: '/home/guard/Gatehouse.AppImage' }],
  ['it is no whole path', { APPIMAGE: 'Gatehouse.AppImage', APPDIR: '/' }],
])('it is no AppImage when %s', (_why, environment) => {
  expect(kindOf({ environment }).name).toBe('by-hand');
});

test('what a package manager, an installer or a person has put there is told apart', () => {
  expect(kindOf({})).toMatchObject({ how: expect.stringContaining('unpacked its folder') });
  writeFileSync(path.join(folder, 'resources/package-type'), 'deb');
  expect(kindOf({})).toMatchObject({ how: expect.stringContaining('package manager') });
  expect(kindOf({ isPackaged: false })).toMatchObject({ how: expect.stringContaining('source') });
  expect(kindOf({ platform: 'darwin' })).toEqual({ name: 'mac' });
  expect(kindOf({ platform: 'win32' }).name).toBe('by-hand');
  writeFileSync(path.join(folder, 'Uninstall Gatehouse.exe'), '');
  expect(kindOf({ platform: 'win32' })).toEqual({ name: 'nsis' });
});

test('each system has its feed', () => {
  expect(feedName('linux', 'x64')).toBe('latest-linux.yml');
  expect(feedName('linux', 'arm64')).toBe('latest-linux-arm64.yml');
  expect(feedName('win32', 'arm64')).toBe('latest.yml');
  expect(feedName('darwin', 'arm64')).toBe('latest-mac.yml');
});

const feedOf = (...names: string[]) => ({
  version: '1.2.3',
  files: names.map((url) => ({ url, sha512: 'A', size: 1, isAdminRightsRequired: false })),
});

test.each([
  ['appimage', 'x64', 'Gatehouse-1.2.3-linux-x86_64.AppImage'],
  ['appimage', 'arm64', 'Gatehouse-1.2.3-linux-arm64.AppImage'],
  ['nsis', 'x64', 'Gatehouse-1.2.3-win-x64.exe'],
  ['nsis', 'arm64', 'Gatehouse-1.2.3-win-arm64.exe'],
  ['mac', 'arm64', 'Gatehouse-1.2.3-mac-arm64.zip'],
] as const)('%s on %s takes %s', (kind, arch, name) => {
  const all = [
    'linux-x86_64.AppImage',
    'linux-arm64.AppImage',
    'win-x64.exe',
    'win-arm64.exe',
    'mac-arm64.zip',
  ];
  const feed = feedOf('Gatehouse-1.2.3-win.exe', ...all.map((end) => `Gatehouse-1.2.3-${end}`));
  expect(choosePackage(feed, kind, arch).url).toBe(name);
});

test('a package for all processors is taken where there is none for this one; one for another processor never', () => {
  expect(choosePackage(feedOf('Gatehouse-win-ia32.exe', 'Gatehouse-win.exe'), 'nsis', 'x64').url).toBe(
    'Gatehouse-win.exe',
  );
  expect(() => choosePackage(feedOf('Gatehouse-linux-arm64.AppImage'), 'appimage', 'x64')).toThrow(
    /no \.AppImage/,
  );
  expect(() => choosePackage(feedOf('Gatehouse-win-x64.exe'), 'appimage', 'x64')).toThrow(/no \.AppImage/);
});
