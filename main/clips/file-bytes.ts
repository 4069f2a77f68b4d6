import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/**
 * A disk that becomes full takes a part of it without a word, and says so only of the rest.
 * @throws errors of the file system
 */
export async function writeAll(handle: FileHandle, data: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < data.byteLength; ) {
    const { bytesWritten } = await handle.write(data, at, data.byteLength - at, position + at);
    at += bytesWritten;
  }
}

/** SHA-256 of a file in hex, read in turns. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(file, { highWaterMark: 256 * 1024 })) hash.update(part as Buffer);
  return hash.digest('hex');
}
