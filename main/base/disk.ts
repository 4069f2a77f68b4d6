import { statfs } from 'node:fs/promises';

/** A file system, in bytes. */
export interface Disk {
  readonly size: number;
  /** What Gatehouse may still write. */
  readonly free: number;
}

/** That of a folder. */
export async function readDisk(folder: string): Promise<Disk> {
  const { bsize, blocks, bavail } = await statfs(folder);
  return { size: bsize * blocks, free: bsize * bavail };
}
