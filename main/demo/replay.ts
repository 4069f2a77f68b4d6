import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { stopSignals } from '../base/operating-system.ts';
import { parseTrace } from '../trace/trace-file.ts';
import { ReplayCamera } from './replay-camera.ts';

/*
 * `npm run replay -- TRACE [--port N] [--fast]`: a camera on loopback that answers as the one did that a trace was made of. It
 * prints its addresses as one line of JSON, as `npm run cameras -- --json` does, and what the examination had found on
 * stderr; any user and password do.
 */

const usage = 'Usage: npm run replay -- TRACE [--port N] [--fast]';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { port: { type: 'string', default: '0' }, fast: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const [file, ...others] = positionals;
  const port = Number(values.port);
  if (file === undefined || others.length > 0) throw new Error('Name one trace');
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('--port must be from 0 to 65535');
  const trace = parseTrace(await readFile(file, 'utf8'));
  const camera = await ReplayCamera.start(trace, { port, isFast: values.fast });
  const stop = () => void camera[Symbol.asyncDispose]().finally(() => process.exit(0));
  for (const signal of stopSignals) process.once(signal, stop);
  const [mainUrl = '', subUrl = null] = camera.urls;
  const cameras = [{ name: 'Replay', mainUrl, subUrl, onvifUrl: null }];
  process.stdout.write(`${JSON.stringify({ cameras })}\n`);
  for (const { step, profile, verdict, measured } of trace.head.findings) {
    if (verdict === 'ok' || verdict === 'skipped') continue;
    process.stderr.write(`${verdict}: ${profile ?? 'camera'} ${step} ${measured}\n`);
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
  process.exit(1);
}
