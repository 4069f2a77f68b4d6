import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  isProcessAlive,
  keepForOwner,
  moveFile,
  moveFileSync,
  surviveDatagramErrors,
} from '../../../main/base/operating-system.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-system-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const file = (name: string) => path.join(folder, name);
const modeOf = async (name: string) => (await stat(name)).mode & 0o777;

test.skipIf(process.platform === 'win32')(
  'others lose their rights to a file and a folder, the owner keeps what there was',
  async () => {
    await writeFile(file('key'), '');
    await chmod(file('key'), 0o644);
    keepForOwner(file('key'));
    expect(await modeOf(file('key'))).toBe(0o600);
    await chmod(file('key'), 0o400);
    keepForOwner(file('key'));
    expect(await modeOf(file('key'))).toBe(0o400);
    await chmod(folder, 0o755);
    keepForOwner(folder);
    expect(await modeOf(folder)).toBe(0o700);
  },
);

test.each([
  ['moveFile', moveFile],
  ['moveFileSync', async (from: string, to: string) => moveFileSync(from, to)],
])('%s takes the place of a file; what is not there is an error at once', async (_name, move) => {
  await writeFile(file('new'), 'new');
  await writeFile(file('old'), 'old');
  await move(file('new'), file('old'));
  expect(await readFile(file('old'), 'utf8')).toBe('new');
  await expect(move(file('new'), file('old'))).rejects.toThrow('ENOENT');
});

test('a process is alive until it has ended', async () => {
  expect(isProcessAlive(process.pid)).toBe(true);
  const child = spawn(process.execPath, ['--eval', ''], { stdio: 'ignore' });
  await once(child, 'exit');
  expect(isProcessAlive(child.pid ?? 0)).toBe(false);
});

test('a UDP socket goes on after an error about one datagram', async () => {
  const socket = dgram.createSocket('udp4');
  surviveDatagramErrors(socket);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.emit('error', Object.assign(new Error('recvmsg EHOSTUNREACH'), { code: 'EHOSTUNREACH' }));
  const heard = once(socket, 'message') as Promise<[Buffer]>;
  socket.send('still here', socket.address().port, '127.0.0.1');
  expect((await heard)[0].toString()).toBe('still here');
  socket.close();
});
