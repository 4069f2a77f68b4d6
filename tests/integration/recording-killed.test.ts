import { execFile, spawn } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, copyFile, mkdir, readdir, readFile, stat, truncate } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Audit } from '../../main/audit/audit.ts';
import { createLog } from '../../main/base/log.ts';
import { Clips } from '../../main/clips/clips.ts';
import { mendFile } from '../../main/clips/interrupted-clip.ts';
import type { Recording } from '../../main/contract/clip.ts';
import { openStore } from '../../main/store/store.ts';
import { virtualCamera } from '../support/camera-scene.ts';
import { makeFolder } from '../support/damaged-store.ts';

const run = promisify(execFile);
const engine = path.resolve(import.meta.dirname, '../support/recording-engine.ts');
const log = createLog('silent');
const whole = new AsyncDisposableStack();
let folder: string;
let recording: Recording;
let owned: AsyncDisposableStack;

/** An engine records a camera until it has said enough; then nobody asks it. */
async function recordAndKill(
  data: string,
  camera: string,
  isEnough: (recording: Recording) => Promise<boolean>,
): Promise<Recording> {
  await using killed = new AsyncDisposableStack();
  const child = spawn(process.execPath, [engine, '--data', data, '--camera', camera], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  killed.defer(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  let begun: Recording | undefined;
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith('{')) begun = JSON.parse(line) as Recording;
    if (begun !== undefined && (await isEnough(begun))) return begun;
  }
  throw new Error('the engine has ended by itself');
}

/** A camera with sound, until several fragments are in the file. */
beforeAll(async () => {
  folder = await makeFolder(whole);
  const { mainUrl } = await virtualCamera(whole, { sounds: ['MPEG4-GENERIC'] });
  recording = await recordAndKill(folder, mainUrl, async (begun) => {
    recording = begun;
    return (await boxesOf(draft(), (await stat(draft())).size)).fragments >= 3;
  });
  await copyFile(draft(), half());
});
afterAll(() => whole.disposeAsync());
beforeEach(() => {
  owned = new AsyncDisposableStack();
});
afterEach(() => owned.disposeAsync());

const clipsFolder = () => path.join(folder, 'clips');
/** What the killed engine has left, for tests that damage it. */
const half = () => path.join(folder, 'half.mp4');
const draft = () => path.join(clipsFolder(), `${recording.id}.mp4.part`);

/** Whole fragments at its beginning, and where the last of them ends. */
async function boxesOf(file: string, size: number): Promise<{ fragments: number; end: number }> {
  const data = await readFile(file);
  let [fragments, end] = [0, 0];
  for (let at = 0; at + 8 <= size; ) {
    const length = data.readUInt32BE(at);
    if (length < 8 || at + length > data.length) break;
    at += length;
    if (data.toString('latin1', at - length + 4, at - length + 8) !== 'mdat') continue;
    fragments++;
    end = at;
  }
  return { fragments, end };
}

async function remains(): Promise<string> {
  const copy = path.join(await makeFolder(owned), 'half.mp4');
  await copyFile(half(), copy);
  return copy;
}

async function decoded(file: string): Promise<{ codecs: string[]; seconds: number; complaints: string }> {
  const probe = await run('ffprobe', ['-v', 'error', '-of', 'json', '-show_streams', '-show_format', file]);
  const { streams, format } = JSON.parse(probe.stdout) as {
    streams: { codec_name: string }[];
    format: { duration: string };
  };
  const { stderr } = await run('ffmpeg', ['-v', 'warning', '-i', file, '-f', 'null', '-']);
  return {
    codecs: streams.map(({ codec_name }) => codec_name).sort(),
    seconds: Number(format.duration),
    complaints: probe.stderr + stderr,
  };
}

test('a recording in the midst of which the engine is killed is a signed clip at the next start, which says that its end is missing', async () => {
  const { end } = await boxesOf(draft(), (await stat(draft())).size);
  // Of a fragment that was being written when it happened.
  await appendFile(draft(), Buffer.from('000001006d6f6f66', 'hex'));
  using store = openStore({ folder, log });
  await using audit = new Audit({ store, log });
  await using clips = new Clips({ ...{ table: store.clips, folder, audit, limitBytes: () => 1e9, log } });
  await clips.mended;
  const clip = clips.get(recording.id);
  expect(clip).toMatchObject({
    ...{ cameraId: recording.cameraId, cameraNumber: 7, cameraName: 'Gate', startedAt: recording.startedAt },
    ...{ savedBy: 'Erika', endMissing: true, kind: 'video', codec: 'H264', sound: 'AAC' },
    ...{ width: 1_280, height: 720, bytes: end },
  });
  const file = path.join(clipsFolder(), `${recording.id}.mp4`);
  const data = await readFile(file);
  expect(createHash('sha256').update(data).digest('hex')).toBe(clip?.sha256);
  const { keys, clips: signed } = JSON.parse(clips.manifest([recording.id]).text) as {
    keys: { publicKey: string }[];
    clips: { statement: string; signature: string }[];
  };
  const [entry] = signed;
  const publicKey = Buffer.from(keys[0]?.publicKey ?? '', 'hex');
  const key = createPublicKey({ key: publicKey, format: 'der', type: 'spki' });
  const said = Buffer.from(`gatehouse clip 1\n${entry?.statement}\n`);
  expect(verify(null, said, key, Buffer.from(entry?.signature ?? '', 'hex'))).toBe(true);
  expect(JSON.parse(entry?.statement ?? '')).toMatchObject({ endMissing: true });
  expect(await readdir(clipsFolder())).toEqual([`${recording.id}.mp4`]);
  if (!existsSync('/usr/bin/ffprobe')) return;
  const { codecs, seconds, complaints } = await decoded(file);
  expect({ codecs, complaints }).toEqual({ codecs: ['aac', 'h264'], complaints: '' });
  expect(Math.abs(seconds * 1_000 - (clip?.milliseconds ?? 0))).toBeLessThan(200);
});

test('wherever a file in fragments ends, all whole ones are kept and nothing behind them', async () => {
  const file = await remains();
  const { size } = await stat(file);
  const { end } = await boxesOf(file, size);
  for (const cut of [end + 5, end, end - 1]) {
    await truncate(file, Math.min(cut, (await stat(file)).size));
    const left = (await stat(file)).size;
    const expected = await boxesOf(file, left);
    expect((await mendFile(file))?.bytes).toBe(expected.end);
  }
  await truncate(file, 600);
  expect(await mendFile(file)).toBeNull();
});

test('a recording is safe from a kill as soon as it is said to have begun', async () => {
  const data = await makeFolder(owned);
  const { mainUrl } = await virtualCamera(owned);
  const { id } = await recordAndKill(data, mainUrl, async () => true);
  using store = openStore({ folder: data, log });
  await using audit = new Audit({ store, log });
  await using clips = new Clips({
    ...{ table: store.clips, folder: data, audit, limitBytes: () => 1e9, log },
  });
  await clips.mended;
  expect(clips.get(id)).toMatchObject({ endMissingCause: 'interrupted', codec: 'H264', width: 1_280 });
});

test('of a recording that nothing was written of, nothing is left, and a person is told', async () => {
  const told: string[] = [];
  const other = await makeFolder(owned);
  await mkdir(path.join(other, 'clips'));
  const text = JSON.stringify({
    camera: { id: recording.cameraId, number: 7, name: 'Gate' },
    ...{ startedAt: recording.startedAt, by: 'Erika' },
  });
  await appendFile(path.join(other, 'clips', `${recording.id}.mp4.begun`), text);
  await appendFile(path.join(other, 'clips', `${recording.id}.mp4.part`), 'ftyp');
  using store = openStore({ folder: other, log });
  await using audit = new Audit({ store, log });
  await using clips = new Clips({
    ...{ table: store.clips, folder: other, audit, limitBytes: () => 1e9, log },
    notify: (words) => told.push(words),
  });
  await clips.mended;
  expect(told).toEqual([
    'A recording of camera 7, Gate, by Erika is lost: nothing of it that can be shown was on the disk.',
  ]);
  expect(clips.get(recording.id)).toBeUndefined();
  expect(await readdir(path.join(other, 'clips'))).toEqual([]);
});
