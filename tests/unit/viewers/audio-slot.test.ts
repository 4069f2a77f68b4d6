import fc from 'fast-check';
import { beforeEach, expect, test, vi } from 'vitest';
import { type AudioFrame, AudioStream } from '../../../main/media/audio-stream.ts';
import { LiveStream } from '../../../main/media/live-stream.ts';
import type { StreamLease } from '../../../main/media/stream-lease.ts';
import type { AudioTrack } from '../../../main/rtsp/audio-description.ts';
import { AudioSlot } from '../../../main/viewers/audio-slot.ts';
import type { SlotSender, TrackCodec } from '../../../main/viewers/slot-sender.ts';
import { AudioSource, aacTrack, tracks } from '../../support/audio-source.ts';

class RecordingSender implements SlotSender {
  readonly sent: { codec: TrackCodec; timestamp: number; marker: boolean }[] = [];
  agreed: readonly TrackCodec[] = ['OPUS', 'G722', 'PCMU', 'PCMA'];
  #codec: TrackCodec = 'OPUS';

  send(_payloads: readonly Buffer[], timestamp: number, marker: boolean): void {
    this.sent.push({ codec: this.#codec, timestamp, marker });
  }

  readonly hasRoom = true;
  readonly isLimited = false;

  skip(): void {}

  use(codec: TrackCodec): boolean {
    this.#codec = codec;
    return this.agreed.includes(codec);
  }

  report(): void {}
}

let sender: RecordingSender;
let offered: { assignment: number; frame: AudioFrame }[];
let slot: AudioSlot;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  sender = new RecordingSender();
  offered = [];
  slot = new AudioSlot(sender, {
    offer: (assignment, frame) => offered.push({ assignment, frame }),
    clear: () => {
      offered = [];
    },
  });
  return () => vi.useRealTimers();
});

/** A camera with this sound. */
function camera(track: AudioTrack = tracks.pcmu, onDispose = () => {}) {
  const audio = new AudioStream();
  const source = new AudioSource(audio, track, { ticks: (track.clockRate * 20) / 1_000 });
  const lease: StreamLease = { stream: new LiveStream(), audio, [Symbol.dispose]: onDispose };
  return { source, lease };
}

const packet = () => Buffer.alloc(160, 1);

test('nothing is sent before the way to the browser is open, nor when nobody is heard', () => {
  const { source, lease } = camera();
  slot.bind(lease);
  source.send(packet());
  expect(sender.sent).toEqual([]);
  slot.connect();
  source.send(packet());
  slot.bind(null);
  expect(source.isHeard).toBe(false);
  source.send(packet());
  expect(sender.sent).toHaveLength(1);
});

test('every lease is given back, once', () => {
  let released = 0;
  const leases = Array.from({ length: 3 }, () => camera(tracks.pcmu, () => released++).lease);
  for (const lease of leases) slot.bind(lease);
  expect(released).toBe(2);
  slot.bind(null);
  slot.bind(null);
  expect(released).toBe(3);
});

test('the first packet of a camera carries the marker, and only that', () => {
  slot.connect();
  const { source, lease } = camera();
  slot.bind(lease);
  source.send(packet(), packet(), packet());
  expect(sender.sent.map(({ marker }) => marker)).toEqual([true, false, false]);
});

test('timestamps rise over every change of camera, format and clock', () => {
  slot.connect();
  const cameras = Object.values(tracks).map((track) => camera(track));
  const step = fc.record({
    camera: fc.nat(cameras.length - 1),
    packets: fc.nat(4),
    pause: fc.integer({ min: 0, max: 5_000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 12 }), (changes) => {
      sender.sent.length = 0;
      for (const { camera: index, packets, pause } of changes) {
        const chosen = cameras[index];
        if (chosen === undefined) continue;
        slot.bind(chosen.lease);
        vi.advanceTimersByTime(pause);
        chosen.source.send(...Array.from({ length: packets }, packet));
      }
      const timestamps = sender.sent.map(({ timestamp }) => timestamp);
      for (const [index, timestamp] of timestamps.entries()) {
        if (index > 0) expect(timestamp).toBeGreaterThan(timestamps[index - 1] ?? 0);
      }
    }),
  );
});

test('a pause is as long in timestamps as it was', () => {
  slot.connect();
  const { source, lease } = camera();
  slot.bind(lease);
  source.send(packet());
  vi.advanceTimersByTime(2_000);
  const other = camera(tracks.opus);
  slot.bind(other.lease);
  other.source.send(packet());
  const [before, after] = sender.sent.map(({ timestamp }) => timestamp);
  expect((after ?? 0) - (before ?? 0)).toBe(96_000);
});

test('what the browser has not agreed to is not sent as something else', () => {
  sender.agreed = ['OPUS'];
  slot.connect();
  const { source, lease } = camera();
  slot.bind(lease);
  source.send(packet());
  expect(sender.sent).toEqual([]);
});

test('AAC goes over the data channel, under the name of its binding', () => {
  slot.connect();
  const { source, lease } = camera(aacTrack);
  slot.bind(lease, 7);
  source.send(Buffer.from([0, 16, 0, 8 << 3, 1, 2, 3, 4, 5, 6, 7, 8]));
  expect(sender.sent).toEqual([]);
  expect(offered).toMatchObject([{ assignment: 7, frame: { codec: 'MPEG4-GENERIC', clockRate: 16_000 } }]);
  expect(offered[0]?.frame.payload).toEqual(Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]));
  slot.bind(null);
  expect(offered).toEqual([]);
});
