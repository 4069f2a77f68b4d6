import path from 'node:path';
import { type UtilityProcess, utilityProcess } from 'electron';
import type { ToEngine } from '../contract/engine-messages.ts';
import type { SiteKey } from './key-ring.ts';

/** Starts an engine's process and gives it the key. @param parameters of engine-process.js, but for `--parent` */
export function forkEngine(parameters: readonly string[], key: SiteKey): UtilityProcess {
  const script = path.join(import.meta.dirname, 'engine-process.js');
  const engine = utilityProcess.fork(script, ['--parent', String(process.pid), ...parameters], {
    serviceName: 'Gatehouse engine',
    stdio: 'inherit',
  });
  const start: ToEngine =
    key.where === 'keychain'
      ? { type: 'start', key: key.key, warning: null }
      : { type: 'start', key: null, warning: key.why };
  engine.postMessage(start);
  return engine;
}
