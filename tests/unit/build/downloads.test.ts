import { Arch } from 'electron-builder';
import { expect, test } from 'vitest';
import { Downloads } from '../../../build/package/downloads.ts';

/** What electron-builder throws when the network is closed: it names a host, and not what it wanted from there. */
const closed = new Error('getaddrinfo EAI_AGAIN github.com');

type Hook = (context: object) => unknown;

test('a download that fails is told by its name: Electron for which processor, or which tool for which package', () => {
  const downloads = new Downloads();
  const { beforePack, artifactBuildStarted, artifactBuildCompleted } = downloads.hooks as Record<
    string,
    Hook
  >;
  expect(downloads.failure(closed)).toContain(`Electron for ${process.platform}-${process.arch} could not`);
  beforePack?.({ electronPlatformName: 'linux', arch: Arch.arm64 });
  expect(downloads.failure(closed)).toContain('Electron for linux-arm64 could not');
  artifactBuildStarted?.({ file: '/somewhere/Gatehouse-1.0.0-win-x64.exe', targetPresentableName: 'nsis' });
  expect(downloads.failure(closed)).toContain('NSIS and 7-Zip, for Gatehouse-1.0.0-win-x64.exe, could not');
  artifactBuildCompleted?.({ file: '/somewhere/Gatehouse-1.0.0-win-x64.exe' });
  artifactBuildStarted?.({
    file: '/somewhere/Gatehouse-1.0.0-linux-amd64.deb',
    targetPresentableName: 'deb',
  });
  const told = downloads.failure(closed);
  expect(told).toContain('fpm, for Gatehouse-1.0.0-linux-amd64.deb, could not be downloaded from github.com');
  expect(told).not.toContain('NSIS');
});

test('an address that is in the error is told, and what is no trouble with the network is none', () => {
  const downloads = new Downloads();
  const refused = new Error('HTTPError: Response code 403 for https://mirror.invalid/electron.zip');
  expect(downloads.failure(refused)).toContain('downloaded from https://mirror.invalid/electron.zip.');
  expect(downloads.failure(new Error('Please specify project homepage'))).toBeUndefined();
});
