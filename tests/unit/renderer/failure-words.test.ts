import { expect, test } from 'vitest';
import * as errors from '../../../main/rtsp/camera-errors.ts';
import { failureWords } from '../../../renderer/language/failure-words.ts';

const camera = { name: 'Tor (hinten)', host: '192.0.2.1', port: 554 };
const cause = (code: string) => Object.assign(new Error(code), { code });

test.each([
  errors.unreachable(camera),
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EPROTO'].map((code) =>
    errors.unreachable(camera, cause(code)),
  ),
  errors.closedConnection(camera),
  errors.noAnswer(camera, 'DESCRIBE', 5),
  errors.noPackets(camera, 4),
  errors.noVideo(camera),
  errors.unsupportedCodec(camera, ['VP8']),
  errors.noDatagrams(camera, 3),
])('$message is told in German', ({ message }) => {
  const german = failureWords(message, 'de');
  expect(german).not.toBe(message);
  expect(german).toContain('Tor (hinten) (192.0.2.1:554)');
  expect(failureWords(message, 'en')).toBe(message);
});

test('what nobody has translated stays as it is', () => {
  expect(failureWords('Gate failed.', 'de')).toBe('Gate failed.');
});
