import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { findWine, hasIntegrity, WineMissing } from '../../../build/wine.ts';

const linux = { platform: 'linux', arch: 'x64', path: '/usr/bin' };
const having = (...files: string[]) => ({ exists: (file: string) => files.includes(file) });

test("Debian's Wine is found off the PATH, and one on the PATH before it", () => {
  const debian = having('/usr/lib/wine/wine64', '/usr/lib/wine/wineserver64');
  expect(findWine(linux, debian.exists)).toEqual({
    loader: '/usr/lib/wine/wine64',
    server: '/usr/lib/wine/wineserver64',
  });
  const own = having('/usr/bin/wine', '/usr/bin/wineserver');
  expect(findWine(linux, own.exists)).toEqual({ loader: '/usr/bin/wine', server: '/usr/bin/wineserver' });
});

test.each([
  ['no Wine', linux, 'apt-get install --no-install-recommends wine64'],
  ['another processor', { ...linux, arch: 'arm64' }, 'linux-arm64'],
  ['Windows itself', { ...linux, platform: 'win32' }, 'win32-x64'],
])('%s is said by name', (_what, system, words) => {
  const find = () => findWine(system, () => false);
  expect(find).toThrow(WineMissing);
  expect(find).toThrow(words);
});

test('an archive that is not the one of the lock file is found out', () => {
  const archive = Buffer.from('archive');
  const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  expect(hasIntegrity(archive, integrity)).toBe(true);
  expect(hasIntegrity(Buffer.from('Archive'), integrity)).toBe(false);
});
