import { expect, test } from 'vitest';
import type { RtspResponse } from '../../../main/rtsp/rtsp-message.ts';
import { formatTrace, packetOf, parseTrace, type Trace } from '../../../main/trace/trace-file.ts';
import { TraceRecorder } from '../../../main/trace/trace-recorder.ts';
import { TraceRedaction } from '../../../main/trace/trace-redaction.ts';

const redaction = () => new TraceRedaction({ username: null, password: null, names: [] });
const head = { madeBy: 'Gatehouse', recordedAt: 0, findings: [] };

function finish(recorder: TraceRecorder): Trace {
  const trace = recorder.finish(head, redaction());
  // Whatever was recorded can be read again.
  expect(parseTrace(formatTrace(trace))).toEqual(trace);
  return trace;
}

function described(payloadType: number, name: string): RtspResponse {
  const body = `v=0\r\nm=video 0 RTP/AVP ${payloadType}\r\na=rtpmap:${payloadType} ${name}/90000\r\n`;
  const text = `RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\n\r\n`;
  return {
    type: 'response',
    status: 200,
    reason: 'OK',
    headers: new Map([['content-type', ['application/sdp']]]),
    head: text,
    body: Buffer.from(body),
  };
}

function slice(payloadType: number, bytes: number): Buffer {
  const packet = Buffer.alloc(bytes, 0xaa);
  packet.writeUInt16BE(0x8000 | payloadType, 0);
  packet.writeUInt8(0x65, 12);
  return packet;
}

test('each connection has its own formats: what is known of one is not taken for the other', () => {
  const recorder = new TraceRecorder({ withPictures: false });
  expect(recorder.isEmpty).toBe(true);
  const first = recorder.connected();
  const second = recorder.connected();
  first.answered(described(96, 'H264'), 1);
  for (const connection of [first, second])
    connection.frame({ type: 'frame', channel: 0, data: slice(96, 100) });
  const filled = finish(recorder).entries.flatMap((entry) =>
    entry.type === 'packet'
      ? [
          packetOf(entry)
            .subarray(12)
            .filter((byte) => byte !== 0).length,
        ]
      : [],
  );
  expect(filled).toEqual([9, 4]);
});

test('times are those of the recording, in its order', () => {
  let now = 5_000;
  const recorder = new TraceRecorder({ withPictures: true, now: () => now });
  const connection = recorder.connected();
  connection.asked(1, Buffer.from('OPTIONS rtsp://10.0.0.5/ RTSP/1.0\r\nCSeq: 1\r\n\r\n'));
  now += 12.3456;
  connection.datagram('rtp', slice(96, 20));
  now += 1;
  connection.ended('camera');
  const { entries } = finish(recorder);
  expect(entries.map(({ at, type }) => [at, type])).toEqual([
    [0, 'request'],
    [12.346, 'packet'],
    [13.346, 'ended'],
  ]);
});

test('what a camera pours in without end is dropped and counted', () => {
  const recorder = new TraceRecorder({ withPictures: true });
  const connection = recorder.connected();
  for (let packet = 0; packet < 200; packet++)
    connection.frame({ type: 'frame', channel: 0, data: slice(96, 60_000) });
  for (let message = 0; message < 2_000; message++)
    connection.requested({
      type: 'request',
      method: 'ANNOUNCE',
      headers: new Map(),
      head: 'x'.repeat(1_000),
      body: Buffer.alloc(0),
    });
  const { dropped } = finish(recorder).head;
  expect(dropped.packets).toBeGreaterThan(50);
  expect(dropped.bytes).toBe(dropped.packets * 60_000);
  expect(dropped.messages).toBeGreaterThan(1_000);
});
