import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../main/base/log.ts';
import { parseSoundMessage, type SoundMessage, soundChannel } from '../../main/contract/sound-message.ts';
import { AudioStream } from '../../main/media/audio-stream.ts';
import { LiveStream } from '../../main/media/live-stream.ts';
import type { StreamLease } from '../../main/media/stream-lease.ts';
import type { Viewer } from '../../main/viewers/viewer.ts';
import { ViewerService } from '../../main/viewers/viewer-service.ts';
import { AudioSource, tracks } from '../support/audio-source.ts';
import { VideoSource } from '../support/video-source.ts';
import { viewerSettings } from '../support/viewer-settings.ts';
import { WeriftWindow } from '../support/werift-window.ts';

let owned: AsyncDisposableStack;
let viewer: Viewer;
let window: WeriftWindow;

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  const service = owned.use(new ViewerService({ log: createLog('silent'), settings: viewerSettings() }));
  viewer = await service.open(1);
  window = owned.use(new WeriftWindow(viewer));
});
afterEach(async () => {
  await owned.disposeAsync();
});

function lease(audio: AudioStream, stream = new LiveStream()): StreamLease {
  return { stream, audio, [Symbol.dispose]: () => {} };
}

const packets = (count: number) => Array.from({ length: count }, (_, index) => Buffer.alloc(160, index + 1));

test('sound goes on over changes of camera and format: no gap in its numbers, and the right payload types', async () => {
  await window.negotiate();
  for (const track of [tracks.pcmu, tracks.opus, tracks.g722, tracks.pcma, tracks.pcmu]) {
    const audio = new AudioStream();
    const source = new AudioSource(audio, track);
    const sent = window.sound.length + 3;
    viewer.listen(lease(audio));
    source.send(...packets(3));
    await window.until(() => window.sound.length === sent);
  }
  expect(window.sound.map(({ header }) => header.payloadType)).toEqual(
    [0, 111, 9, 8, 0].flatMap((payloadType) => Array(3).fill(payloadType)),
  );
  const numbers = window.sound.map(({ header }) => header.sequenceNumber);
  const steps = numbers.slice(1).map((number, index) => (number - (numbers[index] ?? 0)) & 0xffff);
  expect(new Set(steps)).toEqual(new Set([1]));
  expect(new Set(window.sound.map(({ header }) => header.ssrc)).size).toBe(1);
  expect(window.sound.slice(0, 3).map(({ payload }) => payload)).toEqual(packets(3));
});

test('no packet of sound leaves while nobody listens, and the picture goes on all the time', async () => {
  await window.negotiate();
  const [stream, audio] = [new LiveStream(), new AudioStream()];
  const [pictures, sound] = [new VideoSource(stream), new AudioSource(audio)];
  viewer.bind(0, lease(audio, stream));
  pictures.send('key');
  sound.send(...packets(5));
  expect(sound.isHeard).toBe(false);
  viewer.listen(lease(audio, stream));
  expect(sound.isHeard).toBe(true);
  sound.send(...packets(2));
  viewer.listen(null);
  expect(sound.isHeard).toBe(false);
  sound.send(...packets(5));
  pictures.send('delta', 'delta');
  await window.until(() => window.packetsOf(0).length === 3 && window.sound.length >= 2);
  expect(window.sound).toHaveLength(2);
});

test('sound goes on in the format that it has when slots are added', async () => {
  await window.negotiate();
  const audio = new AudioStream();
  const source = new AudioSource(audio, tracks.pcma);
  viewer.listen(lease(audio));
  source.send(...packets(1));
  viewer.bind(20, null);
  expect((await window.negotiate()).slots).toHaveLength(32);
  source.send(...packets(1));
  await window.until(() => window.sound.length === 2);
  expect(window.sound.map(({ header }) => header.payloadType)).toEqual([8, 8]);
  expect(window.offer.match(/^m=audio/gm)).toHaveLength(1);
});

test('AAC comes over its data channel, unit by unit', async () => {
  const { label, id } = soundChannel;
  const channel = window.connection.createDataChannel(label, { negotiated: true, id });
  const received: SoundMessage[] = [];
  const { promise: whole, resolve } = Promise.withResolvers<void>();
  channel.onMessage.subscribe((data) => {
    const message = parseSoundMessage(Buffer.from(data));
    if (message !== undefined && received.push(message) === 2) resolve();
  });
  await window.negotiate();
  const audio = new AudioStream();
  const aac = {
    config: Buffer.from('1408', 'hex'),
    channels: 1,
    ticksPerUnit: 1_024,
    sizeLength: 13,
    indexLength: 3,
    indexDeltaLength: 3,
  };
  const track = { payloadType: 97, codec: 'MPEG4-GENERIC', clockRate: 16_000, aac } as const;
  const source = new AudioSource(audio, track, { ticks: 1_024 });
  viewer.listen(lease(audio), 9);
  source.send(Buffer.from([0, 16, 0, 3 << 3, 1, 2, 3]), Buffer.from([0, 16, 0, 2 << 3, 4, 5]));
  await whole;
  expect(received.map(({ data }) => [...data])).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
  expect(received).toMatchObject([{ assignment: 9, channels: 1 }, { clockRate: 16_000 }]);
  expect(window.sound).toEqual([]);
});
