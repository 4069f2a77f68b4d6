import { createPrivateKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../step.ts';
import { publicKeyText, signFeeds } from './sign-feeds.ts';

/*
 * `npm run sign-feed -- FOLDER`: signs the feeds of a folder of packages. The private key is in the file that
 * GATEHOUSE_UPDATE_PRIVATE_KEY_FILE names, or is GATEHOUSE_UPDATE_PRIVATE_KEY, as PEM.
 */

const publicKeyFile = path.join(root, 'build/update-key.pub');

function privateKeyText(): string {
  const { GATEHOUSE_UPDATE_PRIVATE_KEY: text, GATEHOUSE_UPDATE_PRIVATE_KEY_FILE: file } = process.env;
  if (text) return text;
  if (file) return readFileSync(file, 'utf8');
  throw new Error('Name the private key: GATEHOUSE_UPDATE_PRIVATE_KEY_FILE=FILE npm run sign-feed -- FOLDER');
}

try {
  const folder = process.argv[2];
  if (folder === undefined) throw new Error('Name the folder with the packages: npm run sign-feed -- FOLDER');
  const privateKey = createPrivateKey(privateKeyText());
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('The private key is no Ed25519 key.');
  const known = existsSync(publicKeyFile) ? readFileSync(publicKeyFile, 'utf8').trim() : '';
  if (known !== publicKeyText(privateKey).trim()) {
    throw new Error(
      `${publicKeyFile} is not the public half of this key: no Gatehouse built here would take the feed.`,
    );
  }
  for (const name of await signFeeds(path.resolve(folder), privateKey)) {
    process.stderr.write(`gatehouse: ${name} is signed\n`);
  }
} catch (error) {
  process.stderr.write(`gatehouse: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
