import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RtspConnection } from '../../main/rtsp/rtsp-connection.ts';
import { type Answer, reply, rtpFrame, ScriptedRtspServer } from '../support/scripted-rtsp-server.ts';

let owned: AsyncDisposableStack;
let stop: AbortController;
beforeEach(() => {
  owned = new AsyncDisposableStack();
  stop = new AbortController();
});
afterEach(async () => {
  await owned.disposeAsync();
});

async function server(answers: Readonly<Record<string, Answer>>): Promise<ScriptedRtspServer> {
  return owned.use(await ScriptedRtspServer.start(answers));
}

async function connect({ port }: ScriptedRtspServer): Promise<RtspConnection> {
  const connection = await RtspConnection.open({ name: 'Yard', host: '127.0.0.1', port }, stop.signal);
  owned.defer(() => connection.destroy());
  return connection;
}

/** Answers two requests once both have come; without CSeq where `withSequence` is false. */
function together(answer: (first: string, second: string) => string, withSequence: boolean): Answer {
  const waiting: string[] = [];
  return (request) => {
    const text = reply(request, `200 ${request.url}`);
    waiting.push(withSequence ? text : text.replace(/CSeq.*\r\n/, ''));
    const [first, second] = waiting;
    return first === undefined || second === undefined ? undefined : answer(first, second);
  };
}

test('answers find their requests by CSeq in any order, and without it in the order of the requests', async () => {
  const swapped = together((first, second) => second + first, true);
  const inOrder = together((first, second) => first + second, false);
  for (const OPTIONS of [swapped, inOrder]) {
    const connection = await connect(await server({ OPTIONS }));
    const responses = await Promise.all(['1', '2'].map((url) => connection.request('OPTIONS', url, {})));
    expect(responses.map(({ reason }) => reason)).toEqual(['1', '2']);
  }
});

test('an announcement that the answer is to come is not the answer', async () => {
  const yard = await server({
    OPTIONS: (request) => reply(request, '100 Continue') + reply(request, '200 OK'),
  });
  expect(await (await connect(yard)).request('OPTIONS', '*', {})).toMatchObject({ status: 200 });
});

test('every request ends when the connection does, and later ones end at once', async () => {
  const sockets: Socket[] = [];
  const yard = await server({
    OPTIONS: (_request, socket) => {
      sockets.push(socket);
      return undefined;
    },
  });
  const connection = await connect(yard);
  const requests = [1, 2, 3].map((url) => connection.request('OPTIONS', `${url}`, {}));
  const settled = Promise.allSettled(requests);
  await yard.untilAsked('OPTIONS', 3);
  for (const socket of sockets) socket.destroy();
  const reason = await connection.closed;
  expect(reason).toMatchObject({ code: 'camera-closed-connection', camera: 'Yard' });
  for (const result of await settled) expect(result).toEqual({ status: 'rejected', reason });
  await expect(connection.request('OPTIONS', '*', {})).rejects.toBe(reason);
});

test('no more than sixteen requests wait for their answers', async () => {
  const connection = await connect(await server({ OPTIONS: () => undefined }));
  const requests = Array.from({ length: 16 }, () => connection.request('OPTIONS', '*', {}));
  const settled = Promise.allSettled(requests);
  await expect(connection.request('OPTIONS', '*', {})).rejects.toMatchObject({ code: 'camera-silent' });
  connection.destroy();
  await settled;
});

test('a listener that ends the connection gets no more frames', async () => {
  const yard = await server({ PLAY: () => Buffer.concat([rtpFrame(), rtpFrame(), rtpFrame()]) });
  const connection = await connect(yard);
  let frames = 0;
  connection.listen(0, () => {
    frames++;
    connection.destroy();
  });
  await expect(connection.request('PLAY', '*', {})).rejects.toMatchObject({
    code: 'camera-closed-connection',
  });
  expect(frames).toBe(1);
});

test('connecting that is not wanted any more ends with the reason', async () => {
  const connecting = connect(await server({}));
  stop.abort(new Error('not wanted'));
  await expect(connecting).rejects.toBe(stop.signal.reason);
});
