import { expect, test } from 'vitest';
import { closedConnection, refusal, unreachable } from '../../../main/rtsp/camera-errors.ts';

const yard = { name: 'Yard', host: '10.0.0.7', port: 8554 };

function socketError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function answered(status: number, reason: string) {
  return refusal(yard, 'SETUP', {
    type: 'response',
    status,
    reason,
    headers: new Map(),
    head: '',
    body: Buffer.alloc(0),
  });
}

test('each way of not being reached has its own words, with the camera, its address and what to do', () => {
  const codes = [
    'ECONNREFUSED',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'EPERM',
  ];
  const messages = codes.map((code) => unreachable(yard, socketError(code)).message);
  expect(new Set(messages).size).toBe(codes.length);
  for (const message of messages)
    expect(message).toMatch(/^Yard \(10\.0\.0\.7:8554\) .+\. (?:Check|Restart|It)/);
  expect(unreachable(yard).message).toBe(unreachable(yard, socketError('ETIMEDOUT')).message);
});

test('an IPv6 address is told from its port', () => {
  expect(closedConnection({ ...yard, host: 'fe80::1' }).message).toContain('[fe80::1]:8554');
});

test('a refusal names the request, the status and what the camera says, which is kept short', () => {
  expect(answered(500, 'Internal Error')).toMatchObject({
    code: 'camera-protocol-error',
    camera: 'Yard',
    message: expect.stringContaining('answered SETUP with 500 Internal Error'),
  });
  expect(answered(500, 'x'.repeat(5_000)).message.length).toBeLessThan(300);
  expect(answered(500, '').message).toContain('with 500.');
});
