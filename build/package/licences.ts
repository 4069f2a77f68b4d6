import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The folder of a package as another one would find it. */
async function findPackage(name: string, from: string): Promise<string | undefined> {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', name);
    if (await readFile(path.join(candidate, 'package.json')).catch(() => undefined)) return candidate;
    if (folder === path.dirname(folder)) return undefined;
  }
}

/** Every package that ends up in ours, with those that it uses itself. */
async function collect(folder: string, found: Map<string, string>): Promise<void> {
  const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as Manifest;
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    const used = await findPackage(name, folder);
    if (used === undefined) continue;
    const { version } = JSON.parse(await readFile(path.join(used, 'package.json'), 'utf8')) as Manifest;
    const key = `${name} ${version}`;
    if (found.has(key)) continue;
    found.set(key, used);
    await collect(used, found);
  }
}

async function licenceOf(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as Manifest;
  const files = (await readdir(folder)).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name)).sort();
  const texts = await Promise.all(
    files.map((name) => readFile(path.join(folder, name), 'utf8').catch(() => '')),
  );
  return [`Licence: ${manifest.license ?? 'not named'}`, ...texts.map((text) => text.trim())].join('\n\n');
}

/**
 * Writes the licences of all packages whose code is in ours, for whoever gets it. What the console's page holds (Svelte,
 * icons, tinykeys) is named among the development packages of package.json and listed here by name.
 * @returns how many there are
 */
export async function writeLicences(file: string): Promise<number> {
  const found = new Map<string, string>();
  await collect(root, found);
  const require = createRequire(path.join(root, 'package.json'));
  for (const name of ['svelte', '@lucide/svelte', 'tinykeys']) {
    const folder = await findPackage(name, root);
    if (folder !== undefined)
      found.set(`${name} ${(require(`${folder}/package.json`) as Manifest).version}`, folder);
  }
  const parts = await Promise.all(
    [...found]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(async ([key, folder]) => `${key}\n${await licenceOf(folder)}`),
  );
  const head =
    'Gatehouse holds code of the packages below. Electron and Chromium have their own files beside this one.';
  await writeFile(file, `${[head, ...parts].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
  return found.size;
}
