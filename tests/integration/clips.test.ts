import { execFile } from 'node:child_process';
import { createHash, createPublicKey, randomUUID, verify } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createLog } from '../../main/base/log.ts';
import { Clips } from '../../main/clips/clips.ts';
import { G722Decoder } from '../../main/clips/g722.ts';
import type { Clip } from '../../main/contract/clip.ts';
import { unitsOfFrame } from '../../main/media/frame-units.ts';
import type { StreamFrame } from '../../main/media/stream-frame.ts';
import {
  type ApiClient,
  type ApiHarness,
  callerOf,
  createHarness,
  memoryClient,
} from '../support/api-harness.ts';
import { refusal } from '../support/api-scene.ts';
import { untilFrames, virtualCamera } from '../support/camera-scene.ts';

const run = promisify(execFile);
const hasFfmpeg = existsSync('/usr/bin/ffprobe');
/** One engine for all, with a camera with sound that is on a wall. */
const owned = new AsyncDisposableStack();
let harness: ApiHarness;
let client: ApiClient;
let id: string;
/** All that came of it. */
const received: StreamFrame[] = [];
/** SHA-256 of all sound that did. */
const heard: string[] = [];

beforeAll(async () => {
  harness = await createHarness(owned);
  client = memoryClient(harness);
  const { mainUrl } = await virtualCamera(owned, { sounds: ['MPEG4-GENERIC'] });
  ({ id } = await client.cameras.add({ name: 'Gate', number: 7, mainUrl }));
  const { stream, audio } = owned.use(harness.cameras.lease(id, 'main'));
  owned.use(audio.read(({ payload }) => heard.push(createHash('sha256').update(payload).digest('hex'))));
  owned.use(stream.read((frame) => received.push(frame)));
  await untilFrames(stream, 20);
});
afterEach(async () => {
  await client.site.changeSettings({ clipMegabytes: 100 });
  for (const file of await filesKept()) {
    const clip = harness.clips.get(file.slice(0, 36));
    if (clip !== undefined) await client.clips.remove({ ids: [clip.id] });
  }
});
afterAll(async () => {
  await owned.disposeAsync();
});

/** The whole file, in parts as a page reads it. */
async function download({ id, bytes }: Clip): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let from = 0; from < bytes; ) {
    const part = Buffer.from(await (await client.clips.read({ id, from, bytes: 100_000 })).arrayBuffer());
    parts.push(part);
    from += part.length;
  }
  return Buffer.concat(parts);
}

const filesKept = () => readdir(path.join(harness.folder, 'clips'));

/** SHA-256 of each picture in an MP4 file (ffprobe), and the codecs. */
async function lookInto(data: Buffer): Promise<{ pictures: string[]; sounds: string[]; codecs: string[] }> {
  const file = path.join(harness.folder, `${randomUUID()}.mp4`);
  await writeFile(file, data);
  const quiet = ['-v', 'warning'];
  const { stdout } = await run('ffprobe', [
    ...[...quiet, '-of', 'json', '-show_packets', '-show_streams', '-show_data_hash', 'sha256', file],
  ]);
  const probed = JSON.parse(stdout) as {
    packets: { codec_type: string; data_hash: string }[];
    streams: { codec_name: string }[];
  };
  const { stderr } = await run('ffmpeg', [...quiet, '-i', file, '-f', 'null', '-']);
  expect(stderr).toBe('');
  const hashes = (type: string) =>
    probed.packets
      .filter(({ codec_type }) => codec_type === type)
      .map(({ data_hash }) => data_hash.replace('SHA256:', ''));
  return {
    ...{ pictures: hashes('video'), sounds: hashes('audio') },
    codecs: probed.streams.map(({ codec_name }) => codec_name),
  };
}

/** Samples of 16 bits, as ffmpeg decodes them. */
async function samplesOf(...input: readonly string[]): Promise<Buffer> {
  const { stdout } = await run('ffmpeg', ['-v', 'error', ...input, '-vn', '-f', 's16le', '-'], {
    encoding: 'buffer',
    maxBuffer: 2 ** 26,
  });
  return stdout;
}

/** With which packet a clip begins: what a decoder of G.722 says depends on where it does. */
function beginningOf(samples: Buffer, packets: readonly Buffer[]): number {
  return packets.findIndex((packet, index) => {
    const first = Buffer.from(new G722Decoder().decode(packet).buffer);
    return index > 0 && samples.subarray(0, first.length).equals(first);
  });
}

function hashOf(frame: StreamFrame): string {
  const hash = createHash('sha256');
  for (const unit of unitsOfFrame(frame)) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(unit.length);
    hash.update(length).update(unit);
  }
  return hash.digest('hex');
}

test('the last seconds of a camera become an MP4 of the very pictures and the sound that were received, signed by this install', async () => {
  const clip = await client.clips.saveLast({ cameraId: id, seconds: 60 });
  expect(clip).toMatchObject({ cameraId: id, cameraNumber: 7, kind: 'video', codec: 'H264', sound: 'AAC' });
  const data = await download(clip);
  expect(data).toHaveLength(clip.bytes);
  expect(createHash('sha256').update(data).digest('hex')).toBe(clip.sha256);
  if (hasFfmpeg) {
    const { pictures, sounds } = await lookInto(data);
    expect(pictures).toEqual(received.slice(0, pictures.length).map(hashOf));
    expect(pictures.length).toBeGreaterThanOrEqual(20);
    const start = heard.indexOf(sounds[0] ?? '');
    expect(sounds).toEqual(heard.slice(start, start + sounds.length));
    // 1.3 s of it and more, in units of 64 ms.
    expect(sounds.length).toBeGreaterThanOrEqual(10);
  }
  const { text, files } = await client.clips.manifest({ ids: [clip.id] });
  const manifest = JSON.parse(text) as {
    keys: { id: number; publicKey: string }[];
    clips: { file: string; statement: string; signature: string }[];
  };
  const publicKey = manifest.keys[0]?.publicKey ?? '';
  const [signed] = manifest.clips;
  if (signed === undefined) throw new Error('nothing is signed');
  expect(signed.file).toMatch(/^\d{4}-\d\d-\d\d \d\d-\d\d-\d\d camera 7 Gate\.mp4$/);
  expect(files).toEqual([{ id: clip.id, name: signed.file }]);
  expect(JSON.parse(signed.statement)).toMatchObject({ sha256: clip.sha256, bytes: clip.bytes });
  const key = createPublicKey({ key: Buffer.from(publicKey, 'hex'), format: 'der', type: 'spki' });
  const bytes = Buffer.from(`gatehouse clip 1\n${signed.statement}\n`);
  expect(verify(null, bytes, key, Buffer.from(signed.signature, 'hex'))).toBe(true);
});

test('a recording begins with a whole picture and has the sound of the camera, as it was sent', async () => {
  const { id: recordingId } = await client.clips.record({ cameraId: id });
  using lease = harness.cameras.leasePlaying(id);
  await untilFrames(lease.stream, 15);
  const clip = await client.clips.endRecording({ id: recordingId });
  expect(clip).toMatchObject({ id: recordingId, sound: 'AAC' });
  expect(clip.milliseconds).toBeGreaterThan(900);
  if (!hasFfmpeg) return;
  const { pictures, codecs } = await lookInto(await download(clip));
  expect(codecs.sort()).toEqual(['aac', 'h264']);
  const sent = received.map(hashOf);
  const start = sent.indexOf(pictures[0] ?? '');
  expect(received[start]?.keyFrame).toBe(true);
  expect(pictures).toEqual(sent.slice(start, start + pictures.length));
});

test.runIf(hasFfmpeg).each([
  ['PCMU', 'kept', ['mulaw', '-ar', '8000', '-ac', '1']],
  ['PCMA', 'recorded', ['alaw', '-ar', '8000', '-ac', '1']],
  ['G722', 'recorded', ['g722']],
] as const)(
  'the sound of a camera that sends %s is in what is %s, sample for sample as ffmpeg decodes it',
  async (codec, how, format) => {
    await using gone = new AsyncDisposableStack();
    const { mainUrl } = await virtualCamera(gone, { sounds: [codec] });
    const { id: cameraId } = await client.cameras.add({ name: 'Yard', number: 8, mainUrl });
    gone.defer(async () => void (await client.cameras.remove({ ids: [cameraId] })));
    const { stream, audio } = gone.use(harness.cameras.lease(cameraId, 'main'));
    const sent: Buffer[] = [];
    gone.use(audio.read(({ payload }) => sent.push(payload)));
    await untilFrames(stream, 5);
    const recording = how === 'recorded' ? await client.clips.record({ cameraId }) : null;
    await untilFrames(stream, 20);
    const clip =
      recording === null
        ? await client.clips.saveLast({ cameraId, seconds: 60 })
        : await client.clips.endRecording({ id: recording.id });
    expect(clip.sound).toBe('FLAC');
    const file = path.join(harness.folder, 'clips', `${clip.id}.mp4`);
    const { codecs } = await lookInto(await download(clip));
    expect(codecs.sort()).toEqual(['flac', 'h264']);
    const inClip = await samplesOf('-i', file);
    // A second of it and more, two bytes a sample.
    expect(inClip.length).toBeGreaterThan(16_000);
    const raw = path.join(harness.folder, `${clip.id}.raw`);
    await writeFile(raw, Buffer.concat(sent.slice(codec === 'G722' ? beginningOf(inClip, sent) : 0)));
    expect((await samplesOf('-f', ...format, '-i', raw)).includes(inClip)).toBe(true);
  },
);

test('what is kept and recorded is told to all windows, with who did it, and to nobody who may not keep clips of the camera', async () => {
  const watching = new AbortController();
  const [events, hidden] = await Promise.all([
    client.clips.watch(undefined, { signal: watching.signal }),
    memoryClient(harness, callerOf(harness, { cameras: [{ scope: 'all', rights: ['live'] }] })).clips.watch(
      undefined,
      { signal: watching.signal },
    ),
  ]);
  expect((await events.next()).value).toMatchObject({ type: 'snapshot', clips: [], recordings: [] });
  expect((await hidden.next()).value).toMatchObject({ type: 'snapshot', clips: [] });
  const recording = await client.clips.record({ cameraId: id });
  expect((await events.next()).value).toEqual({ type: 'recordings', recordings: [recording] });
  const clip = await client.clips.endRecording({ id: recording.id });
  expect((await events.next()).value).toMatchObject({ type: 'recordings', recordings: [] });
  expect((await events.next()).value).toMatchObject({ type: 'clip', clip, usedBytes: clip.bytes });
  await client.clips.remove({ ids: [clip.id] });
  const [removal] = (await client.audit.list({ did: 'clips.remove', limit: 1 })).entries;
  expect(removal?.about).toEqual([{ id: clip.id, name: expect.stringContaining('camera 7 Gate') }]);
  expect((await events.next()).value).toMatchObject({ type: 'removed', id: clip.id, usedBytes: 0 });
  // Of all that only that there are no recordings of theirs.
  expect((await hidden.next()).value).toEqual({ type: 'recordings', recordings: [] });
  watching.abort();
  expect(await filesKept()).toEqual([]);
});

test('whoever may not keep clips of a camera finds none of them, and saves none of a past that they may not see', async () => {
  const clip = await client.clips.saveLast({ cameraId: id, seconds: 5 });
  const guard = memoryClient(
    harness,
    callerOf(harness, { cameras: [{ scope: 'all', rights: ['live', 'replay'] }] }),
  );
  for (const answer of [
    guard.clips.read({ id: clip.id, from: 0, bytes: 10 }),
    guard.clips.thumbnail({ id: clip.id }),
    guard.clips.remove({ ids: [clip.id] }),
    guard.clips.rename({ id: clip.id, name: 'Mine' }),
    guard.clips.manifest({ ids: [clip.id] }),
  ])
    expect((await refusal(answer)).code).toBe('not-found');
  const keeper = memoryClient(
    harness,
    callerOf(harness, { cameras: [{ scope: 'all', rights: ['live', 'keep-clips'] }] }),
  );
  expect((await refusal(keeper.clips.saveLast({ cameraId: id, seconds: 5 }))).code).toBe('not-allowed');
  const deaf = memoryClient(
    harness,
    callerOf(harness, { cameras: [{ scope: 'all', rights: ['live', 'replay', 'keep-clips'] }] }),
  );
  expect((await deaf.clips.saveLast({ cameraId: id, seconds: 5 })).sound).toBeNull();
  expect((await keeper.clips.rename({ id: clip.id, name: 'At the gate' })).name).toBe('At the gate');
});

test('where there is no room nothing is kept, nothing makes room by itself, and it is said what to do', async () => {
  const clip = await client.clips.saveLast({ cameraId: id, seconds: 5 });
  await client.site.changeSettings({ clipMegabytes: 0 });
  for (const answer of [
    client.clips.saveLast({ cameraId: id, seconds: 5 }),
    client.clips.record({ cameraId: id }),
  ])
    expect((await refusal(answer)).code).toBe('limit-reached');
  expect(await filesKept()).toEqual([`${clip.id}.mp4`]);
});

test('a clip that cannot be written leaves nothing behind, and says which folder does not work', async () => {
  const folder = path.join(harness.folder, 'clips');
  await rename(folder, `${folder}-away`);
  const { code, message } = await refusal(client.clips.saveLast({ cameraId: id, seconds: 5 }));
  expect(code).toBe('storage-failed');
  expect(message).toContain('Nothing of camera 7 was kept');
  await rename(`${folder}-away`, folder);
  expect(await filesKept()).toEqual([]);
});

test('wherever the engine was killed, the next start has what was acknowledged and nothing half', async () => {
  const kept = await client.clips.saveLast({ cameraId: id, seconds: 5 });
  const renamed = await client.clips.saveLast({ cameraId: id, seconds: 5 });
  const leaving = await client.clips.saveLast({ cameraId: id, seconds: 5 });
  const folder = path.join(harness.folder, 'clips');
  const file = ({ id: name }: Clip) => path.join(folder, `${name}.mp4`);
  // Killed behind the list and before the name; before the list; on the way out, before and behind the list.
  await rename(file(renamed), `${file(renamed)}.part`);
  await writeFile(path.join(folder, `${randomUUID()}.mp4.part`), 'half');
  await rename(file(leaving), `${file(leaving)}.removed`);
  await writeFile(path.join(folder, `${randomUUID()}.mp4.removed`), 'gone');
  const log = createLog('silent');
  const { store, audit } = harness;
  await using again = new Clips({
    ...{ table: store.clips, folder: harness.folder, audit, limitBytes: () => 1e9, log },
  });
  expect((await filesKept()).sort()).toEqual(
    [kept, renamed, leaving].map(({ id: name }) => `${name}.mp4`).sort(),
  );
  expect(again.get(renamed.id)).toEqual(renamed);
  expect(await again.read(renamed.id, 4, 4)).toEqual(new TextEncoder().encode('ftyp'));
});

test('the first picture of a clip comes as an MP4 of its own', async () => {
  const clip = await client.clips.saveLast({ cameraId: id, seconds: 60 });
  const thumbnail = await client.clips.thumbnail({ id: clip.id });
  expect(thumbnail.type).toBe('video/mp4');
  expect(thumbnail.size).toBeLessThan(clip.bytes);
  if (!hasFfmpeg) return;
  const { pictures } = await lookInto(Buffer.from(await thumbnail.arrayBuffer()));
  expect(pictures).toEqual(received.slice(0, 1).map(hashOf));
});

test('a still of now ends with a picture of the main stream that was just received, and a PNG that a window made of it is kept', async () => {
  const before = received.length;
  const { file, at } = await client.clips.still({ cameraId: id, ago: 0 });
  expect(Math.abs(at - Date.now())).toBeLessThan(60_000);
  if (hasFfmpeg) {
    const { pictures } = await lookInto(Buffer.from(await file.arrayBuffer()));
    expect(received.slice(before - 1).map(hashOf)).toContain(pictures.at(-1));
  }
  const png = Buffer.alloc(40);
  png.write('89504e470d0a1a0a', 'hex');
  png.writeUInt32BE(1_280, 16);
  png.writeUInt32BE(760, 20);
  const send = (from: number, until: number) =>
    client.clips.sendPicture({ cameraId: id, from, part: png.subarray(from, until).toString('base64') });
  await send(0, 30);
  await send(30, 40);
  const clip = await client.clips.savePicture({ cameraId: id, at, bytes: 40 });
  expect(clip).toMatchObject({ kind: 'picture', codec: 'PNG', width: 1_280, height: 760, startedAt: at });
  expect(await download(clip)).toEqual(png);
  // Sent once, it is kept once; what is no PNG is not kept.
  expect((await refusal(client.clips.savePicture({ cameraId: id, at, bytes: 40 }))).code).toBe('bad-input');
  await send(0, 7);
  expect((await refusal(client.clips.savePicture({ cameraId: id, at, bytes: 7 }))).code).toBe('bad-input');
});

test('what a moment looked like is its key frame, and that somebody looked back is in the audit once', async () => {
  const guard = callerOf(harness, { cameras: [{ scope: 'all', rights: ['live', 'replay'] }] });
  for (const ago of [0, 200]) {
    const { file } = await memoryClient(harness, guard).clips.glimpse({ cameraId: id, ago });
    expect(file.type).toBe('video/mp4');
    if (!hasFfmpeg) continue;
    const { pictures } = await lookInto(Buffer.from(await file.arrayBuffer()));
    expect(pictures).toHaveLength(1);
    expect(received.filter(({ keyFrame }) => keyFrame).map(hashOf)).toContain(pictures[0]);
  }
  const written = async () =>
    (await client.audit.list({ did: 'replay.', limit: 10 })).entries.filter(
      ({ who }) => who.id === guard.principal.userId,
    );
  await expect.poll(written).toMatchObject([{ did: 'replay.opened', about: [{ id, name: 'Gate' }] }]);
});

test('an engine that is closed keeps what is being recorded', async () => {
  const { store, audit } = harness;
  const log = createLog('silent');
  const folder = path.join(harness.folder, 'other');
  const closing = new Clips({ ...{ table: store.clips, folder, audit, limitBytes: () => 1e9, log } });
  const { id: recordingId } = await closing.record(
    { id, number: 7, name: 'Gate' },
    harness.cameras.leasePlaying(id),
    false,
    'Erika',
  );
  await closing[Symbol.asyncDispose]();
  expect(closing.get(recordingId)).toMatchObject({ cameraId: id, savedBy: 'Erika', sound: null });
  expect(await readdir(path.join(folder, 'clips'))).toEqual([`${recordingId}.mp4`]);
});
