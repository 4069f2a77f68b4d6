import dgram from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { classes, Message, parseMessage } from 'werift';
import { createLog } from '../../main/base/log.ts';
import { ViewerService } from '../../main/viewers/viewer-service.ts';
import { viewerSettings } from '../support/viewer-settings.ts';
import { WeriftWindow } from '../support/werift-window.ts';

let owned: AsyncDisposableStack;

beforeEach(() => {
  owned = new AsyncDisposableStack();
});
afterEach(async () => {
  await owned.disposeAsync();
});

/** A STUN server that sees everybody at the same address. */
async function startStunServer() {
  const socket = dgram.createSocket('udp4');
  socket.bind({ port: 0, address: '127.0.0.1' });
  await once(socket, 'listening');
  owned.defer(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  const seen = { url: `stun:127.0.0.1:${socket.address().port}`, asked: 0 };
  socket.on('message', (datagram, { address, port }) => {
    const question = parseMessage(datagram);
    if (question === undefined) return;
    seen.asked++;
    const answer = new Message(question.messageMethod, classes.RESPONSE, question.transactionId);
    socket.send(answer.setAttribute('XOR-MAPPED-ADDRESS', ['203.0.113.9', 4_000]).bytes, port, address);
  });
  return seen;
}

async function openWindow(url: string): Promise<{ service: ViewerService; window: WeriftWindow }> {
  const servers = [{ url, login: 'none', username: '', secret: null }] as const;
  const service = owned.use(
    new ViewerService({
      log: createLog('silent'),
      settings: viewerSettings({ interfaces: [], ports: null }),
      iceServers: { servers, save: () => {} },
    }),
  );
  return { service, window: owned.use(new WeriftWindow(await service.open(1))) };
}

test('a window that is reached at once costs the servers nothing, and hears of them', async () => {
  const server = await startStunServer();
  const { service, window } = await openWindow(server.url);
  const { iceServers } = await window.negotiate();
  expect(iceServers).toEqual([{ urls: server.url }]);
  expect(server.asked).toBe(0);
  expect(await service.checkIceServers()).toEqual([
    { url: server.url, problem: null, detail: '', reflexive: '203.0.113.9:4000', relayed: null },
  ]);
});

test('for a window that has no way the engine asks the servers, and tells the window of what it found', async () => {
  const server = await startStunServer();
  const { window } = await openWindow(server.url);
  // Under another password no check of the engine is answered.
  window.changeAnswer = (sdp) => sdp.replaceAll(/a=ice-pwd:\S+/g, 'a=ice-pwd:anotherPasswordThanIts');
  void window.negotiate();
  await expect.poll(() => window.offer).not.toBe('');
  const event = await window.nextEvent();
  expect(event).toEqual({
    type: 'candidate',
    candidate: expect.stringMatching(
      /^candidate:\w+ 1 udp \d+ 203\.0\.113\.9 4000 typ srflx raddr 127\.0\.0\.1 rport \d+/,
    ),
  });
});
