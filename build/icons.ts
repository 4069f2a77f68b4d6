import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../tests/support/chromium.ts';

/*
 * `npm run icons`: draws build/icons/icon.svg and tray.svg in all sizes, and packs those for Windows and macOS.
 */

const folder = path.join(import.meta.dirname, 'icons');
const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024];
const windowsSizes = [16, 24, 32, 48, 64, 128, 256];
/** Apple's names of pictures in an .icns, all of them PNG. */
const appleTypes = new Map([
  ['icp4', 16],
  ['icp5', 32],
  ['ic07', 128],
  ['ic08', 256],
  ['ic09', 512],
  ['ic10', 1024],
]);
/** A dot in the lower right corner; its shape differs, too, for who does not see its colour. */
const trayStates = {
  ok: '',
  attention:
    '<path d="M24 16l7.5 14h-15z" fill="#ffc14d" stroke="#16191e" stroke-width="2" stroke-linejoin="round"/>',
  trouble:
    '<rect x="17" y="17" width="13" height="13" rx="2" fill="#ff6b5e" stroke="#16191e" stroke-width="2"/>',
};

async function draw(browser: Browser, svg: string, size: number): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  try {
    await page.setContent(
      `<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`,
    );
    return await page.screenshot({ omitBackground: true });
  } finally {
    await page.close();
  }
}

/** An .ico: a table of PNGs (Windows Vista and later). */
function packIco(pictures: readonly { size: number; png: Buffer }[]): Buffer {
  const table = Buffer.alloc(6 + 16 * pictures.length);
  table.writeUInt16LE(1, 2);
  table.writeUInt16LE(pictures.length, 4);
  let offset = table.length;
  for (const [index, { size, png }] of pictures.entries()) {
    const at = 6 + 16 * index;
    // 0 stands for 256.
    table.writeUInt8(size % 256, at);
    table.writeUInt8(size % 256, at + 1);
    table.writeUInt16LE(1, at + 4);
    table.writeUInt16LE(32, at + 6);
    table.writeUInt32LE(png.length, at + 8);
    table.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([table, ...pictures.map(({ png }) => png)]);
}

/** An .icns: a row of chunks, each with its type and its length. */
function packIcns(pictures: readonly { type: string; png: Buffer }[]): Buffer {
  const chunk = (type: string, content: Buffer) => {
    const head = Buffer.alloc(8);
    head.write(type, 0, 'latin1');
    head.writeUInt32BE(content.length + 8, 4);
    return Buffer.concat([head, content]);
  };
  return chunk('icns', Buffer.concat(pictures.map(({ type, png }) => chunk(type, png))));
}

await mkdir(path.join(folder, 'tray'), { recursive: true });
const browser = await launchChromium({});
try {
  const svg = await readFile(path.join(folder, 'icon.svg'), 'utf8');
  const drawn = new Map<number, Buffer>();
  for (const size of sizes) {
    const png = await draw(browser, svg, size);
    drawn.set(size, png);
    await writeFile(path.join(folder, `${size}x${size}.png`), png);
  }
  const of = (size: number) => drawn.get(size) ?? Buffer.alloc(0);
  await writeFile(
    path.join(folder, 'icon.ico'),
    packIco(windowsSizes.map((size) => ({ size, png: of(size) }))),
  );
  await writeFile(
    path.join(folder, 'icon.icns'),
    packIcns([...appleTypes].map(([type, size]) => ({ type, png: of(size) }))),
  );
  const tray = await readFile(path.join(folder, 'tray.svg'), 'utf8');
  for (const [state, mark] of Object.entries(trayStates)) {
    const marked = tray.replace('<g id="status"/>', mark);
    await writeFile(path.join(folder, 'tray', `${state}.png`), await draw(browser, marked, 32));
    await writeFile(path.join(folder, 'tray', `${state}@2x.png`), await draw(browser, marked, 64));
  }
} finally {
  await browser.close();
}
