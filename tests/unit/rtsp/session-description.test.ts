import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findVideo } from '../../../main/rtsp/session-description.ts';
import { fuzzCases, mutate, seededRandom } from '../../support/mutations.ts';

const sps = Buffer.from('Z00AKZpkA8ARPyzUBAQFAAADA+gAAOpgBA', 'base64');
const pps = Buffer.from('aO48gA', 'base64');
const sets = `${sps.toString('base64')},${pps.toString('base64')}`;
const h264 = ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000', `a=fmtp:96 sprop-parameter-sets=${sets}`];
const audio = ['m=audio 0 RTP/AVP 8', 'a=rtpmap:8 PCMA/8000', 'a=control:sound'];

function find(...lines: string[]) {
  return findVideo(lines.join('\r\n'));
}

/** The track of a playable description. */
function track(...lines: string[]) {
  const video = find(...lines);
  if (video.kind !== 'playable') throw new Error(video.kind);
  return video.track;
}

test('payload type, clock rate, parameter sets and controls are found', () => {
  const lines = [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    's=x',
    't=0 0',
    'a=control:*',
    ...audio,
    ...h264,
    'a=control:track1',
  ];
  expect(find(...lines, '')).toEqual({
    kind: 'playable',
    track: { payloadType: 96, clockRate: 90_000, encodingName: 'H264', parameterSets: [sps, pps] },
    control: 'track1',
    sessionControl: '*',
  });
});

test('a session description that begins with no v=0, repeats s= and breaks o= and c= is read (several cameras)', () => {
  expect(track('s=a', 's=b', 'o=nonsense', 'c=IN', 'c=IN IP6', 't=', 'b=?', ...h264)).toMatchObject({
    payloadType: 96,
  });
});

test('the attributes of unknown media are not taken for those of the video before it (TP-Link)', () => {
  const video = find(
    ...h264,
    'a=control:track1',
    'm=application/TP-LINK 0 RTP/AVP smart/1/90000',
    'a=control:track3',
  );
  expect(video).toMatchObject({ kind: 'playable', control: 'track1' });
});

test('H.264 on payload type 35 is H.264 (Bosch)', () => {
  expect(track('m=video 0 RTP/AVP 35', 'a=rtpmap:35 H264/90000')).toMatchObject({
    payloadType: 35,
    parameterSets: [],
  });
});

test('a control that is a number stays text', () => {
  expect(find(...h264, 'a=control:1')).toMatchObject({ control: '1' });
});

test('an empty fmtp leaves the parameter sets to the stream (Ubiquiti)', () => {
  for (const fmtp of [
    'a=fmtp:96',
    'a=fmtp:96 ',
    'a=fmtp:',
    'a=fmtp:96 packetization-mode=1;sprop-parameter-sets=',
  ]) {
    expect(track(...h264.slice(0, 2), fmtp).parameterSets).toEqual([]);
  }
});

test('an fmtp on the wrong track is found, that of another video is not taken (Ubiquiti)', () => {
  expect(
    track(...h264.slice(0, 2), ...audio, `a=fmtp:96 sprop-parameter-sets=${sets}`).parameterSets,
  ).toEqual([sps, pps]);
  expect(track(...h264.slice(0, 2), `a=fmtp:97 sprop-parameter-sets=${sets}`).parameterSets).toEqual([
    sps,
    pps,
  ]);
  expect(track(...h264.slice(0, 2), ...h264).parameterSets).toEqual([]);
});

test('a false profile-level-id changes nothing (Eufy)', () => {
  const fmtp = `a=fmtp:96 profile-level-id=ffffff; packetization-mode=1; sprop-parameter-sets=${sets}`;
  expect(track(...h264.slice(0, 2), fmtp).parameterSets).toEqual([sps, pps]);
});

test('start codes inside sprop-parameter-sets are taken off, also between two NAL units in one', () => {
  const [long, short] = [Buffer.from([0, 0, 0, 1]), Buffer.from([0, 0, 1])];
  const each = [sps, pps].map((set) => Buffer.concat([long, set]).toString('base64')).join(',');
  const both = Buffer.concat([long, sps, short, pps, long]).toString('base64');
  for (const list of [each, both, `"${each}"`]) {
    const fmtp = `a=fmtp:96 SPROP-PARAMETER-SETS=${list};x=y`;
    expect(track(...h264.slice(0, 2), fmtp).parameterSets).toEqual([sps, pps]);
  }
});

test('what is neither SPS nor PPS is no parameter set', () => {
  const idr = Buffer.from([0x65, 0x88, 1]).toString('base64');
  expect(track(...h264.slice(0, 2), `a=fmtp:96 sprop-parameter-sets=${idr},####,`).parameterSets).toEqual([]);
});

test.each(['H264', 'h264', 'H.264', ' H264'])('"%s" is H.264', (name) => {
  expect(track('m=video 0 RTP/AVP 96', `a=rtpmap:96 ${name}/90000 `)).toMatchObject({ payloadType: 96 });
});

test('lines that end with LF or CR alone are lines, and a rate that is missing is 90 kHz', () => {
  for (const end of ['\n', '\r']) {
    const video = findVideo(['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264', 'a=control:t'].join(end));
    expect(video).toMatchObject({ kind: 'playable', track: { clockRate: 90_000 }, control: 't' });
  }
});

test('of several videos the first in H.264 is taken', () => {
  const video = find(
    'm=video 0 RTP/AVP 98',
    'a=rtpmap:98 H265/90000',
    ...h264,
    'a=control:second',
    ...h264,
    'a=control:third',
  );
  expect(video).toMatchObject({ kind: 'playable', control: 'second' });
});

test('without H.264, H.265 is taken, with its parameter sets, and JPEG without either', () => {
  const hevc = [
    'm=video 0 RTP/AVP 98',
    'a=rtpmap:98 H265/90000',
    'a=fmtp:98 sprop-vps=QAEMAf//;sprop-sps=QgEBAWA=; sprop-pps=RAHBcrRiQA==',
    'a=control:hevc',
  ];
  const video = find('m=video 0 RTP/AVP 26', 'a=control:jpeg', ...hevc);
  expect(video).toMatchObject({
    kind: 'playable',
    control: 'hevc',
    track: { payloadType: 98, encodingName: 'H265' },
  });
  expect(track(...hevc).parameterSets.map((set) => (set.readUInt8(0) >> 1) & 0x3f)).toEqual([32, 33, 34]);
  expect(track('m=video 0 RTP/AVP 26')).toEqual({
    payloadType: 26,
    clockRate: 90_000,
    encodingName: 'JPEG',
    parameterSets: [],
  });
  expect(track('m=video 0 RTP/AVP 97', 'a=rtpmap:97 jpeg/90000')).toMatchObject({
    payloadType: 97,
    encodingName: 'JPEG',
  });
});

test('video in other formats is refused with their names', () => {
  expect(find('m=video 0 RTP/AVP 98', 'a=rtpmap:98 MP4V-ES/90000', 'm=video 0 RTP/AVP 31')).toEqual({
    kind: 'unsupported',
    codecs: ['MP4V-ES', 'H261'],
  });
  expect(find('m=video 0 RTP/AVP 96')).toEqual({ kind: 'unsupported', codecs: [] });
});

test('sound and metadata alone are no video', () => {
  expect(find(...audio, 'm=application 0 RTP/AVP 107', 'a=rtpmap:107 vnd.onvif.metadata/90000')).toEqual({
    kind: 'no-video',
  });
  expect(findVideo('')).toEqual({ kind: 'no-video' });
  expect(findVideo('<html></html>')).toEqual({ kind: 'no-video' });
});

test('the names of formats in an error stay short and few, whatever the camera sends', () => {
  const maps = Array.from({ length: 500 }, (_, index) => `a=rtpmap:96 ${'X'.repeat(500)}${index}/90000`);
  const video = find(
    'm=video 0 RTP/AVP 96',
    ...maps,
    ...maps.map((map) => map.replace(' X', ` ${map.length}-`)),
  );
  expect(JSON.stringify(video).length).toBeLessThan(1_000);
});

test('any text is a description or none', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2_000 }), (text) => {
      expect(['playable', 'unsupported', 'no-video']).toContain(findVideo(text).kind);
    }),
  );
});

test(`${fuzzCases} damaged descriptions: nothing is thrown, and a track is one that can be played`, () => {
  const random = seededRandom(8866);
  const samples = [
    ['v=0', 's=x', 'a=control:*', ...h264, 'a=control:rtsp://camera/1'].join('\r\n'),
    [
      ...audio,
      'm=video 0 RTP/AVP 26',
      'm=video 0 RTP/AVP 35',
      'a=rtpmap:35 h264/90000',
      'a=fmtp:35 x=1',
    ].join('\n'),
  ].map((text) => Buffer.from(text));
  for (let round = 0; round < fuzzCases; round++) {
    const text = mutate(samples, random).toString('utf8');
    const video = findVideo(text);
    if (video.kind !== 'playable') continue;
    const { payloadType, clockRate, parameterSets } = video.track;
    const isSound =
      Number.isInteger(payloadType) &&
      Number.isInteger(clockRate) &&
      clockRate > 0 &&
      parameterSets.every((set) => [7, 8].includes(set.readUInt8(0) & 0x1f));
    if (!isSound || typeof (video.control ?? '') !== 'string') expect.fail(JSON.stringify(text));
  }
});
