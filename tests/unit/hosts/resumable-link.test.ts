import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Caller } from '../../../main/access/callers.ts';
import { resumeMilliseconds } from '../../../main/contract/resumption.ts';
import { ResumableLink } from '../../../main/hosts/resumable-link.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class Socket {
  readonly readyState = WebSocket.OPEN;
  readonly sent: string[] = [];
  closed = false;
  send(message: string): void {
    this.sent.push(message);
  }
  terminate(): void {
    this.closed = true;
  }
  close(): void {
    this.closed = true;
  }
}

function scene() {
  const heard: unknown[] = [];
  let ended = 0;
  const link = new ResumableLink({} as Caller, {
    message: (message) => heard.push(message),
    ended: () => ended++,
  });
  const socket = () => new Socket() as Socket & WebSocket;
  return { link, heard, socket, ended: () => ended };
}

test('a page that comes back in time gets what it missed, in order, and nothing twice', () => {
  const { link, socket } = scene();
  const [first, second] = [socket(), socket()];
  link.open(first);
  link.send('{"a":1}');
  link.send('{"a":2}');
  link.lose(first, 1006);
  link.send('{"a":3}');
  vi.advanceTimersByTime(resumeMilliseconds - 1);
  link.resume(second, 1);
  expect(second.sent).toEqual(['["resumed",0]', '{"a":2}', '{"a":3}']);
});

test('a page that does not come back is given up', () => {
  const { link, socket, ended } = scene();
  const first = socket();
  link.open(first);
  link.lose(first, 1006);
  vi.advanceTimersByTime(resumeMilliseconds);
  expect(ended()).toBe(1);
});

test('a page that says goodbye is not waited for', () => {
  const { link, socket, ended } = scene();
  const first = socket();
  link.open(first);
  link.lose(first, 1001);
  expect(ended()).toBe(1);
});

test('a socket that is not known to be lost yet brings nothing more once there is another one', () => {
  const { link, heard, socket } = scene();
  const [first, second] = [socket(), socket()];
  link.open(first);
  link.receive(first, '{"a":1}');
  link.resume(second, 0);
  link.receive(first, '{"a":2}');
  link.receive(second, '{"a":2}');
  expect(second.sent).toEqual(['["resumed",1]']);
  expect(heard).toEqual(['{"a":1}', '{"a":2}']);
  expect(first.closed).toBe(true);
});

test('a page that has more than it was sent is ended', () => {
  const { link, socket, ended } = scene();
  const first = socket();
  link.open(first);
  link.send('{}');
  link.receive(first, '["received",2]');
  expect(ended()).toBe(1);
  expect(first.closed).toBe(true);
});

test('a page that confirms nothing is ended before more is kept than allowed', () => {
  const { link, socket, ended } = scene();
  link.open(socket());
  const message = 'x'.repeat(1024 * 1024);
  for (let count = 0; count < 9; count++) link.send(message);
  expect(ended()).toBe(0);
  link.send(message);
  expect(ended()).toBe(1);
});
