import path from 'node:path';
import { build, Platform } from 'electron-builder';
import { electronBinary, fetchElectron } from '../electron-binary.ts';
import { writeLicences } from './licences.ts';

/*
 * `npm run dist`: the packages of electron-builder.yml for the system that this runs on, in dist/packages. Signed where
 * electron-builder finds what it needs in the environment (CSC_LINK and its like).
 */

const say = (text: string) => process.stderr.write(`gatehouse: ${text}\n`);
const root = path.resolve(import.meta.dirname, '../..');

/** Which download failed, in one sentence; undefined when it was something else. */
function failedDownload(what: string, error: unknown): string | undefined {
  const text = error instanceof Error ? error.message : String(error);
  const isNetwork =
    /E(NOTFOUND|CONN|TIMEDOUT|AI_AGAIN|NETUNREACH|HOSTUNREACH)|HTTPError|fetch failed|nothing arrived|getaddrinfo|\b(403|404|50[0-4])\b/;
  if (!isNetwork.test(text)) return undefined;
  const address = /https?:\/\/[^\s"',)]+/.exec(text)?.[0] ?? 'github.com';
  return `The packages were not made: ${what} could not be downloaded from ${address}. Open the network to it, or name a mirror in ELECTRON_MIRROR and ELECTRON_BUILDER_BINARIES_MIRROR.`;
}

const count = await writeLicences(path.join(root, 'dist/THIRD-PARTY-LICENSES.txt'));
say(`licences of ${count} packages collected`);
let downloading = 'Electron';
try {
  // First and by itself, so that a closed network is told in seconds; what follows finds it in the cache.
  if (electronBinary() === undefined) await fetchElectron(say);
  downloading = 'Electron for another processor, or a tool that makes packages,';
  const made = await build({
    projectDir: root,
    targets: Platform.current().createTarget(),
    publish: 'never',
    config: { extends: path.join(root, 'electron-builder.yml') },
  });
  for (const file of made) process.stdout.write(`${path.relative(root, file)}\n`);
} catch (error) {
  say(
    failedDownload(downloading, error) ??
      (error instanceof Error ? (error.stack ?? error.message) : String(error)),
  );
  process.exitCode = 1;
}
