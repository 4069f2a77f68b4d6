import { setTimeout as delay } from 'node:timers/promises';
import { type ForwarderSize, packetsPerAccessUnit } from './forwarders/forwarder.ts';
import { ForwarderRun } from './forwarders/forwarder-run.ts';
import { PacedCameras } from './paced.ts';

const size: ForwarderSize = { cameras: 16, viewers: 4 };
const saturatedPackets = 200_000;
const pacedMilliseconds = 10_000;
const settleMilliseconds = 3_000;
const longest = 14;

/** A function and what it took itself, without what it called. */
export interface ProfiledFunction {
  readonly name: string;
  /** Below the project, `node:…`, or empty for what V8 and Node do in C++. */
  readonly file: string;
  /** Of the time in which the process was not idle; 0 to 1. */
  readonly share: number;
}

/** Where our own process spends its time (V8's sampling profiler, 1 ms). */
export interface ProfileFigures extends ForwarderSize {
  readonly load: 'saturated' | 'paced';
  /** The same by what it is spent for: shares. */
  readonly purposes: Readonly<Record<Purpose, number>>;
  /** The longest ones. */
  readonly functions: readonly ProfiledFunction[];
}

export async function measureProfile(load: ProfileFigures['load'], quick: boolean): Promise<ProfileFigures> {
  await using owned = new AsyncDisposableStack();
  const run = owned.use(await ForwarderRun.start('gatehouse', size));
  const accessUnits = saturatedPackets / packetsPerAccessUnit / size.viewers / (quick ? 5 : 1);
  if (load === 'saturated') {
    await run.ask({ do: 'saturate', accessUnits: accessUnits / 5 });
  } else {
    const { urls } = owned.use(await PacedCameras.start(size.cameras));
    await run.ask({ do: 'pull', urls });
    await delay(settleMilliseconds);
  }
  await run.ask({ do: 'start-profile' });
  if (load === 'saturated') await run.ask({ do: 'saturate', accessUnits });
  else await delay(pacedMilliseconds);
  const functions = await run.ask<ProfiledFunction[]>({ do: 'stop-profile' });
  return { load, ...size, purposes: sumByPurpose(functions), functions: functions.slice(0, longest) };
}

export type Purpose = 'datagrams' | 'encryption' | 'garbage' | 'gatehouse' | 'packages' | 'node';

/** Functions of C++ are known by their names alone; the engine's only WebAssembly is GHASH. */
const encryption: ReadonlySet<string> = new Set(['CipherBase', 'update', 'final', 'setAAD', 'getAuthTag']);

function purposeOf({ name, file }: ProfiledFunction): Purpose {
  if (name === '(garbage collector)') return 'garbage';
  if (file.startsWith('node_modules/')) return 'packages';
  if (/^(node:internal\/crypto|main\/srtp|wasm:)/.test(file) || (file === '' && encryption.has(name)))
    return 'encryption';
  if (file === 'node:dgram' || (file === '' && name === 'send')) return 'datagrams';
  if (file === '' || file.startsWith('node:')) return 'node';
  return 'gatehouse';
}

function sumByPurpose(functions: readonly ProfiledFunction[]): Record<Purpose, number> {
  const sums = { datagrams: 0, encryption: 0, garbage: 0, gatehouse: 0, packages: 0, node: 0 };
  for (const entry of functions) sums[purposeOf(entry)] += entry.share;
  return sums;
}
