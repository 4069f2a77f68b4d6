import { ORPCError } from '@orpc/client';
import { afterEach, expect, test, vi } from 'vitest';
import type { Clip } from '../../../main/contract/clip.ts';
import { type ChosenFolder, exportToFolder } from '../../../renderer/clips/clip-export.ts';
import type { EngineClient } from '../../../renderer/link/engine-client.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A folder as browsers give it, on a stick that has so much room. */
class StickFolder implements ChosenFolder {
  readonly kind = 'directory';
  readonly name: string;
  readonly entries = new Map<string, StickFolder | string>();
  readonly #stick: { room: number };

  constructor(name: string, stick: { room: number }) {
    this.name = name;
    this.#stick = stick;
  }

  async getDirectoryHandle(name: string, options?: { create?: boolean }): Promise<StickFolder> {
    const there = this.entries.get(name);
    if (typeof there === 'string') throw new DOMException('a file', 'TypeMismatchError');
    if (there === undefined && options?.create !== true) throw new DOMException('none', 'NotFoundError');
    const folder = there ?? new StickFolder(name, this.#stick);
    this.entries.set(name, folder);
    return folder;
  }

  keys(): AsyncIterator<string> {
    const names = this.entries.keys();
    return { next: async () => names.next() };
  }

  async getFileHandle(name: string): Promise<FileSystemFileHandle> {
    const parts: string[] = [];
    const write = async (part: Blob) => {
      this.#stick.room -= part.size;
      if (this.#stick.room < 0) throw new DOMException('no room', 'QuotaExceededError');
      parts.push(await part.text());
    };
    const close = async () => void this.entries.set(name, parts.join(''));
    const writable = { write, close, abort: async () => {} };
    return { createWritable: async () => writable } as unknown as FileSystemFileHandle;
  }

  async removeEntry(name: string, options?: { recursive?: boolean }): Promise<void> {
    if (options?.recursive !== true) throw new DOMException('not empty', 'InvalidModificationError');
    this.entries.delete(name);
  }
}

const clips = ['one', 'two'].map((id) => ({ id, bytes: 100 }) as Clip);
const client = {
  clips: {
    manifest: async () => ({ text: 'signed', files: clips.map(({ id }) => ({ id, name: `${id}.mp4` })) }),
    read: async ({ id }: { id: string }) => new Blob([id.padEnd(100)]),
  },
} as unknown as EngineClient;

async function exportTo(
  folder: StickFolder,
  signal = new AbortController().signal,
  engine = client,
  untilUnlocked = async () => {},
): Promise<string> {
  vi.stubGlobal('fetch', async () => new Response('page'));
  return await exportToFolder(engine, clips, folder, signal, {
    onFolder: async () => {},
    onLost: () => {},
    onProgress: () => {},
    untilUnlocked,
  });
}

test('each export has a folder of its own, named for the moment, with all that checks it', async () => {
  vi.useFakeTimers({ now: new Date(2026, 10, 28, 14, 5, 33), toFake: ['Date'] });
  const stick = new StickFolder('USB', { room: 1_000 });
  expect(await exportTo(stick)).toBe('Gatehouse 2026-11-28 14-05-33');
  expect(await exportTo(stick)).toBe('Gatehouse 2026-11-28 14-05-33 2');
  expect([...stick.entries.keys()]).toEqual([
    'Gatehouse 2026-11-28 14-05-33',
    'Gatehouse 2026-11-28 14-05-33 2',
  ]);
  const folder = await stick.getDirectoryHandle('Gatehouse 2026-11-28 14-05-33 2');
  expect([...folder.entries.keys()]).toEqual([
    'one.mp4',
    'two.mp4',
    'gatehouse-manifest.json',
    'verify.html',
  ]);
});

test('an export that finds no room leaves nothing behind, and what was exported before stays', async () => {
  const stick = new StickFolder('USB', { room: 350 });
  const before = await exportTo(stick);
  await expect(exportTo(stick)).rejects.toThrow('no room');
  expect([...stick.entries.keys()]).toEqual([before]);
  expect((await stick.getDirectoryHandle(before)).entries.size).toBe(4);
});

test('an export that a person stops leaves nothing behind', async () => {
  const stick = new StickFolder('USB', { room: 1_000 });
  const stopped = new AbortController();
  const exporting = exportTo(stick, stopped.signal);
  stopped.abort();
  await expect(exporting).rejects.toThrow('abort');
  expect(stick.entries.size).toBe(0);
});

test('an export goes on where it was when the console, locked meanwhile, is unlocked', async () => {
  let isLocked = true;
  const read = async ({ id }: { id: string }) => {
    if (id === 'two' && isLocked) throw new ORPCError('locked');
    return new Blob([id.padEnd(100)]);
  };
  const engine = { clips: { ...client.clips, read } } as unknown as EngineClient;
  const stick = new StickFolder('USB', { room: 1_000 });
  const name = await exportTo(stick, undefined, engine, async () => {
    isLocked = false;
  });
  const folder = await stick.getDirectoryHandle(name);
  expect(folder.entries.get('two.mp4')).toBe('two'.padEnd(100));
});
