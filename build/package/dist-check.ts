import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { PackagePlatform } from './fake-electron.ts';
import type { FakePackage, PackageArch } from './fake-package.ts';
import { type Finding, folderChecksFor, type Unpacked, unpackedIn } from './folder-checks.ts';
import { installerChecks, installerName } from './installer-checks.ts';
import { writeLicences } from './licences.ts';
import { layOutTools, missingTools } from './offline-tools.ts';

/*
 * `npm run dist:check`: makes the packages of electron-builder.yml for all systems around a fake Electron, as far as that goes
 * without a download, and looks at each. What is made does not run; it lies in a temporary folder and is deleted.
 */

const root = path.resolve(import.meta.dirname, '../..');
const arches: readonly PackageArch[] = ['x64', 'arm64'];
const systemNames = { linux: 'Linux', win32: 'Windows', darwin: 'macOS' };
/** Made for one processor alone, as in electron-builder.yml, or because the other one says nothing new. */
const onlyFor: Readonly<Record<string, PackageArch>> = { nsis: 'x64', msi: 'x64' };

/** How often each thing happened. */
const counts = { passed: 0, skipped: 0 };
const failures: string[] = [];

function tell(what: string, { problems, note }: Finding): void {
  const noted = note === undefined ? what : `${what}: ${note}`;
  if (problems.length === 0) counts.passed += 1;
  else failures.push(`${what}: ${problems.slice(0, 8).join('; ')}${problems.length > 8 ? ' …' : ''}`);
  process.stdout.write(`${problems.length === 0 ? 'ok     ' : 'FAILED '} ${noted}\n`);
}

function skip(what: string, why: string): void {
  counts.skipped += 1;
  process.stdout.write(`skipped ${what}: ${why}\n`);
}

/** Packs in a process of its own. @throws Error with all that electron-builder said */
async function pack(what: FakePackage, environment: Readonly<Record<string, string>>): Promise<void> {
  const child = spawn(
    process.execPath,
    [path.join(import.meta.dirname, 'fake-package.ts'), JSON.stringify(what)],
    { cwd: root, env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await ended;
  if (code !== 0) throw new Error(`${said}${complained}`);
}

/** The file that a check looks at. */
async function fileOf(output: string, unpacked: Unpacked, target: string): Promise<string> {
  if (target === 'nsis') return path.join(output, 'nsis.json');
  if (target === 'msi') return path.join(output, 'msi.wxs');
  return path.join(output, await installerName(unpacked.platform, target, unpacked.arch));
}

async function checkPlatform(
  platform: PackagePlatform,
  output: string,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const checks = installerChecks.filter((check) => check.platform === platform);
  const ready = checks.filter(({ tools }) => missingTools(tools) === undefined);
  const targets = ['dir', ...new Set(ready.map(({ target }) => target))];
  try {
    await pack({ platform, arches, targets, output }, environment);
  } catch (error) {
    tell(`${systemNames[platform]}: the packages are made`, { problems: [String(error)] });
    return;
  }
  for (const arch of arches) {
    const unpacked = unpackedIn(output, platform, arch);
    const system = `${systemNames[platform]} ${arch}`;
    for (const { name, find } of folderChecksFor(platform))
      tell(`${system}: ${name}`, await found(() => find(unpacked)));
    for (const { name, target, tools, find } of checks) {
      if ((onlyFor[target] ?? arch) !== arch) continue;
      const missing = missingTools(tools);
      if (missing !== undefined) skip(`${system}, ${name}`, missing);
      else {
        const file = await fileOf(output, unpacked, target);
        tell(`${system}, ${name}`, await found(() => find(file, unpacked)));
      }
    }
  }
}

/** What a check finds; that it cannot look is a problem, too. */
async function found(find: () => Promise<Finding>): Promise<Finding> {
  try {
    return await find();
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)] };
  }
}

const { values } = parseArgs({ options: { keep: { type: 'string' } } });
const startedAt = performance.now();
const temporary = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-fake-packages-'));
try {
  await writeLicences(path.join(root, 'dist/THIRD-PARTY-LICENSES.txt'));
  const environment = await layOutTools(path.join(temporary, 'tools'));
  const output = path.join(temporary, 'packages');
  await mkdir(output);
  await Promise.all([
    checkPlatform('linux', output, environment),
    checkPlatform('win32', output, environment).then(() => checkPlatform('darwin', output, environment)),
  ]);
  if (values.keep !== undefined) await cp(output, values.keep, { recursive: true, verbatimSymlinks: true });
} finally {
  await rm(temporary, { recursive: true });
}

process.stdout.write('not made: the installers of Windows need plug-ins, WiX and Wine, a .dmg needs macOS\n');
for (const failure of failures) process.stdout.write(`\n${failure}\n`);
const seconds = Math.round((performance.now() - startedAt) / 1_000);
process.stdout.write(
  `\n${counts.passed} checks passed, ${failures.length} failed, ${counts.skipped} were skipped, in ${seconds} s\n`,
);
if (counts.skipped > 0 && process.env.GATEHOUSE_CI === '1') {
  process.stdout.write('in CI a skipped check is a failure\n');
  process.exitCode = 1;
}
if (failures.length > 0) process.exitCode = 1;
