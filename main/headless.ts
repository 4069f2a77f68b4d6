import { spawn } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { exitCodes } from './base/exit-codes.ts';
import { GatehouseError } from './base/gatehouse-error.ts';
import { type Log, openFileLog } from './base/log.ts';
import { browserCommand, stopSignals } from './base/operating-system.ts';
import { redactText } from './base/redact.ts';
import { wholeNumber } from './base/whole-number.ts';
import { maximumDemoCameras } from './contract/limits.ts';
import { demoCameraInputs } from './demo/demo-cameras.ts';
import { startFleetProcess } from './demo/fleet-process.ts';
import { discoveryScope } from './engine/discovery-scope.ts';
import { startEngine } from './engine/engine.ts';
import { resetOwner } from './engine/reset-owner.ts';
import { importSiteFile } from './engine/site-file-command.ts';
import { verifyAudit } from './engine/verify-audit.ts';

/*
 * The headless console: the engine with its HTTP host, for sites without a screen and for browsers.
 *   headless.js --data DIR --port N [--demo N] [--json] [--open]
 *   headless.js --data DIR --import FILE
 *   headless.js --data DIR --reset-owner
 *   headless.js --data DIR --verify-audit, or --verify-audit FILE
 */

const usage = `Usage: npm run serve -- --data DIR --port N [--demo N] [--json] [--open]
       npm run serve -- --data DIR --import FILE
       npm run serve -- --data DIR --reset-owner
       npm run serve -- --data DIR --verify-audit
       npm run serve -- --verify-audit FILE`;
const help = `${usage}

  --data DIR     where cameras and layouts are kept
  --port N       of the console's web page; 0 for any free one
  --demo N       so many virtual cameras
  --json         the first line of the output as JSON
  --open         opens the console in a browser
  --import FILE  takes a site file and ends, while no other Gatehouse uses the data folder. What changes, or all that is
                 wrong, goes to stderr. The passphrase of a sealed file: GATEHOUSE_SITE_PASSPHRASE.
                 Exit code: ${exitCodes.done} done or nothing to change, ${exitCodes.failed} a fault of Gatehouse, ${exitCodes.mistakes} mistakes in the file or the options,
                 ${exitCodes.outOfReach} file or data folder out of reach, ${exitCodes.passphrase} passphrase missing or wrong
  --reset-owner  takes the owner's password away, when it is lost, and ends, while no Gatehouse uses the data folder
  --verify-audit says whether the audit of the data folder, or one that was exported, is as it was written, and ends.
                 Exit code: ${exitCodes.done} it is, ${exitCodes.broken} it is not
`;
/** A signal must end it in under two seconds, whatever hangs. */
const closeMilliseconds = 1_700;

interface Options {
  readonly data: string;
  readonly port: number;
  readonly demo: number;
  readonly json: boolean;
  readonly open: boolean;
  /** The site file to take; undefined: serve. */
  readonly import: string | undefined;
  readonly resetOwner: boolean;
  /** The audit to verify; null: that of the data folder; undefined: serve. */
  readonly audit: string | null | undefined;
}

/** Undefined: only help is wanted. */
function parseOptions(parameters: string[]): Options | undefined {
  const { values, positionals } = parseArgs({
    args: parameters,
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      port: { type: 'string', default: '0' },
      demo: { type: 'string', default: '0' },
      json: { type: 'boolean', default: false },
      open: { type: 'boolean', default: false },
      import: { type: 'string' },
      'reset-owner': { type: 'boolean', default: false },
      'verify-audit': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const verifies = values['verify-audit'];
  const [file, ...others] = verifies ? positionals : [undefined, ...positionals];
  if (others[0] !== undefined) throw new Error(`“${others[0]}” is no option`);
  if (values.data === undefined && file === undefined)
    throw new Error('--data is missing: the folder where cameras and layouts are kept');
  return {
    data: path.resolve(values.data ?? ''),
    port: numberOption('--port', values.port, 65_535),
    demo: numberOption('--demo', values.demo, maximumDemoCameras),
    json: values.json,
    open: values.open,
    import: values.import === undefined ? undefined : path.resolve(values.import),
    resetOwner: values['reset-owner'],
    audit: verifies ? (file === undefined ? null : path.resolve(file)) : undefined,
  };
}

function numberOption(name: string, text: string, maximum: number): number {
  const number = wholeNumber(text, maximum);
  if (number === undefined)
    throw new Error(`${name} must be a whole number from 0 to ${maximum}, not "${text}"`);
  return number;
}

function openBrowser(url: string): void {
  const [command, ...parameters] = browserCommand(url);
  // Without a browser the printed address is all there is.
  spawn(command, parameters, { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}

/** Starts everything and says where the console is. @throws GatehouseError database-failed, port-in-use */
async function serve(options: Options, log: Log): Promise<AsyncDisposable> {
  await using parts = new AsyncDisposableStack();
  const fleet =
    options.demo === 0
      ? undefined
      : parts.use(await startFleetProcess({ count: options.demo, discoverable: true, sound: true }));
  const engine = parts.use(
    await startEngine({
      dataFolder: options.data,
      http: { port: options.port, rendererFolder: path.resolve(import.meta.dirname, '../renderer') },
      log,
      ...(fleet === undefined ? {} : { demoCameras: demoCameraInputs(fleet.cameras) }),
      discovery: { scope: discoveryScope(options.demo) },
      startDemo: (count) => startFleetProcess({ count, onvif: true, sound: true }),
    }),
  );
  const port = engine.http?.port ?? 0;
  const url = `http://127.0.0.1:${port}/#token=${engine.http?.issueToken() ?? ''}`;
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ready: true, url, port, pid: process.pid })}\n`
      : `Gatehouse is ready. Open this link, which works once:\n\n  ${url}\n\n`,
  );
  if (options.open) openBrowser(url);
  return parts.move();
}

async function main(): Promise<void> {
  let options: Options | undefined;
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
    process.exit(exitCodes.mistakes);
  }
  if (options === undefined) {
    process.stdout.write(help);
    return;
  }
  if (options.audit !== undefined) {
    process.exitCode = verifyAudit({ file: options.audit, dataFolder: options.data });
    return;
  }
  // In the data folder: what happened is looked for beside what it happened to. Written at once, so nothing closes it.
  const { log } = await openFileLog({ folder: path.join(options.data, 'logs') });
  if (options.import !== undefined) {
    process.exitCode = await importSiteFile({
      file: options.import,
      dataFolder: options.data,
      key: null,
      log,
    });
    return;
  }
  if (options.resetOwner) {
    process.exitCode = resetOwner({ dataFolder: options.data, key: null, log });
    return;
  }
  const stopping = Promise.withResolvers<undefined>();
  // More than one may come for one Ctrl-C: from the terminal and from npm.
  for (const signal of stopSignals) {
    process.on(signal, () => stopping.resolve(undefined));
  }
  process.on('uncaughtException', (error) => {
    log.fatal(error, 'stopped by a fault in Gatehouse itself');
    process.exit(1);
  });
  // Whoever reads our output may go away; that is no reason to stop watching cameras.
  process.stdout.on('error', () => {});
  try {
    const served = await Promise.race([serve(options, log), stopping.promise]);
    await stopping.promise;
    setTimeout(() => {
      log.warn('stopped before everything had closed');
      process.exit(0);
    }, closeMilliseconds);
    await served?.[Symbol.asyncDispose]();
    process.exit(0);
  } catch (error) {
    process.stderr.write(`Gatehouse cannot start. ${redactText(GatehouseError.from(error).message)}\n`);
    process.exit(1);
  }
}

await main();
