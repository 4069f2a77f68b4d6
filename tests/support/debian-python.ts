import { spawnSync } from 'node:child_process';

/** Debian's Python sees Debian's packages; another one on the PATH would not. */
export const python = '/usr/bin/python3';

/** Whether Debian's packages are there that this script needs: it ends with 0. */
export function pythonRuns(script: string): boolean {
  return spawnSync(python, ['-c', script], { stdio: 'ignore' }).status === 0;
}
