import path from 'node:path';
import { build, Platform } from 'electron-builder';
import { electronBinary, fetchElectron } from '../electron-binary.ts';
import { Downloads } from './downloads.ts';
import { writeLicences } from './licences.ts';

/*
 * `npm run dist`: the packages of electron-builder.yml for the system that this runs on, in dist/packages. Signed where
 * electron-builder finds what it needs in the environment (CSC_LINK and its like).
 */

const say = (text: string) => process.stderr.write(`gatehouse: ${text}\n`);
const root = path.resolve(import.meta.dirname, '../..');

const count = await writeLicences(path.join(root, 'dist/THIRD-PARTY-LICENSES.txt'));
say(`licences of ${count} packages collected`);
const downloads = new Downloads();
try {
  // First and by itself, so that a closed network is told in seconds; what follows finds it in the cache.
  if (electronBinary() === undefined) await fetchElectron(say);
  const made = await build({
    projectDir: root,
    targets: Platform.current().createTarget(),
    publish: 'never',
    config: { extends: path.join(root, 'electron-builder.yml'), ...downloads.hooks },
  });
  for (const file of made) process.stdout.write(`${path.relative(root, file)}\n`);
} catch (error) {
  say(downloads.failure(error) ?? (error instanceof Error ? (error.stack ?? error.message) : String(error)));
  process.exitCode = 1;
}
