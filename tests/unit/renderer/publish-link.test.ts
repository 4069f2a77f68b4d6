import { expect, test } from 'vitest';
import { readPublishLink } from '../../../renderer/publish/publish-link.ts';

const cameraId = '6f1c1d2e-7c1b-4b53-9a70-0123456789ab';
const token = 'x_-9'.repeat(11).slice(0, 43);

test('a link names its camera and its token, and whether sound goes along', () => {
  expect(readPublishLink(`#${cameraId}/${token}`)).toEqual({ cameraId, token, sound: false });
  expect(readPublishLink(`#${cameraId}/${token}/sound`)).toEqual({ cameraId, token, sound: true });
});

test.each([
  '',
  '#',
  `#${cameraId}`,
  `#${cameraId}/`,
  `#${cameraId}/short`,
  `#${token}`,
  `#../x/${token}`,
  `#${cameraId}/${token}/more`,
  `#${cameraId}/${token}?x`,
])('what is no whole link is none: %s', (fragment) => {
  expect(readPublishLink(fragment)).toBeNull();
});
