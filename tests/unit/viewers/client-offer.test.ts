import { expect, test } from 'vitest';
import { readWhepOffer, readWhipOffer } from '../../../main/viewers/client-offer.ts';
import { readIceFragment } from '../../../main/viewers/ice-fragment.ts';

const session = ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1'];
const key = ['a=ice-ufrag:abcd', 'a=ice-pwd:0123456789abcdef0123456789', 'a=fingerprint:sha-256 AB:CD'];
const sound = [
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 0',
  'a=mid:0',
  'a=recvonly',
  ...key,
  'a=rtpmap:111 opus/48000/2',
];

/** As browsers write it: formats of which werift would take the first one. */
function video(...formats: [payloadType: number, name: string, parameters?: string][]): string[] {
  return [
    `m=video 9 UDP/TLS/RTP/SAVPF ${formats.map(([payloadType]) => payloadType).join(' ')}`,
    'a=mid:1',
    'a=recvonly',
    ...key,
    ...formats.flatMap(([payloadType, name, parameters]) => [
      `a=rtpmap:${payloadType} ${name}/90000`,
      `a=rtcp-fb:${payloadType} nack pli`,
      ...(parameters === undefined ? [] : [`a=fmtp:${payloadType} ${parameters}`]),
    ]),
  ];
}

function offer(...sections: string[][]): string {
  return `${[...session, ...sections.flat()].join('\r\n')}\r\n`;
}

/** Payload types of the video that are left. */
function formats(text: string): string | undefined {
  const { sdp } = readWhepOffer(text);
  const left = /^m=video \S+ \S+ (.*)\r$/m.exec(sdp)?.[1];
  const mentioned = new Set([...sdp.matchAll(/^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /gm)].map(([, one]) => one));
  mentioned.delete('111');
  expect([...mentioned].toSorted()).toEqual(left?.split(' ').toSorted());
  return left;
}

test('of the formats of H.264 the one that can cut pictures and most decoders know is left, with its repairs', () => {
  const many = video(
    [96, 'VP8'],
    [97, 'rtx', 'apt=96'],
    [102, 'H264', 'packetization-mode=1;profile-level-id=640032'],
    [103, 'rtx', 'apt=102'],
    [104, 'H264', 'packetization-mode=0;profile-level-id=42e01f'],
    [106, 'H264', 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f'],
    [107, 'rtx', 'apt=106'],
    [10, 'rtx', 'apt=10'],
  );
  expect(formats(offer(many))).toBe('106 107');
  expect(readWhepOffer(offer(many))).toMatchObject({ wantsSound: false, takesH265: false, iceUfrag: 'abcd' });
});

test('H.265 stays behind H.264', () => {
  const both = video([98, 'H265'], [99, 'rtx', 'apt=98'], [100, 'H264']);
  expect(formats(offer(sound, both))).toBe('100 98 99');
  expect(readWhepOffer(offer(sound, both))).toMatchObject({ wantsSound: true, takesH265: true });
  expect(formats(offer(video([98, 'h265'])))).toBe('98');
});

test('what is said of the sound stays as it is', () => {
  expect(readWhepOffer(offer(sound, video([96, 'H264']))).sdp).toContain(`${sound.join('\r\n')}\r\n`);
});

test('a sound that comes over the way of the picture is none that was refused', () => {
  const bundled = [
    'm=audio 0 UDP/TLS/RTP/SAVPF 111',
    ...sound.slice(1).filter((line) => line !== 'a=recvonly'),
    'a=sendonly',
    'a=bundle-only',
  ];
  const sending = video([96, 'H264']).map((line) => line.replace('recvonly', 'sendonly'));
  expect(readWhipOffer(offer(sending, bundled)).sdp).toContain('m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n');
});

test('of a publisher one format is taken, H.264 where there is some, and one of several layers', () => {
  const layers = ['a=rid:hi send', 'a=rid:lo send', 'a=simulcast:send hi;lo'];
  const sending = [...video([98, 'H265'], [99, 'rtx', 'apt=98'], [100, 'H264']), ...layers].map((line) =>
    line.replace('recvonly', 'sendonly'),
  );
  const { sdp, takesH265 } = readWhipOffer(offer(sending));
  expect(sdp).toMatch(/^m=video 9 \S+ 100\r$/m);
  expect(sdp).not.toMatch(/a=(?:rid|simulcast):/);
  expect(takesH265).toBe(false);
  expect(readWhipOffer(offer(sending.filter((line) => !line.includes('H264')))).sdp).toMatch(
    /^m=video 9 \S+ 98 99\r$/m,
  );
  expect(() => readWhipOffer(offer(video([100, 'H264'])))).toThrow('The offer must ask to send.');
});

test('a publisher is answered without transport-wide feedback, a player with it', () => {
  const lines = [
    'a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
    'a=rtcp-fb:96 transport-cc',
  ];
  const both = [...video([96, 'H264']), ...lines];
  const sending = both.map((line) => line.replace('recvonly', 'sendonly'));
  for (const line of lines) {
    expect(readWhepOffer(offer(both)).sdp).toContain(line);
    expect(readWhipOffer(offer(sending)).sdp).not.toContain(line);
  }
});

test.each([
  ['two videos', offer(video([96, 'H264']), video([96, 'H264']))],
  ['two sounds', offer(sound, sound, video([96, 'H264']))],
  ['a data channel', offer(video([96, 'H264']), ['m=application 9 UDP/DTLS/SCTP webrtc-datachannel'])],
  ['only other formats', offer(video([96, 'VP8']))],
  ['something to send', offer(video([96, 'H264'])).replace('recvonly', 'sendonly')],
  ['two ways for media', offer(sound, video([96, 'H264'])).replace('a=group:BUNDLE 0 1\r\n', '')],
  ['no password', offer(video([96, 'H264'])).replaceAll(/a=ice-pwd.*\r\n/g, '')],
])('an offer with %s is refused in words', (_what, text) => {
  expect(() => readWhepOffer(text)).toThrow(
    expect.objectContaining({ code: 'bad-input', message: expect.stringMatching(/^The offer must /) }),
  );
});

test('a fragment names its negotiation, and each candidate its section', () => {
  const lines = [
    'a=ice-ufrag:abcd',
    'a=ice-pwd:x',
    'm=video 9 X 96',
    'a=mid:1',
    'a=candidate:1 1 udp 1 10.0.0.1 9 typ host',
  ];
  expect(readIceFragment(lines.join('\r\n'))).toEqual({
    iceUfrag: 'abcd',
    candidates: [{ candidate: 'candidate:1 1 udp 1 10.0.0.1 9 typ host', sdpMid: '1' }],
  });
  expect(readIceFragment('a=end-of-candidates\n')).toEqual({ iceUfrag: undefined, candidates: [] });
});

test('a fragment with candidates without end is none', () => {
  expect(readIceFragment('a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n'.repeat(33))).toBeUndefined();
});
