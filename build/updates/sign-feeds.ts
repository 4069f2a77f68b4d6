import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { verifyPackage } from '../../main/desktop/updates/feed-source.ts';
import { readFeed } from '../../main/desktop/updates/signed-feed.ts';

/**
 * Signs every feed of a folder, `latest*.yml`, into a `.sig` beside it, after a look whether its packages are there and are
 * what it says.
 * @param privateKey Ed25519
 * @returns the names of the feeds
 * @throws Error when something is not right; the signatures of before are gone then
 */
export async function signFeeds(folder: string, privateKey: KeyObject): Promise<string[]> {
  const names = await readdir(folder);
  const feeds = names.filter((name) => /^latest[\w-]*\.yml$/.test(name)).sort();
  if (feeds.length === 0) throw new Error(`There is no latest*.yml in ${folder}: npm run dist makes them.`);
  await Promise.all(feeds.map((name) => rm(signatureFile(folder, name), { force: true })));
  const signed = await Promise.all(
    feeds.map(async (name) => {
      const bytes = await readFile(path.join(folder, name));
      for (const file of readFeed(bytes).files) await verifyPackage(path.join(folder, file.url), file);
      return { name, signature: sign(null, bytes, privateKey).toString('base64') };
    }),
  );
  for (const { name, signature } of signed) await writeFile(signatureFile(folder, name), `${signature}\n`);
  return feeds;
}

function signatureFile(folder: string, feed: string): string {
  return path.join(folder, `${feed}.sig`);
}

/** As PEM, as it is put into the code. */
export function publicKeyText(privateKey: KeyObject): string {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
}
