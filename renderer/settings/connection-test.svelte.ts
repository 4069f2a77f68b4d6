import type { BrowserIceServer } from '../../main/contract/ice-server.ts';
import type { EngineClient } from '../link/engine-client.ts';
import type { ConnectionFacts, WindowCheck } from './connection-words.ts';

const connectMilliseconds = 10_000;
const gatherMilliseconds = 10_000;

/** Tries by which ways pictures could reach this window: on connections of its own, beside that of the wall. */
export class ConnectionTest {
  facts: ConnectionFacts = $state.raw({ fromWindow: [], fromEngine: [] });

  /** Rejects with what the engine says against it, or the signal's reason. */
  async run(client: EngineClient, signal: AbortSignal): Promise<void> {
    const engine = client.viewer
      .checkIceServers(undefined, { signal })
      .then((fromEngine) => this.#add({ fromEngine }));
    // A failure of it is that of the rest, too.
    engine.catch(() => {});
    const { reached: direct, servers } = await tryWay(client, 'direct', signal);
    this.#add({ direct });
    const hasRelay = servers.some(({ urls }) => urls.startsWith('turn'));
    const relay = hasRelay ? (await tryWay(client, 'relay', signal)).reached : null;
    this.#add({ relay });
    const fromWindow = await Promise.all(servers.map((server) => askServer(server, signal)));
    this.#add({ fromWindow });
    await engine;
  }

  #add(facts: Partial<ConnectionFacts>): void {
    this.facts = { ...this.facts, ...facts };
  }
}

function browserServer({ urls, username = '', credential = '' }: BrowserIceServer): RTCIceServer {
  return username === '' ? { urls } : { urls, username, credential };
}

/** Resolves when one of them happens; with undefined when the time is over. */
function within<Value>(
  milliseconds: number,
  signal: AbortSignal,
  begin: (done: (value: Value) => void) => void,
) {
  return new Promise<Value | undefined>((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), milliseconds);
    const end = (value: Value) => {
      clearTimeout(timer);
      resolve(value);
    };
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
    begin(end);
  });
}

/** A viewer like that of the wall, which shows nothing. */
async function tryWay(
  client: EngineClient,
  way: 'direct' | 'relay',
  outer: AbortSignal,
): Promise<{ reached: boolean; servers: readonly BrowserIceServer[] }> {
  const closing = new AbortController();
  const signal = AbortSignal.any([outer, closing.signal]);
  const connection = new RTCPeerConnection({
    bundlePolicy: 'max-bundle',
    iceTransportPolicy: way === 'relay' ? 'relay' : 'all',
  });
  let servers: readonly BrowserIceServer[] = [];
  try {
    const events = await client.viewer.open({ slots: 1, h265: 'none' }, { signal });
    const reached = await within<boolean>(connectMilliseconds, outer, (done) => {
      connection.addEventListener('connectionstatechange', () => {
        if (connection.connectionState === 'connected') done(true);
        if (connection.connectionState === 'failed') done(false);
      });
      const follow = async () => {
        for await (const event of events) {
          if (event.type === 'candidate') {
            // Found by the engine through a server.
            if (way === 'relay')
              await connection.addIceCandidate({ candidate: event.candidate, sdpMLineIndex: 0 });
          } else if (event.type === 'offer') {
            ({ iceServers: servers } = event);
            if (way === 'relay') {
              const { iceServers: _, ...rest } = connection.getConfiguration();
              connection.setConfiguration({ ...rest, iceServers: servers.map(browserServer) });
            }
            await answer(client, connection, event, way);
          }
        }
      };
      follow().catch(() => done(false));
    });
    return { reached: reached ?? false, servers };
  } finally {
    closing.abort();
    connection.close();
  }
}

async function answer(
  client: EngineClient,
  connection: RTCPeerConnection,
  { viewerId, sdp }: { viewerId: string; sdp: string },
  way: 'direct' | 'relay',
): Promise<void> {
  const waiting: RTCIceCandidate[] = [];
  let isAnswered = false;
  const send = ({ candidate, sdpMid, sdpMLineIndex }: RTCIceCandidate) => {
    client.viewer.candidate({ viewerId, candidate: { candidate, sdpMid, sdpMLineIndex } }).catch(() => {});
  };
  connection.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate === null || (way === 'direct' && candidate.type === 'relay')) return;
    if (isAnswered) send(candidate);
    else waiting.push(candidate);
  });
  await connection.setRemoteDescription({ type: 'offer', sdp });
  await connection.setLocalDescription(await connection.createAnswer());
  await client.viewer.answer({ viewerId, sdp: connection.localDescription?.sdp ?? '' });
  isAnswered = true;
  for (const candidate of waiting) send(candidate);
}

/** Asks one server alone what it is there for. */
async function askServer(server: BrowserIceServer, signal: AbortSignal): Promise<WindowCheck> {
  const isTurn = server.urls.startsWith('turn');
  const found = { url: server.urls, reflexive: null as string | null, relayed: null as string | null };
  let error: { errorCode: number | null; errorText: string } = { errorCode: null, errorText: '' };
  let connection: RTCPeerConnection | undefined;
  try {
    const asking = new RTCPeerConnection({
      iceServers: [browserServer(server)],
      iceTransportPolicy: isTurn ? 'relay' : 'all',
    });
    connection = asking;
    asking.createDataChannel('test');
    await within<void>(gatherMilliseconds, signal, (done) => {
      asking.addEventListener('icecandidate', ({ candidate }) => {
        if (candidate === null) return done();
        const { type, address, port } = candidate;
        if (type === 'srflx') found.reflexive = `${address}:${port}`;
        if (type === 'relay') found.relayed = `${address}:${port}`;
        if (type === 'relay' || (type === 'srflx' && !isTurn)) done();
      });
      asking.addEventListener('icecandidateerror', ({ errorCode, errorText }) => {
        // What a server says of itself tells more than that another way to it was closed.
        if (error.errorCode === null || errorCode < 700) error = { errorCode, errorText };
      });
      asking
        .createOffer()
        .then((offer) => asking.setLocalDescription(offer))
        .catch(() => done());
    });
  } catch (thrown) {
    signal.throwIfAborted();
    error = { errorCode: 0, errorText: thrown instanceof Error ? thrown.message : '' };
  } finally {
    connection?.close();
  }
  return { ...found, ...error };
}
