import { app } from 'electron';
import { exitCodes } from '../base/exit-codes.ts';
import { createLog } from '../base/log.ts';
import { EngineSupervisor } from './engine-supervisor.ts';
import type { SiteKey } from './key-ring.ts';

/** The engine alone, for browsers: without a window there is nobody to wait for one that does not start. */
export function serveHeadless(options: { parameters: readonly string[]; key: SiteKey }): EngineSupervisor {
  const log = createLog();
  let hasRun = false;
  return new EngineSupervisor({
    ...options,
    onState(state) {
      if (state.name === 'running') hasRun = true;
      if (state.name !== 'waiting') return;
      log.error({ until: state.until }, state.reason);
      if (hasRun) return;
      process.stderr.write(`Gatehouse cannot start. ${state.reason}\n`);
      app.exit(exitCodes.failed);
    },
    onMessage(message) {
      if (message.type !== 'ready' || message.url === null) return;
      process.stdout.write(`Gatehouse is ready. Open this link, which works once:\n\n  ${message.url}\n\n`);
    },
  });
}
