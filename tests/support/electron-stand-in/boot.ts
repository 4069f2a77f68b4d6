import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { extractAll } from '@electron/asar';
import { app, type Launched } from './app.ts';

/*
 * The executable: `boot.ts EXECUTABLE [switches] [-r MODULE] [APP]`. Beside a `resources/app.asar` it is the packaged app, as
 * Electron's is.
 */

const [executable = '', ...parameters] = process.argv.slice(2);
const switches = new Map<string, string>();
const required: string[] = [];
let named: string | undefined;
for (let at = 0; at < parameters.length; at++) {
  const parameter = parameters[at] ?? '';
  const [, name = '', value = ''] = /^--([^=]+)(?:=(.*))?$/.exec(parameter) ?? [];
  if (parameter === '-r' || parameter === '--require') required.push(parameters[++at] ?? '');
  else if (name !== '') {
    if (!name.startsWith('inspect')) switches.set(name, value);
  } else named ??= parameter;
}

/** Unpacked for Node, which reads no archives; beside it, so that what lies around the archive is found from its code. */
function unpack(archive: string): string {
  const folder = mkdtempSync(`${archive}.stand-in-`);
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  extractAll(archive, folder);
  return folder;
}

const resources = path.join(path.dirname(executable), 'resources');
const archive = path.join(resources, 'app.asar');
const isPackaged = existsSync(archive);
const target = isPackaged ? unpack(archive) : path.resolve(named ?? '.');
const folder = statSync(target).isDirectory() ? target : path.dirname(target);
const manifest = JSON.parse(
  readFileSync(path.join(folder, 'package.json'), 'utf8'),
) as Launched['manifest'] & {
  readonly main?: string;
};
const entry = folder === target ? path.join(folder, manifest.main ?? 'index.js') : target;

process.argv = [executable, ...parameters];
Object.assign(process.versions, { electron: '45.0.0-stand-in' });
Object.assign(process, {
  type: 'browser',
  resourcesPath: isPackaged ? resources : path.join(folder, 'resources'),
  ...(isPackaged ? {} : { defaultApp: true }),
});
app.boot({ folder, manifest, switches, isPackaged });
const require = createRequire(pathToFileURL(path.join(folder, 'package.json')));
for (const file of required) require(file);
await import(pathToFileURL(entry).href);
await app.start();
