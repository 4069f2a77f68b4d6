import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { python, pythonRuns } from './debian-python.ts';

const script = path.join(import.meta.dirname, 'onvif-peer.py');
/** ONVIF's WSDL files, which `.ci/run` puts there: `ver10`, `ver20`. */
const wsdlFolder: string =
  process.env.GATEHOUSE_ONVIF_WSDL ?? path.join(os.homedir(), '.cache/gatehouse-onvif-wsdl');

/** Whether Debian's python3-zeep and ONVIF's WSDL files are there. */
export function hasOnvifPeer(): boolean {
  return existsSync(path.join(wsdlFolder, 'ver20')) && pythonRuns('import zeep');
}

/** What is wrong with these envelopes, by ONVIF's schemas. */
export async function checkEnvelopes(envelopes: readonly string[]): Promise<unknown> {
  return await run(['check'], JSON.stringify(envelopes));
}

/** Asks devices of everything; @returns what each answered, by name */
export async function askDevices(
  origins: readonly string[],
  { username, password }: { readonly username: string; readonly password: string },
): Promise<unknown> {
  return await run(['ask', username, password, ...origins], '');
}

async function run(parameters: readonly string[], input: string): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = execFile(
    python,
    [script, wsdlFolder, ...parameters],
    { maxBuffer: 16 * 1024 * 1024 },
    (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(error);
    },
  );
  child.stdin?.end(input);
  return JSON.parse(await promise);
}
