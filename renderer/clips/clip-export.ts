import { downloadZip } from 'client-zip';
import type { Clip } from '../../main/contract/clip.ts';
import { m } from '../language/messages.ts';
import type { EngineClient } from '../link/engine-client.ts';
import { clipParts } from './clip-download.ts';

const manifestName = 'gatehouse-manifest.json';
const pageName = 'verify.html';

/** A folder that a person has chosen, as the File System Access API gives it. */
export interface ChosenFolder
  extends Pick<FileSystemDirectoryHandle, 'getFileHandle' | 'removeEntry' | 'name'> {
  keys(): AsyncIterator<string>;
  getDirectoryHandle(name: string, options?: { create?: boolean }): Promise<ChosenFolder>;
}

/** Whether files may be written there, and removed. @param ask the browser may ask the person, in whose click this is called */
export async function mayWrite(folder: ChosenFolder, ask?: 'ask'): Promise<boolean> {
  const { queryPermission, requestPermission } = folder as unknown as Record<
    'queryPermission' | 'requestPermission',
    (options: { mode: 'readwrite' }) => Promise<PermissionState>
  >;
  const permission = ask === undefined ? queryPermission : requestPermission;
  return (await permission.call(folder, { mode: 'readwrite' })) === 'granted';
}

interface ExportFile {
  readonly name: string;
  readonly parts: AsyncIterable<Blob>;
}

/** Whether this browser lets a person choose a folder; otherwise an export is one zip file. */
export function canChooseFolder(): boolean {
  return 'showDirectoryPicker' in window;
}

/** Undefined: the person has chosen none. */
export async function chooseFolder(): Promise<ChosenFolder | undefined> {
  const { showDirectoryPicker } = window as unknown as {
    showDirectoryPicker: (options: { mode: 'readwrite' }) => Promise<ChosenFolder>;
  };
  try {
    return await showDirectoryPicker.call(window, { mode: 'readwrite' });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined;
    throw error;
  }
}

interface ExportWatch extends ReadWatch {
  /** Before anything is there: what the new folder will be called. */
  onFolder(name: string): Promise<void>;
  /** It failed, and the folder could not be taken away: the stick was pulled, perhaps. */
  onLost(): void;
}

interface ReadWatch {
  /** Of all bytes, 0 … 1. */
  onProgress(share: number): void;
  /** A console that is locked gives nothing: an export goes on when somebody has unlocked it. Rejects when it is stopped. */
  untilUnlocked(): Promise<void>;
}

/**
 * Writes clips into a folder of their own, with the manifest and the page that checks them: what was exported before stays as it is.
 * Each file has its name when it is whole; when one cannot be written, all of the export is taken away again.
 * @returns what the new folder is called
 */
export async function exportToFolder(
  client: EngineClient,
  clips: readonly Clip[],
  parent: ChosenFolder,
  signal: AbortSignal,
  watch: ExportWatch,
): Promise<string> {
  const folder = await newFolder(parent, watch.onFolder);
  try {
    for (const { name, parts } of await filesOf(client, clips, signal, watch)) {
      const handle = await folder.getFileHandle(name, { create: true });
      const writing = await handle.createWritable();
      try {
        for await (const part of parts) await writing.write(part);
        signal.throwIfAborted();
        await writing.close();
      } catch (error) {
        await writing.abort().catch(() => {});
        throw error;
      }
    }
    return folder.name;
  } catch (error) {
    await parent.removeEntry(folder.name, { recursive: true }).catch(() => watch.onLost());
    throw error;
  }
}

/** Whether nothing is missing of an export: what is written last has something in it. A file has its name before it is whole. */
export async function isWhole(parent: ChosenFolder, name: string): Promise<boolean> {
  try {
    const page = await (await parent.getDirectoryHandle(name)).getFileHandle(pageName);
    return (await page.getFile()).size > 0;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return false;
    throw error;
  }
}

/** Takes an export away, where it is there. @throws DOMException, also where the folder around it is not */
export async function removeExport(parent: ChosenFolder, name: string): Promise<void> {
  // A name that is not found may be that of a stick.
  await parent.keys().next();
  if (await isThere(parent, name)) await parent.removeEntry(name, { recursive: true });
}

/** Named for the moment, as clips are. */
async function newFolder(parent: ChosenFolder, onFolder: ExportWatch['onFolder']): Promise<ChosenFolder> {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString();
  const moment = local.slice(0, 19).replace('T', ' ').replaceAll(':', '-');
  for (let number = 1; ; number++) {
    const name = `Gatehouse ${moment}${number === 1 ? '' : ` ${number}`}`;
    if (await isThere(parent, name)) continue;
    await onFolder(name);
    return await parent.getDirectoryHandle(name, { create: true });
  }
}

async function isThere(parent: ChosenFolder, name: string): Promise<boolean> {
  try {
    await parent.getDirectoryHandle(name);
    return true;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return false;
    if (error instanceof DOMException && error.name === 'TypeMismatchError') return true;
    throw error;
  }
}

/** The same in one zip file. */
export async function exportAsZip(
  client: EngineClient,
  clips: readonly Clip[],
  signal: AbortSignal,
  watch: ReadWatch,
): Promise<Blob> {
  const files = await filesOf(client, clips, signal, watch);
  const zipped = files.map(({ name, parts }) => ({ name, input: bytesOf(parts) }));
  return await downloadZip(zipped).blob();
}

/** What went wrong with a folder, and what to do. */
export function folderFailure(error: unknown): string | undefined {
  if (!(error instanceof DOMException)) return undefined;
  switch (error.name) {
    case 'QuotaExceededError':
      return m.clips_folder_full();
    case 'NotAllowedError':
    case 'NoModificationAllowedError':
    case 'SecurityError':
      return m.clips_folder_not_allowed();
    case 'NotFoundError':
    // What was there when writing began is not there any more.
    case 'InvalidStateError':
      return m.clips_folder_gone();
    default:
      return m.clips_folder_failed({ reason: error.message });
  }
}

async function filesOf(
  client: EngineClient,
  clips: readonly Clip[],
  signal: AbortSignal,
  { onProgress, untilUnlocked }: ReadWatch,
): Promise<ExportFile[]> {
  const [{ text, files }, page] = await Promise.all([
    client.clips.manifest({ ids: clips.map(({ id }) => id) }, { signal }),
    fetch('./verify-clips.html', { signal }).then((response) => response.blob()),
  ]);
  const allBytes = clips.reduce((sum, { bytes }) => sum + bytes, 0);
  let read = 0;
  async function* counted(clip: Clip) {
    for await (const part of clipParts(client, clip, signal, untilUnlocked)) {
      yield part;
      read += part.size;
      onProgress(read / allBytes);
    }
  }
  const named = clips.flatMap((clip) => {
    const name = files.find(({ id }) => id === clip.id)?.name;
    return name === undefined ? [] : [{ name, parts: counted(clip) }];
  });
  return [
    ...named,
    { name: manifestName, parts: one(new Blob([text])) },
    { name: pageName, parts: one(page) },
  ];
}

async function* one(blob: Blob) {
  yield blob;
}

async function* bytesOf(parts: AsyncIterable<Blob>) {
  for await (const part of parts) yield new Uint8Array(await part.arrayBuffer());
}
