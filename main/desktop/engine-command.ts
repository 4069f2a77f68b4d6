import { forkEngine } from './engine-fork.ts';
import type { SiteKey } from './key-ring.ts';

/**
 * Has an engine's process do one thing in a data folder that nobody else uses, and end; it says on stderr what came of it.
 * @param command `--import FILE`, `--reset-owner` or `--verify-audit [--audit FILE]`
 * @returns the exit code
 */
export async function runEngineCommand(options: {
  readonly command: readonly string[];
  readonly dataFolder: string;
  readonly key: SiteKey;
}): Promise<number> {
  const { command, dataFolder, key } = options;
  const engine = forkEngine(['--data', dataFolder, ...command], key);
  return await new Promise((resolve) => engine.once('exit', resolve));
}
