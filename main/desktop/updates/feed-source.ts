import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { errorCode } from '../../base/error-code.ts';
import { GatehouseError } from '../../base/gatehouse-error.ts';
import type { FeedFile } from './signed-feed.ts';

const stallMilliseconds = 30_000;

/** A web server or a folder that holds a feed and its packages. Nothing that it says is trusted. */
export class FeedSource {
  /** As it was configured, for people. */
  readonly where: string;
  readonly #stallMilliseconds: number;

  /** @param where an http(s) address or a folder @param stall how long it may be silent, in milliseconds */
  constructor(where: string, stall: number = stallMilliseconds) {
    this.where = where;
    this.#stallMilliseconds = stall;
  }

  /** A small file. @throws GatehouseError update-refused */
  async read(name: string, maximumBytes: number, signal: AbortSignal): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    await this.#receive(name, maximumBytes, signal, (part) => parts.push(part));
    return Buffer.concat(parts);
  }

  /**
   * A package into a file, which is right when this returns; what is not right is left for the caller to remove.
   * @param onBytes gets how many are there
   * @throws GatehouseError update-refused
   */
  async download(
    file: FeedFile,
    destination: string,
    signal: AbortSignal,
    onBytes: (bytes: number) => void,
  ): Promise<void> {
    const hash = createHash('sha512');
    const handle = await open(destination, 'w', 0o600);
    let bytes = 0;
    try {
      await this.#receive(file.url, file.size, signal, async (part) => {
        hash.update(part);
        await handle.writeFile(part);
        bytes += part.length;
        onBytes(bytes);
      });
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (bytes < file.size) {
      throw refused(`${file.url} of ${this.where} is cut off: ${bytes} of ${file.size} bytes came`);
    }
    if (hash.digest('base64') !== file.sha512) {
      throw refused(`${file.url} of ${this.where} is not the file that the feed was signed for`);
    }
  }

  async #receive(
    name: string,
    maximumBytes: number,
    signal: AbortSignal,
    take: (part: Uint8Array) => unknown,
  ): Promise<void> {
    const silence = new AbortController();
    const seconds = Math.ceil(this.#stallMilliseconds / 1_000);
    const timer = setTimeout(
      () => silence.abort(refused(`${this.where} has sent nothing of ${name} for ${seconds} s`)),
      this.#stallMilliseconds,
    );
    const either = AbortSignal.any([signal, silence.signal]);
    let bytes = 0;
    let stream: Readable | undefined;
    try {
      stream = await this.#open(name, either);
      for await (const part of stream as AsyncIterable<Uint8Array>) {
        timer.refresh();
        bytes += part.length;
        if (bytes > maximumBytes) {
          throw refused(`${name} of ${this.where} is larger than the ${maximumBytes} bytes that it may have`);
        }
        await take(part);
      }
    } catch (error) {
      either.throwIfAborted();
      throw this.#explain(name, error);
    } finally {
      clearTimeout(timer);
      stream?.destroy();
    }
  }

  async #open(name: string, signal: AbortSignal): Promise<Readable> {
    if (!/^https?:/i.test(this.where)) return createReadStream(path.join(this.where, name), { signal });
    const base = this.where.endsWith('/') ? this.where : `${this.where}/`;
    const url = new URL(name, base);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const get = url.protocol === 'https:' ? getHttps : getHttp;
      // Proxies of the LAN shall ask the server.
      const headers = { 'cache-control': 'no-cache' };
      get(url, { agent: false, signal, headers }, resolve).on('error', reject);
    });
    const { statusCode = 0, headers } = response;
    if (statusCode === 200) return response;
    response.destroy();
    if (statusCode >= 300 && statusCode < 400) {
      const where = headers.location === undefined ? 'elsewhere' : `to ${headers.location.slice(0, 200)}`;
      throw refused(
        `${this.where} sends ${name} ${where}. Gatehouse takes updates only from where it was told to: give that address`,
      );
    }
    throw refused(`${this.where} answers ${statusCode} when asked for ${name}`);
  }

  #explain(name: string, error: unknown): GatehouseError {
    if (error instanceof GatehouseError) return error;
    const code = errorCode(error);
    const message = error instanceof Error ? error.message : String(error);
    const missing = `there is no ${name} in ${this.where}`;
    return refused(
      code === 'ENOENT' ? missing : `${name} could not be read from ${this.where}: ${message || code}`,
      error,
    );
  }
}

/** Whether a file on the disk is the one that the feed was signed for. @throws GatehouseError update-refused when it is not */
export async function verifyPackage(onDisk: string, { sha512, size }: FeedFile): Promise<void> {
  const hash = createHash('sha512');
  let bytes = 0;
  try {
    for await (const part of createReadStream(onDisk) as AsyncIterable<Uint8Array>) {
      hash.update(part);
      bytes += part.length;
    }
  } catch (error) {
    throw refused(`${onDisk} cannot be read any more`, error);
  }
  if (bytes !== size || hash.digest('base64') !== sha512) {
    throw refused(`${onDisk} was changed after it had been downloaded`);
  }
}

function refused(why: string, cause?: unknown): GatehouseError {
  return new GatehouseError('update-refused', `The update was refused: ${why}.`, { cause });
}
