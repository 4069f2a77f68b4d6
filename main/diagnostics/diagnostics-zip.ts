import { open, readdir, stat, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ZipFile } from 'yazl';
import { listLogFiles } from '../base/log-files.ts';
import { type JsonValue, redactAddress, redactJson, redactLine } from '../base/redact.ts';
import type { Camera, CameraStatus } from '../contract/camera.ts';
import type { CameraHistory } from '../contract/history.ts';
import type { Layout } from '../contract/layout.ts';
import type { Site } from '../contract/site.ts';

/** A window that is open. */
interface DiagnosedWindow {
  /** What it did not take in time over its data channels since it was opened: pictures, and pieces of sound. */
  readonly dropped: { readonly pictures: number; readonly sounds: number };
}

/** The memory that the last pictures of all cameras take. */
interface DiagnosedPictures {
  readonly limitBytes: number;
  readonly usedBytes: number;
  /** How often a camera's had to be given up for it. */
  readonly shortened: number;
}

/** What an engine knows of itself; passwords are in none of it. */
export interface DiagnosticsInput {
  readonly site: Site;
  readonly cameras: readonly Camera[];
  readonly statuses: readonly CameraStatus[];
  readonly layouts: readonly Layout[];
  readonly windows: readonly DiagnosedWindow[];
  readonly pictures: DiagnosedPictures;
  /** Of those cameras whose history may tell something; each is read when its turn has come. */
  readonly histories: Iterable<CameraHistory>;
  readonly logFolder: string;
}

/** The newest part of each of the five log files: 10 MB of text at most, about a tenth of it when zipped. */
const maximumLogBytes = 2 * 1024 * 1024;
/** A few milliseconds of redacting: no packet waits longer for its turn of the event loop. */
const charactersATurn = 64 * 1024;

/**
 * A zip for whoever helps: what this console is, knows and logged, redacted once more.
 * What cannot be read is said in README.txt.
 */
export async function createDiagnosticsZip(input: DiagnosticsInput): Promise<Buffer> {
  const zip = new ZipFile();
  const problems: string[] = [];
  const add = (name: string, text: string) => zip.addBuffer(Buffer.from(text), name);
  const addList = async (name: string, items: Iterable<object>) =>
    add(name, `[\n${(await inTurns(items, toJson)).join(',\n')}\n]\n`);
  add('about.json', toJson(await about(input)));
  await addList('cameras.json', presentCameras(input));
  await addList('layouts.json', input.layouts);
  await addList('windows.json', input.windows);
  add('settings.json', toJson(input.site.settings));
  await addList('notices.json', input.site.notices);
  await addList('history.json', input.histories);
  const database = {
    files: await sizesIn(input.site.dataFolder, /^gatehouse\.db/, problems),
    backups: input.site.backups.map((backup) => ({ ...backup, file: path.basename(backup.file) })),
  };
  add('database.json', toJson(database));
  for (const file of logFiles(input.logFolder, problems)) {
    try {
      add(`logs/${path.basename(file)}`, await readLog(file));
    } catch (error) {
      problems.push(`${path.basename(file)} could not be read: ${words(error)}`);
    }
  }
  add('README.txt', readme(problems));
  zip.end();
  return await buffer(zip.outputStream);
}

/** Through JSON, as it is written: what is redacted is exactly what is in the file. */
function toJson(value: object): string {
  return JSON.stringify(redactJson(JSON.parse(JSON.stringify(value)) as JsonValue), null, 2);
}

/** Turns items into text, a few of them in a turn of the event loop. */
async function inTurns<Item>(items: Iterable<Item>, present: (item: Item) => string): Promise<string[]> {
  const texts: string[] = [];
  let characters = 0;
  for (const item of items) {
    const text = present(item);
    texts.push(text);
    characters += text.length;
    if (characters < charactersATurn) continue;
    characters = 0;
    await nextTurn();
  }
  return texts;
}

async function about({ site, pictures }: DiagnosticsInput): Promise<object> {
  const { version, dataFolder, demoCameras } = site;
  const { limitBytes, usedBytes, shortened } = pictures;
  const disk = await statfs(dataFolder).catch(() => undefined);
  return {
    gatehouse: version,
    versions: process.versions,
    system: { platform: os.platform(), release: os.release(), arch: os.arch(), uptimeSeconds: os.uptime() },
    processors: { count: os.cpus().length, model: os.cpus()[0]?.model ?? 'unknown' },
    memory: {
      total: os.totalmem(),
      free: os.freemem(),
      engine: process.memoryUsage(),
      pictures: { limitBytes, usedBytes, shortened },
    },
    engineUptimeSeconds: process.uptime(),
    time: new Date().toISOString(),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    locale: Intl.DateTimeFormat().resolvedOptions().locale,
    minutesAheadOfUtc: -new Date().getTimezoneOffset(),
    dataFolder: withoutHome(dataFolder),
    diskFreeBytes: disk === undefined ? null : disk.bavail * disk.bsize,
    demoCameras,
  };
}

/** The folder of a user has the name of the user. */
function withoutHome(folder: string): string {
  const inHome = path.relative(os.homedir(), folder);
  return inHome.startsWith('..') || path.isAbsolute(inHome) ? folder : path.join('~', inHome);
}

function presentCameras({ cameras, statuses }: DiagnosticsInput): object[] {
  return cameras.map(({ username, mainUrl, subUrl, onvifUrl, ...camera }) => ({
    ...camera,
    hasUsername: username !== null,
    mainUrl: redactAddress(mainUrl),
    subUrl: subUrl === null ? null : redactAddress(subUrl),
    onvifUrl: onvifUrl === null ? null : redactAddress(onvifUrl),
    statuses: statuses
      .filter(({ cameraId }) => cameraId === camera.id)
      .map(({ profile, status }) => ({ profile, ...status })),
  }));
}

async function sizesIn(folder: string, names: RegExp, problems: string[]): Promise<object[]> {
  try {
    const found = (await readdir(folder)).filter((name) => names.test(name));
    // Looked at from outside only: closing a file of the database here would take SQLite's lock on it away.
    return await Promise.all(
      found.map(async (name) => ({ name, bytes: (await stat(path.join(folder, name))).size })),
    );
  } catch (error) {
    problems.push(`The data folder could not be listed: ${words(error)}`);
    return [];
  }
}

function logFiles(folder: string, problems: string[]): string[] {
  try {
    return listLogFiles(folder);
  } catch (error) {
    problems.push(`There are no log files: ${words(error)}`);
    return [];
  }
}

/** The newest lines, redacted once more. */
async function readLog(file: string): Promise<string> {
  await using handle = await open(file);
  const { size } = await handle.stat();
  const start = Math.max(0, size - maximumLogBytes);
  const { bytesRead, buffer: bytes } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
  const lines = bytes.toString('utf8', 0, bytesRead).split('\n');
  // The first one is cut, unless it is the first of the file.
  if (start > 0) lines.shift();
  return (await inTurns(lines, redactLine)).join('\n');
}

function readme(problems: readonly string[]): string {
  return [
    'Diagnostics of a Gatehouse console',
    '',
    'about.json      versions, system, memory (also of the cached pictures of all cameras), disk',
    'cameras.json    cameras with their addresses and states',
    'layouts.json    walls',
    'windows.json    open windows, with the pictures and the sound that they did not take in time',
    'settings.json   settings; notices.json: what the console had to tell',
    'history.json    what happened during the last day to cameras that do not play',
    'database.json   sizes of the database and its backups',
    'logs/           the newest part of the log',
    '',
    'Taken out: passwords, user names of cameras, tokens, and what addresses say behind their question mark.',
    'Still inside: names of cameras, and names and addresses of hosts. Look through it before you send it on.',
    ...(problems.length === 0 ? [] : ['', ...problems]),
    '',
  ].join('\n');
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
