import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { publicKeyText, signFeeds } from '../../build/updates/sign-feeds.ts';

export const feedName = 'latest-linux.yml';

/** Keys as `npm run update-key` makes them. */
export interface UpdateKeys {
  readonly privateKey: KeyObject;
  readonly publicKey: string;
}

export function makeKeys(): UpdateKeys {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { privateKey, publicKey: publicKeyText(privateKey) };
}

/** An AppImage, as far as updates care: an executable file. */
export function fakeAppImage(version: string): string {
  return `#!/bin/sh\n# ${'x'.repeat(300_000)}\necho ${version} "$@" > "$0.started.next" && mv "$0.started.next" "$0.started"\n`;
}

/** A feed as electron-builder writes it. */
export function feedText(version: string, name: string, content: string): string {
  const sha512 = createHash('sha512').update(content).digest('base64');
  const size = Buffer.byteLength(content);
  return [
    `version: ${version}`,
    'files:',
    `  - url: ${name}`,
    `    sha512: ${sha512}`,
    `    size: ${size}`,
    '    blockMapSize: 12345',
    `path: ${name}`,
    `sha512: ${sha512}`,
    `releaseDate: '2026-11-27T00:00:00.000Z'`,
    '',
  ].join('\n');
}

/** A folder with a signed feed and its package. */
export class UpdateFolder {
  readonly folder: string;
  readonly keys: UpdateKeys;

  private constructor(folder: string, keys: UpdateKeys) {
    this.folder = folder;
    this.keys = keys;
  }

  static async create(owned: AsyncDisposableStack, keys: UpdateKeys = makeKeys()): Promise<UpdateFolder> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-feed-'));
    owned.defer(() => rm(folder, { recursive: true, force: true }));
    return new UpdateFolder(folder, keys);
  }

  file(name: string): string {
    return path.join(this.folder, name);
  }

  /** @returns the name of the package */
  async publish(version: string, content: string = fakeAppImage(version)): Promise<string> {
    const name = `Gatehouse-${version}-linux-x86_64.AppImage`;
    await writeFile(this.file(name), content);
    await writeFile(this.file(feedName), feedText(version, name, content));
    await signFeeds(this.folder, this.keys.privateKey);
    return name;
  }
}

type Answer = (request: IncomingMessage, response: ServerResponse, file: string) => void;

const asItIs: Answer = (_request, response, file) => {
  void readFile(file).then(
    (content) => response.end(content),
    () => response.writeHead(404).end(),
  );
};

/** A web server on loopback for such a folder. */
export class UpdateServer {
  readonly url: string;
  /** The paths that were asked for. */
  readonly asked: string[] = [];
  /** How one name is answered; others as they are in the folder. */
  readonly answers: Map<string, Answer> = new Map();

  private constructor(port: number) {
    this.url = `http://127.0.0.1:${port}/updates`;
  }

  static async start(owned: AsyncDisposableStack, folder: string): Promise<UpdateServer> {
    const server = createServer((request, response) => {
      const name = path.basename(request.url ?? '');
      started.asked.push(request.url ?? '');
      (started.answers.get(name) ?? asItIs)(request, response, path.join(folder, name));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    owned.defer(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const started = new UpdateServer((server.address() as AddressInfo).port);
    return started;
  }
}
