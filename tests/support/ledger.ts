import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { createLog } from '../../main/base/log.ts';
import { defaultLayoutId } from '../../main/contract/limits.ts';
import { openStore } from '../../main/store/store.ts';
import { seededRandom } from './mutations.ts';

export type LedgerRow = Readonly<Record<string, unknown>>;

/** What an engine says: that it takes calls, what it is about to write, and what was acknowledged. A null row: removed. */
export type LedgerLine =
  | { readonly state: 'ready' | 'adding' }
  | { readonly state: 'writing' | 'written'; readonly key: string; readonly row: LedgerRow | null };

export interface LedgerResult {
  readonly rounds: number;
  /** Rows whose call had returned before the engine was killed. */
  readonly acknowledged: number;
  /** What is wrong with those that were not there afterwards, or not as they were acknowledged. */
  readonly lost: readonly string[];
  readonly seed: number;
}

export interface LedgerOptions {
  readonly folder: string;
  readonly rounds: number;
  readonly seed: number;
  /** The engine acknowledges before it writes; rows must be lost then. */
  readonly early?: boolean;
  /** What is wrong beside that with the data of an engine that was killed. */
  readonly inspect?: (folder: string, rows: ReadonlyMap<string, LedgerRow>) => readonly string[];
}

const engine = path.join(import.meta.dirname, 'ledger-engine.ts');
const longestRunMilliseconds = 250;
/** About the time in which an engine is ready: some are killed while they start. */
const longestStartMilliseconds = 600;

/** Starts an engine, lets it write, kills it at a random moment, and compares what it acknowledged with what is there. */
export async function runKilledEngines(options: LedgerOptions): Promise<LedgerResult> {
  const random = seededRandom(options.seed);
  const data = path.join(options.folder, 'data');
  await mkdir(options.folder, { recursive: true });
  const ledger = new Ledger(path.join(options.folder, 'ledger.jsonl'));
  const lost: string[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    await runEngine(options, data, random, ledger);
    const rows = readStore(data);
    const problems = [...ledger.compare(rows), ...(options.inspect?.(data, rows) ?? [])];
    lost.push(...problems.map((problem) => `round ${round}: ${problem}`));
  }
  return { rounds: options.rounds, acknowledged: ledger.acknowledged, lost, seed: options.seed };
}

async function runEngine(
  options: LedgerOptions,
  data: string,
  random: (limit: number) => number,
  ledger: Ledger,
): Promise<void> {
  const parameters = [
    '--data',
    data,
    '--seed',
    String(random(2 ** 31)),
    ...(options.early ? ['--early'] : []),
  ];
  const child = spawn(process.execPath, [engine, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const ready = Promise.withResolvers<void>();
  child.once('exit', () => ready.resolve());
  // What is still in the pipe when the engine is dead was acknowledged as well.
  createInterface(child.stdout).on('line', (line) => {
    const said = JSON.parse(line) as LedgerLine;
    if (said.state === 'ready') ready.resolve();
    ledger.take(said);
  });
  if (random(5) > 0) {
    await ready.promise;
    await delay(random(longestRunMilliseconds));
  } else {
    await delay(random(longestStartMilliseconds));
  }
  kill(child);
  await closed;
}

function kill(child: ChildProcess): void {
  if (child.exitCode !== null) throw new Error('the engine ended by itself; its error is above');
  child.kill('SIGKILL');
}

/** All rows by their keys, as the next start of an engine finds them. */
function readStore(folder: string): Map<string, LedgerRow> {
  using store = openStore({ folder, log: createLog('silent') });
  if (store.recovery !== null) throw new Error(`the database was damaged: ${store.recovery.reason}`);
  const check = store.database.pragma('integrity_check', { simple: true });
  if (check !== 'ok') throw new Error(`the database is damaged: ${String(check)}`);
  const rows = new Map<string, LedgerRow>();
  for (const { order, workingTransport, digestOnly, password, ...camera } of store.cameras.list()) {
    const hasPassword = password !== null;
    rows.set(`camera ${camera.id}`, { ...camera, hasPassword, password: password?.reveal() ?? null });
  }
  for (const layout of store.layouts.list()) {
    if (layout.id !== defaultLayoutId) rows.set(`layout ${layout.id}`, { ...layout });
  }
  return rows;
}

/** What was acknowledged, and what may or may not have been written when the engine was killed. */
class Ledger {
  acknowledged = 0;
  readonly #file: string;
  readonly #written = new Map<string, LedgerRow | null>();
  #writing: { readonly key: string; readonly row: LedgerRow | null } | null = null;
  #isAdding = false;

  /** @param file gets every acknowledged row, as evidence */
  constructor(file: string) {
    this.#file = file;
  }

  take(line: LedgerLine): void {
    switch (line.state) {
      case 'ready':
        break;
      case 'adding':
        this.#isAdding = true;
        break;
      case 'writing':
        this.#writing = line;
        break;
      case 'written':
        appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
        this.#written.set(line.key, line.row);
        this.#writing = null;
        this.#isAdding = false;
        this.acknowledged += 1;
        break;
      default:
        line satisfies never;
    }
  }

  /** Says what is wrong with the rows that were found; from then on they are what counts. */
  compare(found: ReadonlyMap<string, LedgerRow>): string[] {
    const problems: string[] = [];
    for (const [key, row] of this.#written) {
      const there = found.get(key) ?? null;
      if (isDeepStrictEqual(there, row) || this.#mayBe(key, there)) continue;
      problems.push(`${key} is ${JSON.stringify(there)} instead of ${JSON.stringify(row)}`);
    }
    for (const [key, row] of found) {
      if (this.#written.has(key) || this.#mayBe(key, row)) continue;
      // Nobody can know the id of a camera whose call never returned.
      if (this.#isAdding && key.startsWith('camera ')) this.#isAdding = false;
      else problems.push(`${key} is there, but nobody wrote it`);
    }
    this.#written.clear();
    for (const [key, row] of found) this.#written.set(key, row);
    this.#writing = null;
    this.#isAdding = false;
    return problems;
  }

  #mayBe(key: string, row: LedgerRow | null): boolean {
    return this.#writing?.key === key && isDeepStrictEqual(this.#writing.row, row);
  }
}
