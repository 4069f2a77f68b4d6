import http from 'node:http';
import { RTCPeerConnection, RTCRtpCodecParameters, type RtpPacket } from 'werift';
import { closeConnection } from '../../main/viewers/peer.ts';
import { h264, offerOf, onLoopback } from './werift-client.ts';

export interface WhepAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** A request as players send it: without `Origin`, over a connection of its own. */
export async function whepRequest(
  method: string,
  url: string,
  { token, headers = {}, body }: { token?: string; headers?: http.OutgoingHttpHeaders; body?: string } = {},
): Promise<WhepAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<WhepAnswer>();
  const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  const request = http.request(
    url,
    { method, agent: false, headers: { ...bearer, ...length, ...headers } },
    (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    },
  );
  request.on('error', reject);
  request.end(body);
  return await promise;
}

/** A player of WHEP on werift. */
export class WhepPlayer implements AsyncDisposable {
  readonly packets: RtpPacket[] = [];
  readonly sound: RtpPacket[] = [];
  readonly connection: RTCPeerConnection;
  #waiting: (() => void)[] = [];

  constructor({ sound = false } = {}) {
    this.connection = new RTCPeerConnection({
      codecs: {
        video: [h264()],
        audio: [
          new RTCRtpCodecParameters({
            mimeType: 'audio/PCMU',
            clockRate: 8_000,
            channels: 1,
            payloadType: 0,
          }),
        ],
      },
      ...onLoopback(),
    });
    const tracks = { video: this.packets, audio: this.sound };
    for (const kind of sound ? (['video', 'audio'] as const) : (['video'] as const)) {
      this.connection.addTransceiver(kind, { direction: 'recvonly' }).onTrack.subscribe((track) => {
        track.onReceiveRtp.subscribe((packet) => {
          tracks[kind].push(packet);
          for (const wake of this.#waiting.splice(0)) wake();
        });
      });
    }
  }

  offer(): Promise<string> {
    return offerOf(this.connection);
  }

  /** Asks for a camera; resolves when its pictures may come. @returns the URL of the session, and its entity tag */
  async play(endpoint: string, token: string): Promise<{ url: string; etag: string }> {
    const opened = await openWhep(endpoint, token, await this.offer());
    if (opened.status !== 201) throw new Error(`refused: ${opened.status} ${opened.body}`);
    await this.connection.setRemoteDescription({ type: 'answer', sdp: opened.body });
    return {
      url: new URL(opened.headers.location ?? '', endpoint).href,
      etag: opened.headers.etag ?? '',
    };
  }

  /** Resolves when `condition` holds; it is looked at after every packet. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closeConnection(this.connection);
  }
}

export async function openWhep(endpoint: string, token: string, sdp: string): Promise<WhepAnswer> {
  return await whepRequest('POST', endpoint, {
    token,
    headers: { 'content-type': 'application/sdp' },
    body: sdp,
  });
}
