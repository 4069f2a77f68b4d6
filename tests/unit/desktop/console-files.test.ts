import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { consoleFile } from '../../../main/desktop/console-files.ts';

const folder = path.resolve('/opt/gatehouse/renderer');
const find = (url: string) => consoleFile(url, folder);

test('the console is served at its root, and its files by their type', () => {
  expect(find('app://console/')).toEqual({
    file: path.join(folder, 'index.html'),
    type: 'text/html; charset=utf-8',
  });
  expect(find('app://console/assets/a.js')?.type).toBe('text/javascript; charset=utf-8');
  expect(find('app://console/a%20b.css?x=1#y')?.file).toBe(path.join(folder, 'a b.css'));
});

test.each([
  'app://other/index.html',
  'http://console/index.html',
  'app://console/..%2f..%2findex.html',
  'app://console/%2e%2e%2fsecret.svg',
  'app://console/a%00.js',
  'app://console/%ff.js',
  'app://console//etc/passwd.js',
  'app://console/secret.key',
  'app://console/assets',
  'nonsense',
  '',
])('%j is not served', (url) => {
  expect(find(url)).toBeUndefined();
});

test('no address leads out of the folder', () => {
  const part = fc.oneof(
    fc.constantFrom('..', '.', '%2e%2e', '%2f', '%5c', '\\', '/', '//', '%00', 'C:', '~', 'a.js'),
    fc.string({ maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const found = find(`app://console/${parts.join('')}`);
      if (found !== undefined) expect(path.relative(folder, found.file).split(path.sep)[0]).not.toBe('..');
    }),
    { numRuns: 5_000 },
  );
});
