import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RtpPacket } from '../../main/rtsp/rtp-packet.ts';
import { RtspSession } from '../../main/rtsp/rtsp-session.ts';
import {
  type Answer,
  h264Description,
  reply,
  rtpFrame,
  type ScriptedRequest,
  ScriptedRtspServer,
} from '../support/scripted-rtsp-server.ts';

let owned: AsyncDisposableStack;
let stop: AbortController;
beforeEach(() => {
  owned = new AsyncDisposableStack();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await owned.disposeAsync();
});

const microphone = 'm=audio 0 RTP/AVP 0\r\na=control:track2\r\n';
const speaker = 'm=audio 0 RTP/AVP 0\r\na=control:track3\r\na=sendonly\r\n';
const isSound = ({ url }: ScriptedRequest) => url.endsWith('track2');

/** A camera with a picture and this beside it; what it answers to SETUP of its sound is the test's. */
async function camera(
  beside: string,
  setUpSound: Answer,
  more: Readonly<Record<string, Answer>> = {},
): Promise<ScriptedRtspServer> {
  return owned.use(
    await ScriptedRtspServer.start({
      DESCRIBE: (request) =>
        reply(request, '200 OK', { 'Content-Base': `${request.url}/` }, h264Description + beside),
      SETUP: (request, socket) =>
        isSound(request)
          ? setUpSound(request, socket)
          : reply(request, '200 OK', { Session: '7', Transport: 'RTP/AVP/TCP;interleaved=0-1' }),
      PLAY: (request) =>
        Buffer.concat([
          Buffer.from(reply(request)),
          rtpFrame(2, 0, 1),
          rtpFrame(2, 13, 2),
          rtpFrame(2, 0, 3),
          rtpFrame(0, 96, 1),
        ]),
      ...more,
    }),
  );
}

const agreed: Answer = (request) => reply(request, '200 OK', { Transport: 'RTP/AVP/TCP;interleaved=2-3' });

/** Plays until a packet of the video has come. */
async function play({ url }: ScriptedRtspServer): Promise<{ session: RtspSession; sound: RtpPacket[] }> {
  const target = { name: 'Yard', url, username: null, password: null };
  const session = owned.use(await RtspSession.open(target, { signal: stop.signal }));
  const sound: RtpPacket[] = [];
  session.hear((packet) => sound.push(packet));
  await session.play(() => stop.abort());
  return { session, sound };
}

const setUps = ({ requests }: ScriptedRtspServer) => requests.filter(({ method }) => method === 'SETUP');

test('picture and sound are set up in one session, before it plays', async () => {
  const yard = await camera(microphone, agreed);
  const { session, sound } = await play(yard);
  expect(session.audio).toMatchObject({ kind: 'playable', track: { codec: 'PCMU' } });
  expect(setUps(yard).map(({ url, headers }) => [url.split('/').at(-1), headers.get('session')])).toEqual([
    ['track1', undefined],
    ['track2', '7'],
  ]);
  expect(setUps(yard)[1]?.headers.get('transport')).toContain('interleaved=2-3');
  // The answer to the second SETUP names no session: that of the first one is meant.
  expect(yard.requests.find(({ method }) => method === 'PLAY')?.headers.get('session')).toBe('7');
  // Comfort noise (payload type 13) is left out.
  expect(sound.map(({ sequenceNumber }) => sequenceNumber)).toEqual([1, 3]);
});

test('a loudspeaker is not set up', async () => {
  const yard = await camera(speaker, agreed);
  expect((await play(yard)).session.audio).toEqual({ kind: 'no-audio' });
  expect(setUps(yard)).toHaveLength(1);
});

test.each([
  '401 Unauthorized',
  '453 Not Enough Bandwidth',
  '461 Unsupported Transport',
  '500 Internal Server Error',
])('sound that is refused with %s costs no picture', async (status) => {
  const yard = await camera(microphone, (request) => reply(request, status));
  expect((await play(yard)).session.audio).toEqual({ kind: 'refused', codec: 'PCMU' });
});

test("sound that would come on the video's channel is left alone", async () => {
  const yard = await camera(microphone, (request) =>
    reply(request, '200 OK', { Transport: 'RTP/AVP/TCP;interleaved=0-1' }),
  );
  const { session, sound } = await play(yard);
  expect(session.audio).toEqual({ kind: 'refused', codec: 'PCMU' });
  expect(sound).toEqual([]);
});

test('a camera that never answers SETUP of its sound plays its picture on another connection', async () => {
  const yard = await camera(microphone, () => undefined);
  expect((await play(yard)).session.audio).toEqual({ kind: 'refused', codec: 'PCMU' });
  expect(setUps(yard)).toHaveLength(3);
});

test('a listener of sound that throws costs no picture', async () => {
  const yard = await camera(microphone, agreed);
  const target = { name: 'Yard', url: yard.url, username: null, password: null };
  const session = owned.use(await RtspSession.open(target, { signal: stop.signal }));
  let calls = 0;
  session.hear(() => {
    calls++;
    throw new Error('a fault of ours');
  });
  await session.play(() => stop.abort());
  expect(calls).toBe(1);
});
