import { spawn } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { GatehouseError } from './base/gatehouse-error.ts';
import { type Log, openFileLog } from './base/log.ts';
import { demoCameraInputs } from './demo/demo-cameras.ts';
import { startFleetProcess } from './demo/fleet-process.ts';
import { startEngine } from './engine/engine.ts';

/*
 * The headless console: the engine with its HTTP host, for sites without a screen and for browsers.
 *   headless.js --data DIR --port N [--demo N] [--json] [--open]
 */

const usage = 'Usage: npm run serve -- --data DIR --port N [--demo N] [--json] [--open]';
/** SIGTERM must end it in under two seconds, whatever hangs. */
const closeMilliseconds = 1_700;
const maximumDemoCameras = 256;

interface Options {
  readonly data: string;
  readonly port: number;
  readonly demo: number;
  readonly json: boolean;
  readonly open: boolean;
}

function parseOptions(parameters: string[]): Options {
  const { values } = parseArgs({
    args: parameters,
    options: {
      data: { type: 'string' },
      port: { type: 'string', default: '0' },
      demo: { type: 'string', default: '0' },
      json: { type: 'boolean', default: false },
      open: { type: 'boolean', default: false },
    },
  });
  if (values.data === undefined)
    throw new Error('--data is missing: the folder where cameras and layouts are kept');
  return {
    data: path.resolve(values.data),
    port: wholeNumber('--port', values.port, 65_535),
    demo: wholeNumber('--demo', values.demo, maximumDemoCameras),
    json: values.json,
    open: values.open,
  };
}

function wholeNumber(name: string, text: string, maximum: number): number {
  if (!/^\d{1,6}$/.test(text) || Number(text) > maximum) {
    throw new Error(`${name} must be a whole number from 0 to ${maximum}, not "${text}"`);
  }
  return Number(text);
}

function openBrowser(url: string): void {
  const openers: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
    darwin: ['open'],
    win32: ['rundll32', 'url.dll,FileProtocolHandler'],
  };
  const [command, ...parameters] = openers[process.platform] ?? ['xdg-open'];
  // Without a browser the printed address is all there is.
  spawn(command, [...parameters, url], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}

/** Starts everything and says where the console is. @throws GatehouseError database-failed, port-in-use */
async function serve(options: Options, log: Log): Promise<AsyncDisposable> {
  await using parts = new AsyncDisposableStack();
  const fleet = options.demo === 0 ? undefined : parts.use(await startFleetProcess({ count: options.demo }));
  const engine = parts.use(
    await startEngine({
      dataFolder: options.data,
      http: { port: options.port, rendererFolder: path.resolve(import.meta.dirname, '../renderer') },
      log,
      ...(fleet === undefined ? {} : { demoCameras: demoCameraInputs(fleet.cameras) }),
      startDemo: (count) => startFleetProcess({ count }),
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
  let options: Options;
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
    process.exit(2);
  }
  // In the data folder: what happened is looked for beside what it happened to. Written at once, so nothing closes it.
  const { log } = await openFileLog({ folder: path.join(options.data, 'logs') });
  const stopping = Promise.withResolvers<undefined>();
  // More than one may come for one Ctrl-C: from the terminal and from npm.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
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
    process.stderr.write(`Gatehouse cannot start. ${GatehouseError.from(error).message}\n`);
    process.exit(1);
  }
}

await main();
