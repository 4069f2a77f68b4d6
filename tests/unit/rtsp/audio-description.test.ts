import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findAudio } from '../../../main/rtsp/audio-description.ts';
import { findVideo } from '../../../main/rtsp/session-description.ts';
import { fuzzCases, mutate, seededRandom } from '../../support/mutations.ts';

const video = ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000', 'a=control:track1'];
const aacParameters =
  'streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1408';
const aac = ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 mpeg4-generic/16000', `a=fmtp:97 ${aacParameters}`];

function find(...lines: string[]) {
  return findAudio(['v=0', 's=x', ...lines, ''].join('\r\n'));
}

/** The track of sound that can be played. */
function track(...lines: string[]) {
  const audio = find(...lines);
  if (audio.kind !== 'playable') throw new Error(audio.kind);
  return audio.track;
}

test.each([
  ['PCMU without an rtpmap', ['m=audio 0 RTP/AVP 0'], { payloadType: 0, codec: 'PCMU', clockRate: 8_000 }],
  ['PCMA without an rtpmap', ['m=audio 0 RTP/AVP 8'], { payloadType: 8, codec: 'PCMA', clockRate: 8_000 }],
  [
    'G.722, whose clock is 8 kHz',
    ['m=audio 0 RTP/AVP 9'],
    { payloadType: 9, codec: 'G722', clockRate: 8_000 },
  ],
  [
    'G.722 of a camera that says 16 kHz',
    ['m=audio 0 RTP/AVP 101', 'a=rtpmap:101 G722/16000'],
    { payloadType: 101, codec: 'G722', clockRate: 16_000 },
  ],
  [
    'G.711 on a payload type of its own',
    ['m=audio 0 RTP/AVP 98', 'a=rtpmap:98 pcmu/8000/1'],
    { payloadType: 98, codec: 'PCMU', clockRate: 8_000 },
  ],
  [
    'Opus',
    ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 opus/48000/2'],
    { payloadType: 97, codec: 'OPUS', clockRate: 48_000 },
  ],
])('%s is found', (_name, lines, expected) => {
  expect(find(...video, ...lines, 'a=control:track2')).toEqual({
    kind: 'playable',
    track: expected,
    control: 'track2',
  });
});

test('AAC is found with all that a decoder needs', () => {
  expect(track(...video, ...aac)).toEqual({
    payloadType: 97,
    codec: 'MPEG4-GENERIC',
    clockRate: 16_000,
    aac: {
      config: Buffer.from('1408', 'hex'),
      channels: 1,
      ticksPerUnit: 1_024,
      sizeLength: 13,
      indexLength: 3,
      indexDeltaLength: 3,
    },
  });
});

test('AAC without a config has the one that follows from its clock rate and channels', () => {
  const lines = ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 MPEG4-GENERIC/48000/2'];
  const { aac: format } = track(...lines);
  expect(format?.config.toString('hex')).toBe('1190');
  expect(format).toMatchObject({ channels: 2, sizeLength: 13, indexLength: 3, indexDeltaLength: 3 });
});

test('AAC with SBR counts at the rate of its output', () => {
  // Object type 5, core at 24 kHz, output at 48 kHz.
  const lines = ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 MPEG4-GENERIC/48000/2', 'a=fmtp:97 config=2b118800'];
  expect(track(...lines).aac).toMatchObject({ channels: 2, ticksPerUnit: 2_048 });
});

test.each([
  ['MP4A-LATM', ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 MP4A-LATM/16000'], ['MP4A-LATM']],
  ['G.726', ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 G726-32/8000'], ['G726-32']],
  ['G.711 at 16 kHz', ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 PCMU/16000'], ['PCMU']],
  ['G.729 without an rtpmap', ['m=audio 0 RTP/AVP 18'], ['G729']],
  [
    'AAC in frames with fields that nobody reads',
    [
      'm=audio 0 RTP/AVP 97',
      'a=rtpmap:97 MPEG4-GENERIC/16000',
      `a=fmtp:97 ${aacParameters};CTSDeltaLength=8`,
    ],
    ['MPEG4-GENERIC'],
  ],
  [
    'CELP, which is MPEG-4, too',
    ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 MPEG4-GENERIC/16000', 'a=fmtp:97 mode=CELP-cbr;config=440e00'],
    ['MPEG4-GENERIC'],
  ],
])('%s is named as what cannot be played', (_name, lines, codecs) => {
  expect(find(...video, ...lines)).toEqual({ kind: 'unsupported', codecs });
});

test('what comes behind what cannot be played is found', () => {
  const lines = ['m=audio 0 RTP/AVP 97 8', 'a=rtpmap:97 G726-32/8000', 'a=rtpmap:8 PCMA/8000'];
  expect(track(...lines)).toMatchObject({ codec: 'PCMA' });
});

test("a loudspeaker is not taken for the camera's sound", () => {
  const speaker = ['m=audio 0 RTP/AVP 0', 'a=sendonly', 'a=control:speaker'];
  expect(find(...video, ...speaker)).toEqual({ kind: 'no-audio' });
  const microphone = ['m=audio 0 RTP/AVP 8', 'a=recvonly', 'a=control:microphone'];
  const withDirection = [...video, 'a=recvonly'];
  expect(find(...withDirection, ...speaker, ...microphone)).toMatchObject({ control: 'microphone' });
  expect(find(...video, 'm=audio 0 RTP/AVP 0', 'a=inactive')).toEqual({ kind: 'no-audio' });
});

test('a camera that says all directions as it sees them is heard', () => {
  const lines = [
    ...video,
    'a=sendonly',
    'm=audio 0 RTP/AVP 0',
    'a=recvonly',
    'm=audio 0 RTP/AVP 8',
    'a=sendonly',
  ];
  expect(track(...lines)).toMatchObject({ codec: 'PCMA' });
});

test('a description without sound has none', () => {
  expect(find(...video)).toEqual({ kind: 'no-audio' });
  expect(find()).toEqual({ kind: 'no-audio' });
});

test('no bytes at all make it throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      findAudio(`m=audio 0 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/16000\r\na=fmtp:97 ${text}`);
    }),
    { numRuns: 5_000 },
  );
});

test(`${fuzzCases} damaged descriptions are read or not, and the picture is found whatever the sound is`, () => {
  const random = seededRandom(17);
  const samples = [
    aac,
    ['m=audio 0 RTP/AVP 0', 'a=sendonly'],
    ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 opus/48000/2'],
  ].map((lines) => Buffer.from([...lines, 'a=control:track2', ''].join('\r\n'), 'latin1'));
  for (let index = 0; index < fuzzCases; index++) {
    const damaged = mutate(samples, random).toString('latin1');
    const sdp = `${video.join('\r\n')}\r\n${damaged}`;
    const audio = findAudio(sdp);
    if (audio.kind === 'playable') {
      const { clockRate, aac: format } = audio.track;
      expect(clockRate).toBeGreaterThan(0);
      if (format === undefined) continue;
      expect(format.config.length).toBeGreaterThanOrEqual(2);
      expect(format.config.length).toBeLessThanOrEqual(64);
      expect(format.sizeLength).toBeGreaterThan(0);
    }
    if (index % 10 === 0) expect(findVideo(sdp)).toMatchObject({ kind: 'playable' });
  }
});
