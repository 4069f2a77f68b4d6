import { Audit, gatehouse } from '../audit/audit.ts';
import { exitCodes } from '../base/exit-codes.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import { redactText } from '../base/redact.ts';
import { planSiteCameras } from '../cameras/site-cameras.ts';
import { readSiteFileBytes } from '../site/site-file-at-start.ts';
import { linesOf, mistakeLines, summaryOf } from '../site/site-file-words.ts';
import { SiteFiles } from '../site/site-files.ts';
import { openStore, type Store } from '../store/store.ts';

/**
 * Takes a site file while Gatehouse does not run, and says what changed or all that is wrong. Never rejects. The passphrase of a
 * sealed file is in the environment, as GATEHOUSE_SITE_PASSPHRASE.
 * @returns one of `exitCodes`
 */
export async function importSiteFile(options: {
  readonly file: string;
  readonly dataFolder: string;
  /** Encrypts what is secret; null: it is in a file of the folder. */
  readonly key: Uint8Array | null;
  readonly log: Log;
}): Promise<number> {
  const { file, dataFolder, key, log } = options;
  const passphrase = process.env.GATEHOUSE_SITE_PASSPHRASE;
  let text: string;
  let opened: Store;
  try {
    text = (await readSiteFileBytes(file)).toString('utf8');
    opened = openStore({ folder: dataFolder, log, key });
  } catch (error) {
    const { code, message } = GatehouseError.from(error);
    say(message);
    return code === 'bad-input' ? exitCodes.mistakes : exitCodes.outOfReach;
  }
  using store = opened;
  if (store.recovery !== null) say('The data was damaged: the newest backup was brought back first.');
  using audit = new Audit({ store, log });
  const files = new SiteFiles({ ...store, planCameras: planSiteCameras, onImported: () => {} });
  try {
    const result = await audit.during(
      () => ({ ...gatehouse, from: 'command line' }),
      () => ({ did: 'site.import' }),
      () => files.import({ text, ...(passphrase === undefined ? {} : { passphrase }) }),
    );
    for (const line of linesOf(result)) say(line);
    say(
      result.changesAnything
        ? `${file} was taken: ${summaryOf(result)}.`
        : `${file} changes nothing: this console has all of it already.`,
    );
    return exitCodes.done;
  } catch (error) {
    const { code, message, issues } = GatehouseError.from(error);
    if (code !== 'bad-input') {
      say(`Nothing was imported. ${redactText(message)}`);
      return exitCodes.failed;
    }
    const needsPassphrase = issues.some((issue) => issue.path === 'passphrase');
    if (needsPassphrase) {
      say(`${message} Give it in the environment as GATEHOUSE_SITE_PASSPHRASE.`);
      return exitCodes.passphrase;
    }
    for (const line of mistakeLines(issues)) say(line);
    say(message);
    return exitCodes.mistakes;
  }
}

/** To the person. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
