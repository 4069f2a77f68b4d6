import { once } from 'node:events';
import net from 'node:net';
import type { VirtualCamera } from '../../main/demo/virtual-fleet.ts';

/** What came back: a status line with its headers and body. */
export interface RawAnswer {
  status: number;
  headers: Map<string, string>;
  body: string;
}

/** An RTP packet as it came off the wire. */
export interface RawPacket {
  sequenceNumber: number;
  timestamp: number;
  ssrc: number;
  marker: boolean;
  payload: Buffer;
}

/** A plain RTSP client for tests of the virtual cameras; shares nothing with the product's. */
export class RawRtspClient implements AsyncDisposable {
  readonly socket: net.Socket;
  readonly packets: RawPacket[] = [];
  readonly #url: string;
  #pending: Buffer = Buffer.alloc(0);
  #answers: ((answer: RawAnswer) => void)[] = [];
  #wakers: (() => void)[] = [];
  #sequence = 0;

  private constructor(socket: net.Socket, url: string) {
    this.socket = socket;
    this.#url = url;
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('error', () => {});
  }

  static async connect(url: string): Promise<RawRtspClient> {
    const { hostname, port } = new URL(url.replace('rtsp:', 'http:'));
    const socket = net.connect(Number(port), hostname);
    await once(socket, 'connect');
    return new RawRtspClient(socket, url);
  }

  async request(method: string, headers: Record<string, string> = {}, url = this.#url): Promise<RawAnswer> {
    const lines = [`${method} ${url} RTSP/1.0`, `CSeq: ${++this.#sequence}`];
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
    const answer = new Promise<RawAnswer>((resolve) => this.#answers.push(resolve));
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    return await answer;
  }

  /** DESCRIBE, SETUP over this connection, PLAY. */
  async play(headers: Record<string, string> = {}): Promise<void> {
    await this.request('DESCRIBE', headers);
    const transport = { ...headers, Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' };
    const setup = await this.request('SETUP', transport, `${this.#url}/track1`);
    const session = (setup.headers.get('session') ?? '').split(';')[0] ?? '';
    const play = await this.request('PLAY', { ...headers, Session: session });
    if (play.status !== 200) throw new Error(`PLAY was answered with ${play.status}`);
  }

  async untilPackets(count: number): Promise<void> {
    while (this.packets.length < count) await new Promise<void>((resolve) => this.#wakers.push(resolve));
  }

  /** Resolves when the connection has ended, however it did. */
  async untilClosed(): Promise<void> {
    if (!this.socket.closed) await new Promise<void>((resolve) => this.socket.once('close', () => resolve()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.untilClosed();
  }

  #onData(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    for (;;) {
      const bytes = this.#pending[0] === 0x24 ? this.#frame() : this.#answer();
      if (bytes === 0) return;
      this.#pending = this.#pending.subarray(bytes);
    }
  }

  #frame(): number {
    if (this.#pending.length < 4) return 0;
    const bytes = 4 + this.#pending.readUInt16BE(2);
    if (this.#pending.length < bytes) return 0;
    const data = this.#pending.subarray(4, bytes);
    if (this.#pending[1] === 0) {
      this.packets.push({
        marker: (data.readUInt8(1) & 0x80) !== 0,
        sequenceNumber: data.readUInt16BE(2),
        timestamp: data.readUInt32BE(4),
        ssrc: data.readUInt32BE(8),
        payload: Buffer.from(data.subarray(12)),
      });
      for (const wake of this.#wakers.splice(0)) wake();
    }
    return bytes;
  }

  #answer(): number {
    const end = this.#pending.indexOf('\r\n\r\n');
    if (end === -1) return 0;
    const [start = '', ...lines] = this.#pending.toString('latin1', 0, end).split('\r\n');
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const length = Number(headers.get('content-length') ?? 0);
    if (this.#pending.length < end + 4 + length) return 0;
    const body = this.#pending.toString('latin1', end + 4, end + 4 + length);
    this.#answers.shift()?.({ status: Number(start.split(' ')[1]), headers, body });
    return end + 4 + length;
  }
}

/**
 * Reboots a camera and dials it meanwhile; again where a busy machine came to it only when the camera was back.
 * @returns what the dial failed with; `connected` when it did not
 */
export async function dialDuringReboot(
  camera: VirtualCamera,
  meanwhile: () => Promise<void>,
): Promise<string> {
  for (;;) {
    let isBack = false;
    const back = camera.reboot(0.2).then(() => {
      isBack = true;
    });
    await meanwhile();
    const said = await RawRtspClient.connect(camera.subUrl).then(
      async (client) => {
        await client[Symbol.asyncDispose]();
        return 'connected';
      },
      (error: unknown) => String(error),
    );
    const wasAway = !isBack;
    await back;
    if (wasAway) return said;
  }
}
