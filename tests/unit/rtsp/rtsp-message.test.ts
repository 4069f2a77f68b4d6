import { expect, test } from 'vitest';
import {
  formatRequest,
  formatResponse,
  header,
  parseHeaders,
  parseStartLine,
} from '../../../main/rtsp/rtsp-message.ts';

test('a request begins with its line and CSeq, spelt so', () => {
  const request = formatRequest('PLAY', 'rtsp://camera/', 4, { Session: '1', Range: 'npt=0.000-' });
  expect(request.toString()).toBe(
    'PLAY rtsp://camera/ RTSP/1.0\r\nCSeq: 4\r\nSession: 1\r\nRange: npt=0.000-\r\n\r\n',
  );
});

test('line ends in what a camera named never begin a header of their own', () => {
  const request = formatRequest('PLAY', 'rtsp://camera/', 4, { Session: '1\r\nX-Evil: 2\n\n\u0000' });
  expect(request.toString().split('\r\n')).toHaveLength(5);
  expect(formatResponse('200 OK', '1\r\nX-Evil: 2').toString().split('\r\n')).toHaveLength(4);
});

test('bytes beyond ASCII go back as they came', () => {
  expect(formatRequest('PLAY', '*', 1, { Session: '\u00e9' }).includes(0xe9)).toBe(true);
});

test('first lines of answers and requests are read', () => {
  expect(parseStartLine('RTSP/1.0 200 OK')).toEqual({ type: 'response', status: 200, reason: 'OK' });
  expect(parseStartLine('RTSP/1.0 404')).toEqual({ type: 'response', status: 404, reason: '' });
  expect(parseStartLine('RTSP/1.0  401  Not you \u0007')).toMatchObject({ status: 401, reason: 'Not you' });
  expect(parseStartLine('OPTIONS * RTSP/1.0')).toEqual({ type: 'request', method: 'OPTIONS' });
  for (const line of ['', 'RTSP/1.0', 'RTSP/1.0 20', 'RTSP/1.0 2000', 'OPTIONS *', 'HTTP/1.1 200 OK']) {
    expect(parseStartLine(line)).toBeUndefined();
  }
});

test('header lines of one name are kept apart, folded ones are joined', () => {
  const headers = parseHeaders(['A: 1', ' 2', 'a : 3', 'nonsense', ': 4', '  5', 'B:']);
  expect([...headers]).toEqual([
    ['a', ['1 2', '3']],
    ['b', ['']],
  ]);
  expect(header(headers, 'a')).toBe('1 2');
  expect(header(headers, 'c')).toBeUndefined();
});
