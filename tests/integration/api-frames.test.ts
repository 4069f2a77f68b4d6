import { once } from 'node:events';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import type { HttpHost } from '../../main/hosts/http-host.ts';
import { openSocket, signIn, startHost } from '../support/api-harness.ts';
import { samplePassword } from '../support/api-samples.ts';
import { type ApiScene, checkRefusal, createScene } from '../support/api-scene.ts';

/*
 * What arrives over a WebSocket and is no call of the API: the client library of the console never sends it.
 */

let owned: AsyncDisposableStack;
let scene: ApiScene;
let host: HttpHost;
let cookie: string;

beforeAll(async () => {
  owned = new AsyncDisposableStack();
  scene = await createScene(owned);
  host = owned.use(await startHost(scene.harness));
  cookie = await signIn(host);
});

afterAll(async () => {
  await owned.disposeAsync();
});

const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
const request = (url: string, body: string, more = '') => `{"i":"bad","p":{"u":"${url}","b":${body}${more}}}`;

const frames: readonly (readonly [what: string, frame: string | Buffer])[] = [
  ['nothing', ''],
  ['a word', samplePassword],
  ['half a message', '{"i":"bad","p":{"u":"/cameras/add","b":'],
  ['a number', '5'],
  ['null', 'null'],
  ['an array', '[]'],
  ['no call', '{"i":"bad"}'],
  ['an unknown kind', '{"i":"bad","t":99,"p":{}}'],
  ['a call without an id', '{"p":{"u":"/cameras/list","b":{}}}'],
  ['a call with an object for an id', '{"i":{},"p":{"u":"/cameras/list","b":{}}}'],
  ['a call of nothing', '{"i":"bad","p":{}}'],
  ['an event for a call that is not there', '{"i":"bad","t":3,"p":{"e":"message","d":1}}'],
  ['the end of a call that is not there', '{"i":"bad","t":4}'],
  ['a procedure that is not there', request('/cameras/format', '{}')],
  ['a procedure of Object', request('/cameras/constructor', '{}')],
  ['a procedure of a prototype', request('/__proto__/toString', '{}')],
  ['a procedure of another server', request('http://example.com/cameras/list', '{}')],
  ['no address', request('cameras list', '{}')],
  ['a file of this computer', request('file:///etc/hosts', '{}')],
  ['no body', request('/cameras/add', 'null')],
  ['a body of text', request('/cameras/add', `"${samplePassword}"`)],
  ['a type that is not there', request('/cameras/add', '{"json":{"name":"x"},"meta":[[99,"name"]]}')],
  ['a type of a field that is not there', request('/cameras/add', '{"json":{},"meta":[[1,"a","b","c"]]}')],
  ['types that are none', request('/cameras/add', '{"json":{},"meta":5}')],
  ['a type of the prototype', request('/cameras/add', '{"json":{},"meta":[[3,"__proto__","polluted"]]}')],
  ['the prototype', request('/cameras/add', '{"json":{"__proto__":{"polluted":1}},"meta":[]}')],
  ['a big integer', request('/cameras/add', '{"json":{"number":"x"},"meta":[[0,"number"]]}')],
  ['an endless pattern', request('/cameras/add', '{"json":{"name":"/(a+)+$(/"},"meta":[[7,"name"]]}')],
  ['a file that is not there', request('/cameras/add', '{"json":{},"meta":[],"maps":[["name"]]}')],
  [
    'a form without a body',
    request('/cameras/add', '{}', ',"h":{"content-type":"multipart/form-data; boundary=x"}'),
  ],
  ['a stream of events', request('/cameras/add', '{}', ',"h":{"content-type":"text/event-stream"}')],
  ['another method', request('/cameras/add', '{}', ',"m":"DELETE"')],
  ['something deep', request('/cameras/add', `{"json":${deep},"meta":[]}`)],
  ['bytes', Buffer.from([0, 1, 2, 255, 254])],
  [
    'a call with bytes behind it',
    Buffer.concat([Buffer.from(request('/cameras/add', '{}')), Buffer.alloc(9, 255)]),
  ],
];

/** Every answer to a frame; then to a good call on the same connection. */
async function answersTo(frame: string | Buffer): Promise<string[]> {
  const socket = await openSocket(host, cookie);
  const answers: string[] = [];
  try {
    const done = new Promise<void>((resolve) => {
      socket.on('message', (data) => {
        const text = String(data);
        if (JSON.parse(text).i === 'good') resolve();
        else answers.push(text);
      });
      socket.once('close', () => resolve());
    });
    socket.send(frame);
    socket.send('{"i":"good","p":{"u":"/cameras/list","b":{}}}');
    await done;
    expect(socket.readyState).toBe(socket.OPEN);
    return answers;
  } finally {
    await close(socket);
  }
}

async function close(socket: WebSocket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return;
  const closed = once(socket, 'close');
  socket.terminate();
  await closed;
}

test.each(frames)('%s changes nothing, and the connection goes on', async (_what, frame) => {
  // oRPC prints what it cannot read.
  const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
  try {
    const before = await scene.state();
    for (const answer of await answersTo(frame)) {
      expect(answer).not.toContain(samplePassword);
      const { s: status = 200, b: body } = JSON.parse(answer).p;
      // What is no call at all is answered by oRPC itself, with the codes of HTTP.
      if (status === 200 || body === 'No procedure matched' || body.json.code === 'BAD_REQUEST') continue;
      expect(checkRefusal(JSON.stringify(body.json)).code).toBe('bad-input');
    }
    expect(await scene.state()).toBe(before);
  } finally {
    printed.mockRestore();
  }
});
