import { forkEngine } from './engine-fork.ts';
import type { SiteKey } from './key-ring.ts';

/** Takes a site file into a data folder that nobody else uses; says on stderr what changed or is wrong. @returns the exit code */
export async function importSiteFile(options: {
  readonly file: string;
  readonly dataFolder: string;
  readonly key: SiteKey;
}): Promise<number> {
  const { file, dataFolder, key } = options;
  const engine = forkEngine(['--data', dataFolder, '--import', file], key);
  return await new Promise((resolve) => engine.once('exit', resolve));
}
