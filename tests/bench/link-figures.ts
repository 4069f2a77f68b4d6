import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createORPCClient, ORPCError } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { WebSocket } from 'ws';
import { hashToken } from '../../main/access/principal.ts';
import { createLog } from '../../main/base/log.ts';
import { closeCodes, resumableProtocol } from '../../main/contract/resumption.ts';
import { ownerUserId } from '../../main/contract/rights.ts';
import { openStore } from '../../main/store/store.ts';
import type { ApiClient } from '../support/api-harness.ts';
import { EngineProcess } from './engine-child.ts';
import type { Usage } from './engine-process.ts';
import { measurePaced, PacedCameras, type PacedFigures } from './paced.ts';
import { type Summary, summarize } from './statistics.ts';

const idleSockets = 2_000;
const idleSeconds = 20;
/** The first beats, confirmations and notes of sessions belong to opening. */
const settleMilliseconds = 6_000;
const warmUpSockets = 500;
const openedAtOnce = 50;
const joins = 500;
const joinMilliseconds = 1_000;
const signIns = 50;
const viewersOfOne = 200;
/** Fewer than join: the rest is refused. */
const fewSeats = 100;

/** What it costs to hold pages, and how long they wait when many come at once. */
export interface LinkFigures {
  readonly idle: {
    readonly sockets: number;
    /** Of the engine, while nobody does anything. */
    readonly corePercent: number;
    /** Of its resident memory. */
    readonly kilobytesEach: number;
  };
  /** Milliseconds from opening a socket to the offer of its viewer. */
  readonly joins: Summary;
  /** The same where there is no room for most: to the offer, or to the refusal with its time to try again. */
  readonly crowded: { readonly served: Summary; readonly refused: Summary };
  /** Milliseconds of sign-ins with a password, one at a time. Missing in runs of before it was measured. */
  readonly signIns?: Summary;
  /** Many windows that show the sub-stream of one camera. Missing in runs of before it was measured. */
  readonly oneCamera?: PacedFigures;
}

export async function measureLink(progress: (text: string) => void): Promise<LinkFigures> {
  progress(`${idleSockets} idle sockets`);
  const idle = await measureIdle();
  progress(`${joins} joins within a second`);
  const { served } = await measureJoins(512);
  progress(`${joins} joins where there is room for ${fewSeats}`);
  const crowded = await measureJoins(fewSeats);
  progress(`${signIns} sign-ins`);
  const signedIn = await measureSignIns();
  progress(`one camera × ${viewersOfOne} viewers`);
  await using camera = await PacedCameras.start(1);
  const oneCamera = await measurePaced('gatehouse', viewersOfOne, camera);
  if (served.length !== joins) throw new Error(`only ${served.length} of ${joins} joins were served`);
  return {
    idle,
    joins: summarize(served),
    crowded: { served: summarize(crowded.served), refused: summarize(crowded.refused) },
    signIns: signedIn,
    oneCamera,
  };
}

/** With the same browser each time, as a person's is: strangers are slowed down. */
async function measureSignIns(): Promise<Summary> {
  await using owned = new AsyncDisposableStack();
  const { openSocket, origin } = await startSite(owned, 1, 1);
  const client: ApiClient = createORPCClient(
    new RPCLink({ websocket: (await openSocket(0)) as unknown as globalThis.WebSocket }),
  );
  const password = 'four words of a bench';
  await client.account.changePassword({ newPassword: password });
  const body = JSON.stringify({ name: 'owner', password });
  const took: number[] = [];
  let cookie = '';
  for (let count = 0; count < signIns; count++) {
    const startedAt = performance.now();
    const headers = { 'content-type': 'application/json', origin, cookie };
    const answer = await fetch(`${origin}/session`, { method: 'POST', headers, body });
    took.push(performance.now() - startedAt);
    if (answer.status !== 204) throw new Error(`a sign-in was answered with ${answer.status}`);
    const given = answer.headers.getSetCookie().map((each) => each.split(';')[0]);
    if (cookie === '') cookie = given.join('; ');
  }
  return summarize(took);
}

async function measureIdle(): Promise<LinkFigures['idle']> {
  await using owned = new AsyncDisposableStack();
  const { engine, openSocket } = await startSite(owned, idleSockets, 1);
  const openAll = async (count: number) => {
    const sockets: WebSocket[] = [];
    for (let first = 0; first < count; first += openedAtOnce) {
      const opened = Array.from({ length: openedAtOnce }, (_, index) => openIdle(first + index, openSocket));
      sockets.push(...(await Promise.all(opened)));
    }
    return sockets;
  };
  // What the first ones cost is code, and room for garbage.
  for (const socket of await openAll(warmUpSockets)) socket.close(closeCodes.goodbye);
  await engine.ask({ type: 'stock' });
  const before = await engine.ask<Usage>({ type: 'usage' });
  await openAll(idleSockets);
  await delay(settleMilliseconds);
  await engine.ask({ type: 'stock' });
  const opened = await engine.ask<Usage>({ type: 'usage' });
  await delay(idleSeconds * 1_000);
  const after = await engine.ask<Usage>({ type: 'usage' });
  return {
    sockets: idleSockets,
    corePercent: (after.cpuMicroseconds - opened.cpuMicroseconds) / (idleSeconds * 10_000),
    kilobytesEach: (opened.rssBytes - before.rssBytes) / 1_000 / idleSockets,
  };
}

async function openIdle(
  person: number,
  openSocket: (person: number, protocol: string) => Promise<WebSocket>,
): Promise<WebSocket> {
  const socket = await openSocket(person, resumableProtocol);
  socket.on('message', (data) => {
    const [kind] = JSON.parse(String(data));
    if (kind === 'beat') socket.send('["received",0]');
  });
  socket.send('["open"]');
  return socket;
}

async function measureJoins(windows: number): Promise<{ served: number[]; refused: number[] }> {
  await using owned = new AsyncDisposableStack();
  const { openSocket } = await startSite(owned, joins, windows);
  const served: number[] = [];
  const refused: number[] = [];
  await Promise.all(
    Array.from({ length: joins }, async (_, index) => {
      await delay((index * joinMilliseconds) / joins);
      const startedAt = performance.now();
      const socket = await openSocket(index);
      const client: ApiClient = createORPCClient(
        new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }),
      );
      try {
        const events = await client.viewer.open({ slots: 9 });
        await events.next();
        served.push(performance.now() - startedAt);
      } catch (error) {
        if (!(error instanceof ORPCError) || !(error.data?.retryAfterSeconds > 0)) throw error;
        refused.push(performance.now() - startedAt);
      }
    }),
  );
  return { served, refused };
}

/** An engine in its own process with as many people signed in, each in a browser of their own. */
async function startSite(owned: AsyncDisposableStack, people: number, windows: number) {
  const dataFolder = await mkdtemp(path.join(os.tmpdir(), 'gatehouse-bench-'));
  owned.defer(() => rm(dataFolder, { recursive: true, force: true }));
  const tokens = Array.from({ length: people }, () => randomBytes(32).toString('base64url'));
  {
    using store = openStore({ folder: dataFolder, log: createLog('silent') });
    store.settings.saveViewerLimits({
      ...{ windows, windowsOfUser: null, megabits: null, megabitsOfUser: null },
    });
    const now = Date.now();
    const origin = { address: '127.0.0.1', browser: 'bench' };
    store.database.transaction(() => {
      for (const token of tokens) {
        store.sessions.insert(hashToken(token), {
          ...{ id: randomUUID(), userId: ownerUserId, createdAt: now, usedAt: now },
          ...{ expiresAt: now + 3_600_000, ...origin },
        });
      }
    })();
  }
  const rendererFolder = path.resolve(import.meta.dirname, '../../dist/renderer');
  const engine = await EngineProcess.start({ dataFolder, rendererFolder, cameras: [], notes: false });
  owned.defer(() => engine.stop());
  const { port } = await engine.ask<{ port: number }>({ type: 'token' });
  const origin = `http://127.0.0.1:${port}`;
  const openSocket = async (person: number, protocols: string | string[] = []): Promise<WebSocket> => {
    const headers = { cookie: `gatehouse-${port}=${tokens[person]}` };
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api`, protocols, { headers, origin });
    owned.defer(() => socket.terminate());
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return socket;
  };
  return { engine, openSocket, origin };
}
