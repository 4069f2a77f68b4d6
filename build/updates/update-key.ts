import { generateKeyPairSync } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../step.ts';
import { publicKeyText } from './sign-feeds.ts';

/*
 * `npm run update-key -- FILE`: makes the pair of keys for updates. FILE gets the private one, readable by its owner alone;
 * build/update-key.pub gets the public one, which goes into every build. Neither is ever overwritten: who has the old public
 * key takes nothing that a new one signs.
 */

const publicKeyFile = path.join(root, 'build/update-key.pub');

try {
  const file = process.argv[2];
  if (file === undefined) throw new Error('Name the file for the private key: npm run update-key -- FILE');
  if (!path.relative(root, path.resolve(file)).startsWith('..')) {
    throw new Error('Name a file outside of this folder: private keys are not committed.');
  }
  if (existsSync(publicKeyFile)) {
    throw new Error(
      `${publicKeyFile} is there already: installations that carry it take nothing from another key.`,
    );
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  writeFileSync(publicKeyFile, publicKeyText(privateKey), { flag: 'wx' });
  process.stderr.write(`gatehouse: ${file} signs; ${publicKeyFile} is to be committed\n`);
} catch (error) {
  process.stderr.write(`gatehouse: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
