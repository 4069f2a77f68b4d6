import { execFileSync } from 'node:child_process';
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

/*
 * Makes a .deb with Debian's dpkg-deb from the command line that electron-builder gives to fpm, which is a download. For
 * `npm run dist:check` only: `npm run dist` uses fpm.
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    source: { type: 'string', short: 's' },
    type: { type: 'string', short: 't' },
    depends: { type: 'string', short: 'd', multiple: true, default: [] },
    force: { type: 'boolean' },
    'deb-recommends': { type: 'string', multiple: true, default: [] },
    'deb-compression': { type: 'string' },
    'deb-priority': { type: 'string', default: 'optional' },
    architecture: { type: 'string', default: '' },
    'after-install': { type: 'string' },
    'after-remove': { type: 'string' },
    description: { type: 'string', default: '' },
    version: { type: 'string', default: '' },
    package: { type: 'string', default: '' },
    name: { type: 'string', default: '' },
    maintainer: { type: 'string', default: '' },
    vendor: { type: 'string', default: '' },
    url: { type: 'string', default: '' },
    category: { type: 'string', default: '' },
    license: { type: 'string' },
  },
});
if (values.type !== 'deb') throw new Error(`only a .deb can be made here, not ${values.type}`);

const staging = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-deb-'));
try {
  for (const mapping of positionals) {
    const [from = '', to = ''] = mapping.split('=');
    const target = path.join(staging, to);
    await mkdir(path.dirname(target), { recursive: true });
    await cp(from, target, { recursive: true, verbatimSymlinks: true });
  }
  const kilobytes = Math.ceil((await settle(staging)) / 1024);
  const control = path.join(staging, 'DEBIAN');
  await mkdir(control);
  await chmod(control, 0o755);
  const fields: readonly [string, string][] = [
    ['Package', values.name],
    ['Version', values.version],
    ['Architecture', values.architecture],
    ['Maintainer', values.maintainer],
    ['Installed-Size', String(kilobytes)],
    ['Depends', values.depends.join(', ')],
    ['Recommends', values['deb-recommends'].join(', ')],
    ['Section', values.category],
    ['Priority', values['deb-priority']],
    ['Homepage', values.url],
    ['Description', values.description.replaceAll(/\n\s*/g, '\n ')],
  ];
  const lines = fields.filter(([, value]) => value !== '').map(([name, value]) => `${name}: ${value}\n`);
  await writeFile(path.join(control, 'control'), lines.join(''));
  for (const [script, name] of [
    [values['after-install'], 'postinst'],
    [values['after-remove'], 'postrm'],
  ] as const) {
    if (script === undefined) continue;
    await cp(script, path.join(control, name));
    await chmod(path.join(control, name), 0o755);
  }
  const parameters = ['--root-owner-group', '-Zgzip', '-z1', '--build', staging, values.package];
  execFileSync('dpkg-deb', parameters, { stdio: ['ignore', 'ignore', 'inherit'] });
} finally {
  await rm(staging, { recursive: true });
}

/** Gives folders and files the modes of an installed package. @returns how many bytes the files have */
async function settle(folder: string): Promise<number> {
  await chmod(folder, 0o755);
  let bytes = 0;
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    const found = await lstat(file);
    if (found.isDirectory()) bytes += await settle(file);
    if (!found.isFile()) continue;
    bytes += found.size;
    await chmod(file, (found.mode & 0o100) === 0 ? 0o644 : 0o755);
  }
  return bytes;
}
