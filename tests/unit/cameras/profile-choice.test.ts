import { expect, test } from 'vitest';
import { chooseChannels, chooseProfiles } from '../../../main/cameras/profile-choice.ts';
import type { MediaProfile } from '../../../main/onvif/media.ts';

/** `H264 1920x1080`, with the lens after it where there are several; `none` has no video. */
function profile(text: string): MediaProfile {
  const [codec = '', size = '', videoSource = 'lens'] = text.split(' ');
  const [width = null, height = null] = size === '' ? [] : size.split('x').map(Number);
  const rest = { framesPerSecond: null, kilobitsPerSecond: null, gopFrames: null };
  return {
    token: text,
    name: text,
    service: 'media',
    videoSource,
    video: codec === 'none' ? null : { codec, width, height, ...rest },
    audio: null,
    ptzNode: null,
    ptzConfiguration: null,
    hasBackChannel: false,
  };
}

test.each<[string, string[], string | null, string | null]>([
  [
    'the largest, and the smallest that is enough',
    ['H264 640x360', 'H264 1920x1080', 'H264 320x180', 'H264 704x576'],
    'H264 1920x1080',
    'H264 640x360',
  ],
  [
    'the smallest, when none is enough',
    ['H264 1280x720', 'H264 352x288', 'H264 176x144'],
    'H264 1280x720',
    'H264 176x144',
  ],
  ['one alone', ['H264 1920x1080'], 'H264 1920x1080', null],
  [
    'H.264, though H.265 is larger',
    ['H265 3840x2160', 'H264 1280x720', 'JPEG 640x360'],
    'H264 1280x720',
    null,
  ],
  [
    'H.265, where there is nothing else',
    ['H265 3840x2160', 'H265 640x360'],
    'H265 3840x2160',
    'H265 640x360',
  ],
  ['of equal ones the first', ['H264 1280x720 a', 'H264 1280x720 b'], 'H264 1280x720 a', null],
  [
    'the same lens for both',
    ['H264 1920x1080 a', 'H264 640x360 b', 'H264 704x576 a'],
    'H264 1920x1080 a',
    'H264 704x576 a',
  ],
  ['what does not say its size', ['H264'], 'H264', null],
  ['nothing without video', ['none'], null, null],
  ['nothing', [], null, null],
])('main and sub: %s', (_, profiles, main, sub) => {
  const chosen = chooseProfiles(profiles.map(profile));
  expect({ main: chosen.main?.token ?? null, sub: chosen.sub?.token ?? null }).toEqual({ main, sub });
});

test('each video source of a recorder is a channel, in its order, and one alone is none', () => {
  const of = (...texts: string[]) =>
    chooseChannels(texts.map(profile)).map(({ main, sub }) => [main.name, sub?.name ?? null]);
  expect(of('H264 1920x1080 b', 'H264 640x360 b', 'H265 3840x2160 a', 'none 0x0 c')).toEqual([
    ['H264 1920x1080 b', 'H264 640x360 b'],
    ['H265 3840x2160 a', null],
  ]);
  expect(of('H264 1920x1080 a', 'H264 640x360 a')).toEqual([]);
});
