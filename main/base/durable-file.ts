import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { moveFileSync, syncFolder } from './operating-system.ts';

/** Writes a file as a whole, for its owner alone; it is on the disk when this returns, or what was there before is. */
export function writeDurably(file: string, content: Uint8Array): void {
  const next = `${file}.next`;
  const descriptor = openSync(next, 'w', 0o600);
  try {
    writeSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  moveFileSync(next, file);
  syncFolder(path.dirname(file));
}
