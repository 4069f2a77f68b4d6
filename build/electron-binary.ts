import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './step.ts';

/*
 * Electron's npm package comes without its binary, which is fetched when it is first wanted.
 */

/** As long as nothing arrives: an unreachable host, a proxy that swallows, a download that stalls. */
const stallMilliseconds = 10_000;
const reportEveryPercent = 10;

const packageFolder = path.join(root, 'node_modules', 'electron');
const requireFromElectron = createRequire(path.join(packageFolder, 'package.json'));

/** What is used here of the downloader that Electron's package brings along. */
interface Downloader {
  downloadArtifact(artifact: {
    version: string;
    artifactName: 'electron';
    platform: string;
    arch: string;
    checksums: Record<string, string>;
    downloadOptions: {
      quiet: boolean;
      signal: AbortSignal;
      getProgressCallback(progress: { percent: number; total: number | null }): Promise<void>;
    };
  }): Promise<string>;
}

/** Electron's executable when it was fetched already. */
export function electronBinary(): string | undefined {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH || path.join(packageFolder, 'dist');
  const names: Partial<Record<NodeJS.Platform, string>> = {
    win32: 'electron.exe',
    darwin: 'Electron.app/Contents/MacOS/Electron',
  };
  const file = path.join(folder, names[process.platform] ?? 'electron');
  return existsSync(file) ? file : undefined;
}

/**
 * Fetches Electron and unpacks it; gives up when nothing arrives for ten seconds.
 * @param say gets the progress, a line now and then
 * @throws whatever went wrong; nothing is left half done
 */
export async function fetchElectron(say: (text: string) => void): Promise<string> {
  const stall = new AbortController();
  const stalled = () => stall.abort(new Error('nothing arrived for ten seconds'));
  let timer = setTimeout(stalled, stallMilliseconds);
  let reported = 0;
  const { downloadArtifact } = (await import(
    pathToFileURL(requireFromElectron.resolve('@electron/get')).href
  )) as Downloader;
  try {
    // Into the cache where the package's own installer looks for it.
    await downloadArtifact({
      version: (requireFromElectron('./package.json') as { version: string }).version,
      artifactName: 'electron',
      platform: process.platform,
      arch: process.arch,
      checksums: requireFromElectron('./checksums.json') as Record<string, string>,
      downloadOptions: {
        quiet: true,
        signal: stall.signal,
        async getProgressCallback({ percent, total }) {
          clearTimeout(timer);
          timer = setTimeout(stalled, stallMilliseconds);
          const done = Math.floor(percent * 100);
          if (done < reported + reportEveryPercent && reported > 0) return;
          reported = Math.max(done, 1);
          say(`fetching Electron, ${done} % of ${Math.round((total ?? 0) / 2 ** 20)} MB …`);
        },
      },
    });
  } finally {
    clearTimeout(timer);
  }
  const installer = spawn(process.execPath, [path.join(packageFolder, 'install.js')], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  await once(installer, 'exit');
  const binary = electronBinary();
  if (binary === undefined) throw new Error('the archive could not be unpacked');
  return binary;
}
