import path from 'node:path';
import { Arch, type Configuration } from 'electron-builder';

/** What electron-builder downloads to make each kind of package. */
const tools: Readonly<Record<string, string>> = {
  AppImage: "AppImage's tools",
  deb: 'fpm',
  'tar.gz': '7-Zip',
  zip: '7-Zip',
  'macOS zip': '7-Zip',
  nsis: 'NSIS and 7-Zip',
  MSI: 'WiX',
};

const networkFailure =
  /E(NOTFOUND|CONN|TIMEDOUT|AI_AGAIN|NETUNREACH|HOSTUNREACH)|HTTPError|fetch failed|nothing arrived|getaddrinfo|\b(403|404|50[0-4])\b/;

/** Follows what electron-builder is at, since its errors do not say what it was downloading. */
export class Downloads {
  #electron: string;
  /** Packages that were begun, with what makes them. */
  readonly #making = new Map<string, string>();
  /** For electron-builder's configuration. */
  readonly hooks: Pick<Configuration, 'beforePack' | 'artifactBuildStarted' | 'artifactBuildCompleted'> = {
    beforePack: ({ electronPlatformName, arch }) => {
      this.#electron = `Electron for ${electronPlatformName}-${Arch[arch]}`;
    },
    artifactBuildStarted: ({ file, targetPresentableName }) => {
      this.#making.set(path.basename(file), tools[targetPresentableName] ?? targetPresentableName);
    },
    artifactBuildCompleted: ({ file }) => {
      this.#making.delete(path.basename(file));
    },
  };

  constructor() {
    this.#electron = `Electron for ${process.platform}-${process.arch}`;
  }

  /** Which download failed, in words; undefined when it was something else. @param error what was thrown meanwhile */
  failure(error: unknown): string | undefined {
    const text = error instanceof Error ? error.message : String(error);
    if (!networkFailure.test(text)) return undefined;
    const address = /https?:\/\/[^\s"',)]+/.exec(text)?.[0] ?? 'github.com';
    const making = [...this.#making].map(([file, tool]) => `${tool}, for ${file},`);
    const what = making.length > 0 ? making.join(' or ') : this.#electron;
    return `The packages were not made: ${what} could not be downloaded from ${address}. Open the network to it, or name a mirror in ELECTRON_MIRROR and ELECTRON_BUILDER_BINARIES_MIRROR.`;
  }
}
