import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../main/contract/error-codes.ts';
import { defaultLayoutId } from '../../main/contract/limits.ts';
import { viewerEvent } from '../../main/contract/viewer.ts';
import { unknownId as id, samplePassword } from '../support/api-samples.ts';
import { type ApiScene, call, createScene, expectField, refusal } from '../support/api-scene.ts';

let owned: AsyncDisposableStack;
let scene: ApiScene;

beforeAll(async () => {
  owned = new AsyncDisposableStack();
  scene = await createScene(owned);
});

afterAll(async () => {
  await owned.disposeAsync();
});

const door = { name: 'Door', mainUrl: 'rtsp://127.0.0.1:1/door' };
const candidate = { candidate: '', sdpMid: '0', sdpMLineIndex: 0 };

const siteText = (parts: object) => JSON.stringify({ format: 'gatehouse-site', version: 1, ...parts });

/** What the schema takes, but the engine cannot do: the codes of the refusals, and the field for those that have one. */
const refusals: readonly (readonly [
  path: string,
  what: string,
  input: (scene: ApiScene) => unknown,
  code: ErrorCode,
  field?: string,
])[] = [
  [
    'cameras.add',
    'an address without a host',
    () => ({ ...door, mainUrl: 'rtsp:///x' }),
    'bad-input',
    'mainUrl',
  ],
  ['cameras.add', 'port 0', () => ({ ...door, subUrl: 'rtsp://127.0.0.1:0/' }), 'bad-input', 'subUrl'],
  ['cameras.add', 'a number that is taken', () => ({ ...door, number: 1 }), 'already-there', 'number'],
  [
    'cameras.add',
    'an address that is there',
    (scene) => ({ ...door, mainUrl: scene.gateUrl }),
    'already-there',
    'mainUrl',
  ],
  ['cameras.edit', 'an unknown camera', () => ({ id, name: 'x' }), 'not-found'],
  [
    'cameras.edit',
    'a number that is taken',
    (scene) => ({ id: scene.yardId, number: 1 }),
    'already-there',
    'number',
  ],
  [
    'cameras.edit',
    "another's address",
    (scene) => ({ id: scene.yardId, mainUrl: scene.gateUrl }),
    'already-there',
    'mainUrl',
  ],
  [
    'cameras.edit',
    'no host',
    (scene) => ({ id: scene.yardId, mainUrl: 'rtsp://@/' }),
    'bad-input',
    'mainUrl',
  ],
  [
    'cameras.edit',
    'a new host',
    (scene) => ({ id: scene.gateId, mainUrl: 'rtsp://10.0.0.1/' }),
    'bad-input',
    'mainUrl',
  ],
  ['cameras.change', 'an unknown camera', (scene) => ({ ids: [scene.gateId, id], group: 'x' }), 'not-found'],
  ['cameras.remove', 'an unknown camera', (scene) => ({ ids: [scene.gateId, id] }), 'not-found'],
  ['cameras.restore', 'a camera that was never removed', (scene) => ({ ids: [scene.gateId] }), 'not-found'],
  ['cameras.restore', 'an unknown camera', () => ({ ids: [id] }), 'not-found'],
  [
    'cameras.reorder',
    'an unknown camera',
    (scene) => ({ ids: [scene.yardId, id], before: scene.gateId }),
    'not-found',
  ],
  ['cameras.reorder', 'an unknown neighbour', (scene) => ({ ids: [scene.yardId], before: id }), 'not-found'],
  ['cameras.find', 'no address', () => ({ address: 'a b c/@' }), 'bad-input', 'address'],
  [
    'cameras.find',
    'ONVIF on another host',
    () => ({ address: '127.0.0.1:1', onvifUrl: 'http://127.0.0.2/', password: samplePassword }),
    'bad-input',
    'onvifUrl',
  ],
  [
    'cameras.find',
    'nobody there',
    () => ({ address: '127.0.0.1:1', password: samplePassword }),
    'camera-unreachable',
  ],
  ['cameras.test', 'no host', () => ({ mainUrl: `rtsp://x:${samplePassword}@` }), 'bad-input', 'mainUrl'],
  [
    'cameras.test',
    'nobody there',
    () => ({ mainUrl: `rtsp://x:${samplePassword}@127.0.0.1:1` }),
    'camera-unreachable',
  ],
  ['cameras.preview', 'no host', () => ({ mainUrl: `rtsp://x:${samplePassword}@` }), 'bad-input', 'mainUrl'],
  ['cameras.history', 'an unknown camera', () => ({ cameraId: id }), 'not-found'],
  ['cameras.import', 'no list', () => ({ text: samplePassword }), 'bad-input', 'line 1'],
  [
    'cameras.import',
    'a wrong line',
    () => ({ text: `name,url\n,rtsp://x:${samplePassword}@` }),
    'bad-input',
    'line 2, name',
  ],
  [
    'cameras.import',
    'a taken number',
    () => ({ text: 'name,url,no\nx,rtsp://h,1' }),
    'bad-input',
    'line 2, no',
  ],
  [
    'cameras.import',
    'a taken address',
    (scene) => ({ text: `name,url\nx,${scene.gateUrl}` }),
    'bad-input',
    'line 2, url',
  ],
  [
    'cameras.import',
    'a million lines',
    () => ({ text: `name,url\n${'x,\n'.repeat(290_000)}` }),
    'bad-input',
    'line 2',
  ],
  ...(['site.check', 'site.import'] as const).flatMap((path) => [
    [path, 'no JSON', () => ({ text: samplePassword }), 'bad-input', 'file'] as const,
    [path, 'an unknown name', () => ({ text: siteText({ camera: [] }) }), 'bad-input', 'camera'] as const,
    [
      path,
      'a taken number',
      () => ({ text: siteText({ cameras: [{ key: 'a', name: 'x', mainUrl: 'rtsp://h', number: 1 }] }) }),
      'bad-input',
      'cameras[0].number',
    ] as const,
    [
      path,
      'a thousand wrong cameras',
      () => ({ text: siteText({ cameras: Array(1_000).fill({ key: 'a', password: [samplePassword] }) }) }),
      'bad-input',
      'cameras[0].name',
    ] as const,
  ]),
  ['layouts.rename', 'an unknown wall', () => ({ id, name: 'x' }), 'not-found'],
  ['layouts.duplicate', 'an unknown wall', () => ({ id }), 'not-found'],
  ['layouts.remove', 'an unknown wall', () => ({ id }), 'not-found'],
  ['layouts.remove', 'the wall of all cameras', () => ({ id: defaultLayoutId }), 'bad-input', 'id'],
  ['layouts.restore', 'a wall that is there', () => ({ id: defaultLayoutId }), 'not-found'],
  ['layouts.restore', 'an unknown wall', () => ({ id }), 'not-found'],
  ['layouts.reorder', 'not all walls', () => ({ ids: [defaultLayoutId] }), 'bad-input', 'ids'],
  [
    'layouts.reorder',
    'one wall twice',
    () => ({ ids: [defaultLayoutId, defaultLayoutId] }),
    'bad-input',
    'ids',
  ],
  ['viewer.answer', 'an unknown window', () => ({ viewerId: id, sdp: 'v=0' }), 'not-found'],
  ['viewer.candidate', 'an unknown window', () => ({ viewerId: id, candidate }), 'not-found'],
  ['viewer.show', 'an unknown window', () => ({ viewerId: id, bindings: [] }), 'not-found'],
  [
    'viewer.listen',
    'an unknown window',
    () => ({ viewerId: id, cameraId: null, profile: 'sub' }),
    'not-found',
  ],
];

const impossible = refusals.map(([path, what, input, code, field]) => ({ path, what, input, code, field }));

test.each(impossible)(
  '$path with $what is refused, and nothing changes',
  async ({ path, input, code, field }) => {
    const before = await scene.state();
    const answer = await refusal(call(scene.client, path, input(scene)));
    expect(answer.code).toBe(code);
    if (field !== undefined) expectField(answer, [field]);
    expect(await scene.state()).toBe(before);
  },
);

describe('a window that waits for its answer', () => {
  let viewerId: string;
  let events: AsyncIterator<unknown, unknown, void>;

  beforeEach(async () => {
    events = await scene.client.viewer.open({ slots: 1 });
    viewerId = viewerEvent.options[0].parse((await events.next()).value).viewerId;
  });
  afterEach(async () => {
    await events.return?.(undefined);
  });

  const texts = [
    { what: 'a word', text: 'x' },
    { what: 'no media', text: 'v=0\r\n' },
    { what: 'zeroes', text: '\0'.repeat(1_000) },
    { what: 'candidates', text: 'a=candidate:'.repeat(80) },
    { what: 'other media', text: 'm=video 9 UDP/TLS/RTP/SAVPF 96\r\n'.repeat(12) },
  ];

  test.each([{ what: 'nothing', text: '' }, ...texts])('takes no answer of $what', async ({ text }) => {
    const answer = await refusal(call(scene.client, 'viewer.answer', { viewerId, sdp: text }));
    expect(answer.code).toBe('bad-input');
    expectField(answer, ['sdp']);
  });

  test.each(texts)('takes no candidate of $what', async ({ text }) => {
    const wrong = { ...candidate, candidate: text };
    const answer = await refusal(call(scene.client, 'viewer.candidate', { viewerId, candidate: wrong }));
    expect(answer.code).toBe('bad-input');
    expectField(answer, ['candidate']);
  });

  test('lets no unknown camera be heard', async () => {
    const wanted = { viewerId, cameraId: id, profile: 'sub' };
    expect((await refusal(call(scene.client, 'viewer.listen', wanted))).code).toBe('not-found');
  });

  test('shows no unknown camera', async () => {
    const binding = { slot: 0, cameraId: id, profile: 'main' };
    const answer = await refusal(call(scene.client, 'viewer.show', { viewerId, bindings: [binding] }));
    expect(answer.code).toBe('not-found');
  });
});
