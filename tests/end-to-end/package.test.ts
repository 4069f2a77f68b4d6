import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packLinuxFolder } from '../../build/package/fake-package.ts';
import { folderChecksFor } from '../../build/package/folder-checks.ts';
import { packedProgram, standInFor, temporaryData } from '../support/desktop-app.ts';
import { everydaySuite } from './desktop-everyday-suite.ts';
import { hardeningSuite } from './desktop-hardening-suite.ts';

/*
 * What an installer gets: the packed app, around a fake Electron, with the stand-in in its place when it is run. The other
 * systems' packages, and the installers: `npm run dist:check`.
 */

let owned: AsyncDisposableStack;
let folder: string;

describe.skipIf(process.platform !== 'linux')('packed for Linux (needs Linux)', () => {
  beforeAll(async () => {
    owned = new AsyncDisposableStack();
    folder = await packLinuxFolder(await temporaryData(owned));
  });
  afterAll(async () => {
    await owned.disposeAsync();
  });

  test.each(folderChecksFor('linux'))('$name', async ({ find }) => {
    expect((await find({ platform: 'linux', arch: 'x64', folder })).problems).toEqual([]);
  });

  describe('and run', () => {
    beforeAll(async () => {
      await standInFor(path.join(folder, 'gatehouse'));
    });
    const program = () => packedProgram(path.join(folder, 'gatehouse'));
    describe('every day', () => everydaySuite(program, false));
    describe('protected', () => hardeningSuite(program, false));
  });
});
