import { type DestinationStream, type Logger, pino } from 'pino';
import { LogFiles } from './log-files.ts';
import { redactLine } from './redact.ts';

export type Log = Logger;

/** A log with files; disposing closes them. Lines after that go to stderr alone. */
export interface FileLog extends AsyncDisposable {
  readonly log: Log;
}

/** What nobody reads from stderr is dropped beyond this. */
const maximumUnreadBytes = 1024 * 1024;
const usualLevel = () => process.env.GATEHOUSE_LOG ?? 'info';

/**
 * Log lines are JSON on stderr; stdout belongs to `--json`. No line has a secret in it, none is longer than about 20 kB.
 * No worker transport: nothing to lose when the process dies.
 */
export function createLog(level: string = usualLevel()): Log {
  return pino({ level, base: null }, { write: writeTo(openStderr()) });
}

/**
 * The same, also in `<folder>/gatehouse.N.log`: at most five files of 2 MB (see `LogFiles`), readable for their owner only.
 * Never throws: when the files cannot be written, stderr says so once and goes on alone.
 */
export async function openFileLog(options: { folder: string; level?: string }): Promise<FileLog> {
  const { folder, level = usualLevel() } = options;
  const files = new LogFiles(folder, (problem) => {
    if (problem === null) log.info({ folder }, 'the log files are written again');
    else log.warn({ folder, err: problem }, 'the log files cannot be written; lines go to stderr alone');
  });
  const log = pino({ level, base: null }, { write: writeTo(openStderr(), files) });
  await files.open();
  return { log, [Symbol.asyncDispose]: () => files[Symbol.asyncDispose]() };
}

function openStderr(): DestinationStream {
  // A reader that went away, a full disk behind it: no reason to stop watching cameras.
  return pino.destination({ dest: 2, sync: true, maxLength: maximumUnreadBytes }).on('error', () => {});
}

function writeTo(...targets: readonly { write(line: string): void }[]): (line: string) => void {
  return (line) => {
    const redacted = redactLine(line);
    for (const target of targets) target.write(redacted);
  };
}
