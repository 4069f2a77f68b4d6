import { expect, test } from 'vitest';
import { resolveControl } from '../../../main/rtsp/control-url.ts';
import { fuzzCases, mutate, seededRandom } from '../../support/mutations.ts';

const camera = 'rtsp://10.0.0.7:8554';
const requested = `${camera}/live`;

test.each([
  // What is asked for, Content-Base, control, result.
  ['no base and no control', requested, undefined, undefined, '/live'],
  ['the whole session', requested, undefined, '*', '/live'],
  ['the whole session with a base', requested, `${camera}/live/`, '*', '/live/'],
  ['a relative control', requested, `${camera}/live/`, 'trackID=1', '/live/trackID=1'],
  ['a base without a slash at its end', requested, `${camera}/live`, 'trackID=1', '/live/trackID=1'],
  ['no base', requested, undefined, 'trackID=1', '/live/trackID=1'],
  ['a base that is the root', requested, `${camera}/`, 'trackID=1', '/trackID=1'],
  ['no path at all', camera, undefined, 'trackID=1', '/trackID=1'],
  [
    'a query in the address (Dahua)',
    `${camera}/cam?channel=1`,
    undefined,
    'trackID=0',
    '/cam?channel=1/trackID=0',
  ],
  ['a control that is a query', requested, undefined, '?track=1', '/live?track=1'],
  ['a control that is a path behind the base', requested, undefined, '/trackID=1', '/live/trackID=1'],
  ['the same behind a slash', requested, `${camera}/live/`, '/trackID=1', '/live/trackID=1'],
  [
    'a control that is a path from the root',
    requested,
    `${camera}/live/`,
    '/live/trackID=1',
    '/live/trackID=1',
  ],
  ['an absolute control', requested, undefined, `${camera}/other/1?a=b`, '/other/1?a=b'],
  [
    'an absolute control on another host, behind NAT',
    requested,
    undefined,
    'rtsp://192.168.0.2/live/1',
    '/live/1',
  ],
  [
    'an absolute control with user and password',
    requested,
    undefined,
    'rtsp://u:p@10.0.0.7/live/1',
    '/live/1',
  ],
  ['an absolute control in capitals', requested, undefined, 'RTSP://10.0.0.7:8554/live/1', '/live/1'],
  ['a base on another host', requested, 'rtsp://0.0.0.0:554/live/', '1', '/live/1'],
  ['a base with the scheme twice', requested, 'rtsp://rtsp://10.0.0.7/live/', '1', '/live/1'],
  [
    'a base without a scheme (Anjvision)',
    requested,
    '192.168.1.10:554/stream0/',
    'trackID=1',
    '/stream0/trackID=1',
  ],
  ['a base that is a bare IPv6 address', requested, 'rtsp://fe80::1:554/live/', '1', '/live/1'],
  ['a base that is only a path', requested, '/live/', '1', '/live/1'],
  ['a base without a path', requested, 'rtsp://10.0.0.7', '1', '/live/1'],
  ['an empty base', requested, ' ', '1', '/live/1'],
  ['blanks around the control', requested, undefined, ' trackID=1 ', '/live/trackID=1'],
  [
    'characters that no request line can hold',
    requested,
    undefined,
    'track 1\r\nX: "ä"',
    '/live/track%201%0D%0AX:%20%22%C3%A4%22',
  ],
])('%s', (_case, address, base, control, expected) => {
  expect(resolveControl(address, base, control)).toBe(`${camera}${expected}`);
});

test(`${fuzzCases} damaged addresses never leave the host, and can be sent`, () => {
  const random = seededRandom(2396);
  const samples = [
    'rtsp://rtsp://192.168.1.10:554/stream0/',
    'rtsp://user:pass@evil.example/track1?a=b',
    '10.0.0.7:554/live/',
    '/live/trackID=1',
    '*',
  ].map((text) => Buffer.from(text));
  for (let round = 0; round < fuzzCases; round++) {
    const base = round % 3 === 0 ? undefined : mutate(samples, random).toString('latin1');
    const url = resolveControl(requested, base, mutate(samples, random).toString('latin1'));
    if (!/^rtsp:\/\/10\.0\.0\.7:8554(?:[/?#][!-~]*)?$/.test(url)) expect.fail(JSON.stringify(url));
  }
});
