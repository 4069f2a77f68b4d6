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

test('a sentence in Arabic that begins with a name runs from right to left all the same', () => {
  expect(failureWords(errors.noVideo(camera).message, 'ar')).toMatch(/^\u200F\u2068Tor \(hinten\)/);
  const reads = failureWords('Tor (192.0.2.1:554) does not read what it is sent. Restart the camera.', 'ar');
  expect(reads).toMatch(/^\u200F\u2068Tor .* أعد تشغيل الكاميرا\.$/);
});

test('what failed and what to do about it are told one after the other, with the words of a reason', () => {
  expect(
    failureWords(
      'Tor (192.0.2.1:554) cannot be understood: it sends something else than RTSP. Check that the address is that of an RTSP stream.',
      'de',
    ),
  ).toBe(
    'Tor (192.0.2.1:554) ist nicht zu verstehen: sie sendet etwas anderes als RTSP. Prüfen Sie, ob die Adresse die eines RTSP-Streams ist.',
  );
  expect(failureWords('Tor (192.0.2.1:554) does not support snapshots over ONVIF.', 'de')).toBe(
    'Tor (192.0.2.1:554) unterstützt Einzelbilder nicht über ONVIF.',
  );
});
