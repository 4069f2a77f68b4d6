import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { LineProcess } from '../line-process.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const pionBinary = path.join(root, '.cache/bench/pion');

/** Ours, and what it is compared with, in the order of the tables. */
export const forwarderKinds = ['floor', 'gatehouse', 'libdatachannel', 'pion', 'werift'] as const;
export type ForwarderKind = (typeof forwarderKinds)[number];

export const forwarderNames: Readonly<Record<ForwarderKind, string>> = {
  floor: 'floor (AES-GCM and a datagram, Node)',
  gatehouse: 'Gatehouse',
  libdatachannel: 'libdatachannel (C++, from Node)',
  pion: 'Pion v4 (Go)',
  werift: 'werift with its own sender (Node)',
};

/** Which of them this machine can run, and why not the others. */
export interface Available {
  readonly kinds: readonly ForwarderKind[];
  readonly skipped: Readonly<Partial<Record<ForwarderKind, string>>>;
}

/** Builds what must be built. */
export async function findForwarders(): Promise<Available> {
  const skipped: Partial<Record<ForwarderKind, string>> = {};
  try {
    await import('node-datachannel');
  } catch (error) {
    skipped.libdatachannel = `node-datachannel has no binary for this system: ${firstLine(error)}`;
  }
  try {
    await buildPion();
  } catch (error) {
    skipped.pion = `tests/peers/pion could not be built, for which Go 1.24 must be in PATH: ${firstLine(error)}`;
  }
  return { kinds: forwarderKinds.filter((kind) => skipped[kind] === undefined), skipped };
}

async function buildPion(): Promise<void> {
  await mkdir(path.dirname(pionBinary), { recursive: true });
  const cwd = path.join(root, 'tests/peers/pion');
  await promisify(execFile)('go', ['build', '-o', pionBinary, '.'], { cwd });
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
}

export function startForwarder(kind: ForwarderKind): LineProcess {
  if (kind === 'pion') return new LineProcess(pionBinary, []);
  return LineProcess.ofScript(path.join(import.meta.dirname, 'forwarder-process.ts'), kind);
}
