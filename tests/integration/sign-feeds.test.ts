import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { signFeeds } from '../../build/updates/sign-feeds.ts';
import { readSignedFeed } from '../../main/desktop/updates/signed-feed.ts';
import { feedName, UpdateFolder } from '../support/update-feed.ts';

let owned: AsyncDisposableStack;
let feed: UpdateFolder;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  feed = await UpdateFolder.create(owned);
});
afterEach(async () => {
  await owned.disposeAsync();
});

const sign = () => signFeeds(feed.folder, feed.keys.privateKey);
const signature = () => readFile(feed.file(`${feedName}.sig`), 'utf8');

test('every feed of a folder is signed, so that the app takes it', async () => {
  await feed.publish('1.1.0');
  await writeFile(feed.file('latest.yml'), await readFile(feed.file(feedName)));
  expect(await sign()).toEqual([feedName, 'latest.yml']);
  const bytes = await readFile(feed.file(feedName));
  expect(readSignedFeed(bytes, await signature(), feed.keys.publicKey).version).toBe('1.1.0');
});

test('a feed that does not fit its packages is not signed, and loses the signature it had', async () => {
  const name = await feed.publish('1.1.0');
  await writeFile(feed.file(name), 'another');
  await expect(sign()).rejects.toThrow(/was changed/);
  await expect(signature()).rejects.toThrow(/ENOENT/);
  await rm(feed.file(name));
  await expect(sign()).rejects.toThrow(/cannot be read/);
  await rm(feed.file(feedName));
  await expect(sign()).rejects.toThrow(/no latest\*\.yml/);
});

test('the commands say what they need, and sign with no key whose public half is not in the build', async () => {
  const root = path.resolve(import.meta.dirname, '../..');
  const run = (script: string, parameters: readonly string[], environment = {}) =>
    new Promise<string>((resolve) => {
      const options = { env: { ...process.env, ...environment } };
      const file = path.join(root, 'build/updates', script);
      execFile(process.execPath, [file, ...parameters], options, (_error, _stdout, stderr) =>
        resolve(stderr),
      );
    });
  await feed.publish('1.1.0');
  const before = await signature();
  const key = feed.keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  expect(await run('sign-feed.ts', [])).toMatch(/Name the folder/);
  expect(await run('sign-feed.ts', [feed.folder])).toMatch(/Name the private key/);
  expect(await run('sign-feed.ts', [feed.folder], { GATEHOUSE_UPDATE_PRIVATE_KEY: key })).toMatch(
    /is not the public half of this key/,
  );
  expect(await signature()).toBe(before);
  expect(await run('update-key.ts', [])).toMatch(/Name the file/);
  expect(await run('update-key.ts', [path.join(root, 'private.pem')])).toMatch(/outside of this folder/);
});
