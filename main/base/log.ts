import { type Logger, pino } from 'pino';

export type Log = Logger;

/** Log lines are JSON on stderr; stdout belongs to `--json`. No worker transport: nothing to lose when the process dies. */
export function createLog(level: string = process.env.GATEHOUSE_LOG ?? 'info'): Log {
  return pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));
}
