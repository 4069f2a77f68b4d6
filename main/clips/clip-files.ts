import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../base/error-code.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { moveFile, moveFileSync, syncFolder } from '../base/operating-system.ts';
import type { Clip } from '../contract/clip.ts';

/** Being written, or written and not in the list yet. */
const unfinished = '.part';
/** Out of the list, or about to be. */
const leaving = '.removed';
/** What is being recorded beside it, and by whom. */
const begun = '.begun';
/** More than such a note has to say: it takes as much room from the beginning as it may ever need. */
const noteBytes = 4_096;

/**
 * The files of clips. A file is written under another name, then listed, then gets its own name; it loses that before it leaves the
 * list: wherever the engine is killed, the next start knows from names and list what was meant.
 */
export class ClipFiles {
  readonly folder: string;

  /** @param folder made when it is not there */
  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /**
   * Finishes what was interrupted, but for recordings, whose drafts stay with their notes. Files that have their name and are not in
   * the list stay: a restored database does not know them.
   * @param listed file names of all clips  @returns how many files are not in the list, and which recordings were interrupted
   */
  settle(listed: ReadonlySet<string>): {
    readonly unlisted: number;
    readonly interrupted: readonly string[];
  } {
    let unlisted = 0;
    const interrupted: string[] = [];
    for (const name of readdirSync(this.folder)) {
      const own = [unfinished, leaving, begun].find((end) => name.endsWith(end));
      const file = own === undefined ? name : name.slice(0, -own.length);
      const there = path.join(this.folder, name);
      const isThere = (end: string) => existsSync(path.join(this.folder, `${file}${end}`));
      if (own === undefined) unlisted += listed.has(name) ? 0 : 1;
      else if (own !== begun && listed.has(file) && !isThere(''))
        moveFileSync(there, path.join(this.folder, file));
      else if (own === unfinished && !listed.has(file) && isThere(begun))
        interrupted.push(path.parse(file).name);
      else if (own !== begun || listed.has(file) || !isThere(unfinished)) rmSync(there, { force: true });
    }
    return { unlisted, interrupted };
  }

  /** Says beside the draft of a recording what it is: without that, a start after a kill removes it. @throws errors of the file system */
  async note(id: string, about: string): Promise<void> {
    await this.#writeNote(id, about, 'wx');
    syncFolder(this.folder);
  }

  /** Says it anew, in the room that the note has: also on a disk that is full. @throws errors of the file system */
  async noteAnew(id: string, about: string): Promise<void> {
    await this.#writeNote(id, about, 'r+');
  }

  /** What was noted last. @throws errors of the file system */
  async noted(id: string): Promise<string> {
    return await readFile(this.#noteOf({ id, kind: 'video' }), 'utf8');
  }

  /** Where a file is written before it is listed. */
  draftOf(clip: Pick<Clip, 'id' | 'kind'>): string {
    return path.join(this.folder, `${fileOf(clip)}${unfinished}`);
  }

  /** Writes a whole file that is not listed yet. @throws errors of the file system: nothing of it stays */
  async writeDraft(clip: Pick<Clip, 'id' | 'kind'>, content: Uint8Array): Promise<void> {
    const file = this.draftOf(clip);
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
  }

  /** What was written is not listed after all. */
  async discard(clip: Pick<Clip, 'id' | 'kind'>): Promise<void> {
    await rm(this.draftOf(clip), { force: true });
    await rm(this.#noteOf(clip), { force: true });
  }

  pathOf(clip: Pick<Clip, 'id' | 'kind'>): string {
    return path.join(this.folder, fileOf(clip));
  }

  /** It is listed. */
  async keep(clip: Pick<Clip, 'id' | 'kind'>): Promise<void> {
    await moveFile(this.draftOf(clip), this.pathOf(clip));
    await rm(this.#noteOf(clip), { force: true });
    syncFolder(this.folder);
  }

  /** Before it leaves the list; one that is missing has left already. */
  async putAside(clip: Pick<Clip, 'id' | 'kind'>): Promise<void> {
    try {
      await rename(this.pathOf(clip), `${this.pathOf(clip)}${leaving}`);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }

  /** It stays in the list after all. */
  async bringBack(clip: Pick<Clip, 'id' | 'kind'>): Promise<void> {
    await rename(`${this.pathOf(clip)}${leaving}`, this.pathOf(clip)).catch(() => {});
  }

  /** It has left the list. */
  async remove(clip: Pick<Clip, 'id' | 'kind'>): Promise<void> {
    await rm(`${this.pathOf(clip)}${leaving}`, { force: true });
  }

  async #writeNote(id: string, about: string, flags: 'wx' | 'r+'): Promise<void> {
    await using handle = await open(this.#noteOf({ id, kind: 'video' }), flags, 0o600);
    const text = Buffer.from(about);
    await handle.write(Buffer.concat([text, Buffer.alloc(Math.max(0, noteBytes - text.length), ' ')]), 0);
    await handle.sync();
  }

  #noteOf(clip: Pick<Clip, 'id' | 'kind'>): string {
    return path.join(this.folder, `${fileOf(clip)}${begun}`);
  }

  /** A part of a file; shorter at its end. @throws errors of the file system */
  async read(clip: Pick<Clip, 'id' | 'kind'>, from: number, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const handle = await open(this.pathOf(clip), 'r');
    try {
      const part = new Uint8Array(bytes);
      const { bytesRead } = await handle.read(part, 0, bytes, from);
      return part.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }
}

/** Its name in the folder. */
export function fileOf({ id, kind }: Pick<Clip, 'id' | 'kind'>): string {
  return `${id}.${kind === 'video' ? 'mp4' : 'png'}`;
}

/**
 * What a guard must know when a file could not be written or read: disk-full or storage-failed.
 * @param what could not be done, the beginning of the sentence
 */
export function explainFileError(error: unknown, what: string): GatehouseError {
  if (error instanceof GatehouseError) return error;
  const why = reasons[errorCode(error) ?? ''] ?? (error instanceof Error ? error.message : String(error));
  return new GatehouseError(fileErrorCode(error), `${what}: ${why}`, { cause: error });
}

/** What kind of failure it is that a file could not be written, read or listed. */
export function fileErrorCode(error: unknown): GatehouseError['code'] {
  if (error instanceof GatehouseError) return error.code;
  return fullDiskCodes.has(errorCode(error) ?? '') ? 'disk-full' : 'storage-failed';
}

const fullDiskCodes: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL']);

const fullDisk = 'the disk is full. Make room on it and try again.';
const notWritable =
  'nothing may be written there. Choose another folder, or ask whoever looks after this computer.';
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: fullDisk,
  SQLITE_FULL: fullDisk,
  EDQUOT: 'there is no more room for this user on the disk. Make room and try again.',
  EACCES: notWritable,
  EPERM: notWritable,
  EROFS: 'the disk takes no writing: it is protected, or has a fault.',
  ENOENT: 'the file or folder is not there any more. Was a disk taken out?',
  ENOTDIR: 'this is no folder.',
  ENODEV: 'the disk is not there any more. Was it taken out?',
  ENXIO: 'the disk is not there any more. Was it taken out?',
  EIO: 'the disk does not answer, or has a fault. Was it taken out?',
};
