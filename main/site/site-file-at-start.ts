import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../base/error-code.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import type { SettingTable } from '../store/setting-table.ts';
import { maximumSiteFileBytes } from './site-file-seal.ts';
import { mistakeLines, summaryOf } from './site-file-words.ts';
import type { SiteFiles } from './site-files.ts';
import type { SiteService } from './site-service.ts';

const fileName = 'site.json';
/** A notice is one sentence in a bar: the command line and the console say them all. */
const maximumMistakes = 8;

/**
 * Takes the site file that lies beside the installer, once for each content: `site.json` in the named folder, else in the
 * data folder. A notice tells what was done, or what is wrong with it; a bad file changes nothing and stops nothing.
 * @param named a folder, or a file; undefined or empty: the data folder alone
 */
export async function importAtStart(options: {
  readonly files: Pick<SiteFiles, 'import'>;
  readonly settings: SettingTable;
  readonly site: SiteService;
  readonly dataFolder: string;
  readonly named: string | undefined;
  readonly passphrase: string | undefined;
  readonly log: Log;
}): Promise<void> {
  const { files, settings, site, dataFolder, named = '', passphrase, log } = options;
  let file = '';
  try {
    const found = await findFile(named === '' ? [dataFolder] : [named, dataFolder]);
    if (found === undefined) return;
    file = found;
    const bytes = await readSiteFileBytes(file);
    const digest = createHash('sha256').update(bytes).digest('hex');
    if (digest === settings.siteFileDigest) return;
    const text = bytes.toString('utf8');
    const result = await files.import({ text, ...(passphrase === undefined ? {} : { passphrase }) });
    settings.saveSiteFileDigest(digest);
    log.info({ file }, 'the site file was taken');
    if (result.changesAnything) site.notify('site-file-imported', `${file} was taken: ${summaryOf(result)}.`);
  } catch (error) {
    const { message, issues } = GatehouseError.from(error);
    const listed = mistakeLines(issues.slice(0, maximumMistakes));
    if (issues.length > maximumMistakes) listed.push(`and ${issues.length - maximumMistakes} more`);
    const isSaid = issues.length === 1 && issues[0]?.message === message;
    const words = `${file || fileName} was not taken. ${message}${isSaid || issues.length === 0 ? '' : ` In it: ${listed.join('; ')}.`}`;
    log.warn({ file }, 'the site file was not taken');
    // Said once, however often Gatehouse is started before somebody has read it.
    if (!site.state.notices.some((notice) => notice.message === words))
      site.notify('site-file-refused', words);
  }
}

/** @throws GatehouseError bad-input when it is far too large, or cannot be read */
export async function readSiteFileBytes(file: string): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size <= maximumSiteFileBytes) return await readFile(file);
  } catch (error) {
    const reason = errorCode(error) === 'ENOENT' ? 'is not there' : `cannot be read (${errorCode(error)})`;
    throw new GatehouseError('not-found', `${file} ${reason}. Look for it and try again.`, { cause: error });
  }
  throw new GatehouseError('bad-input', `${file} is too large to be a site file.`);
}

/** The first that is there. */
async function findFile(places: readonly string[]): Promise<string | undefined> {
  for (const place of places) {
    for (const candidate of [path.join(place, fileName), place]) {
      const stats = await stat(candidate).catch(() => undefined);
      if (stats?.isFile() === true) return candidate;
    }
  }
  return undefined;
}
