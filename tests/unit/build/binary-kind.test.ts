import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { binaryKind } from '../../../build/package/binary-kind.ts';

const prebuilds = path.resolve(import.meta.dirname, '../../../node_modules/better-sqlite3/prebuilds');

test("the header of each of SQLite's binaries tells the system and the processor of its name", async () => {
  const names = await readdir(prebuilds);
  expect(names.length).toBeGreaterThanOrEqual(6);
  for (const name of names) {
    const [, platform, arch] = /^(linux|darwin|win32)(?:musl)?-(x64|arm64)\.node$/.exec(name) ?? [];
    const file = await readFile(path.join(prebuilds, name));
    expect(binaryKind(file), name).toEqual({ platform, arch });
  }
});

test('what is cut off at any byte of its header, or is something else, is for no system', async () => {
  for (const name of await readdir(prebuilds)) {
    const file = (await readFile(path.join(prebuilds, name))).subarray(0, 400);
    for (let length = 0; length < 64; length += 1)
      expect(binaryKind(file.subarray(0, length))).toBeUndefined();
    // A PE tells its processor where the header says; anything up to there is too short.
    for (let length = 64; length < file.length; length += 1) {
      const kind = binaryKind(file.subarray(0, length));
      if (kind !== undefined) expect(name).toMatch(new RegExp(`^${kind.platform}(musl)?-${kind.arch}`));
    }
  }
  expect(binaryKind(Buffer.alloc(400))).toBeUndefined();
  expect(binaryKind(Buffer.from('#!/bin/sh\n'.repeat(40)))).toBeUndefined();
});
