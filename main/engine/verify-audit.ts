import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { fingerprintOf, type Verdict, verifyTrail } from '../audit/audit-chain.ts';
import { verifyExport } from '../audit/audit-export.ts';
import { exitCodes } from '../base/exit-codes.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { readAuditFile } from '../store/audit-file.ts';

/** More than an audit ever has. */
const maximumBytes = 512 * 1024 * 1024;

/**
 * Says whether the audit of a data folder, or one that was exported, is as it was written. Needs no key. Never rejects.
 * @param options.file null: that of the data folder, while no Gatehouse uses it
 * @returns one of `exitCodes`
 */
export function verifyAudit(options: { readonly file: string | null; readonly dataFolder: string }): number {
  const { file, dataFolder } = options;
  try {
    if (file === null) {
      const { verdict, keys } = readAuditFile(dataFolder, (audit) => ({
        verdict: verifyTrail(audit, true),
        keys: audit.keys,
      }));
      return tell(verdict, keys);
    }
    const read = verifyExport(textOf(file));
    if (read !== undefined) return tell(read.verdict, read.keys);
    say(`${file} is no exported audit, or its first line was changed.`);
    return exitCodes.mistakes;
  } catch (error) {
    say(GatehouseError.from(error).message);
    return exitCodes.outOfReach;
  }
}

function textOf(file: string): string {
  const bytes = readFileSync(file);
  const isZipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (isZipped ? gunzipSync(bytes, { maxOutputLength: maximumBytes }) : bytes).toString('utf8');
}

function tell(verdict: Verdict, keys: readonly { readonly publicKey: string }[]): number {
  if (!verdict.isSound) {
    const where = verdict.seq === null ? '' : ` The first entry that is wrong is ${verdict.seq}.`;
    say(`The audit is not as it was written: ${verdict.reason}.${where}`);
    return exitCodes.broken;
  }
  const { first, last, entries, cut } = verdict;
  const which = entries === 0 ? 'there is no entry' : `entries ${first} to ${last}`;
  say(`The audit is as it was written: ${which}${cut ? '; those before were cut' : ''}.`);
  for (const { publicKey } of keys) say(`Signed by the key ${fingerprintOf(publicKey)}.`);
  say('Whether this is the key of that Gatehouse tells only a note that was made elsewhere.');
  return exitCodes.done;
}

/** To the person. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
