import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WindowFile } from '../../../main/desktop/window-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'gatehouse-windows-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const bounds = { x: -100, y: 20, width: 900, height: 600 };
const display = { x: -1920, y: 0, width: 1920, height: 1080 };
const place = { layoutId: 'all', page: 2, maximised: null };
const window = { bounds, display, isMaximised: false, isFullScreen: true, place };
const kiosk = { enabled: true, displays: [2], startAtLogin: false, hasPin: true };

const nothing = { windows: [], kiosk: null, theme: 'dark', language: null };

test('windows, kiosk, theme and language are there again, each written without the others', () => {
  const file = new WindowFile(path.join(folder, 'new'));
  expect(file.read()).toEqual(nothing);
  file.write({ windows: [window] });
  file.write({ kiosk });
  file.write({ theme: 'light' });
  file.write({ language: 'ar' });
  expect(new WindowFile(path.join(folder, 'new')).read()).toMatchObject({
    windows: [window],
    kiosk,
    theme: 'light',
    language: 'ar',
  });
});

test.each(['', '{', '{"version":2,"windows":[]}', '{"version":1,"windows":[{"bounds":{"x":0}}]}', 'null'])(
  'what cannot be read (%s) is put aside, and one window opens as if nothing had been written',
  (text) => {
    const written = path.join(folder, 'windows.json');
    writeFileSync(written, text);
    const file = new WindowFile(folder);
    expect(file.read()).toEqual(nothing);
    expect(readFileSync(`${written}.unreadable`, 'utf8')).toBe(text);
    file.write({ windows: [window] });
    expect(file.read().windows).toEqual([window]);
  },
);

test('a folder that cannot be written costs nothing but the places', () => {
  writeFileSync(path.join(folder, 'no-folder'), '');
  const file = new WindowFile(path.join(folder, 'no-folder'));
  file.write({ windows: [window] });
  expect(file.read().windows).toEqual([]);
});
