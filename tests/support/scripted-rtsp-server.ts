import { EventEmitter, once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';

export interface ScriptedRequest {
  readonly method: string;
  readonly url: string;
  /** By their names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** How its CSeq header was spelt and what it says, for the answer. */
  readonly sequence: string;
}

/** Answers one request: with bytes, or in its own way by writing to the socket. */
export type Answer = (request: ScriptedRequest, socket: net.Socket) => string | Buffer | undefined;

export const h264Description = [
  'v=0',
  'm=video 0 RTP/AVP 96',
  'a=rtpmap:96 H264/90000',
  'a=control:track1',
  '',
].join('\r\n');

/** An answer with the request's CSeq. */
export function reply(
  request: ScriptedRequest,
  status = '200 OK',
  headers: Readonly<Record<string, string | readonly string[]>> = {},
  body = '',
): string {
  const lines = [`RTSP/1.0 ${status}`, `CSeq: ${request.sequence}`];
  for (const [name, values] of Object.entries(headers)) {
    for (const value of [values].flat()) lines.push(`${name}: ${value}`);
  }
  if (body !== '') lines.push('Content-Type: application/sdp', `Content-Length: ${Buffer.byteLength(body)}`);
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** An RTP packet with the payload "x". */
export function rtpPacket(
  payloadType = 96,
  sequenceNumber = 0,
  payload = Buffer.from('x'),
  ssrc = 0x78787878,
): Buffer {
  const header = Buffer.alloc(12, 'x');
  header.writeUInt8(0x80, 0);
  header.writeUInt8(payloadType, 1);
  header.writeUInt16BE(sequenceNumber, 2);
  header.writeUInt32BE(ssrc, 8);
  return Buffer.concat([header, payload]);
}

/** The same, interleaved. */
export function rtpFrame(channel = 0, payloadType = 96, sequenceNumber = 0, ssrc = 0x78787878): Buffer {
  return interleaved(channel, rtpPacket(payloadType, sequenceNumber, Buffer.from('x'), ssrc));
}

export function interleaved(channel: number, data: Buffer): Buffer {
  const header = Buffer.from([0x24, channel, 0, 0]);
  header.writeUInt16BE(data.length, 2);
  return Buffer.concat([header, data]);
}

/** What a camera without faults answers. */
const flawless: Readonly<Record<string, Answer>> = {
  OPTIONS: (request) => reply(request, '200 OK', { Public: 'OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN' }),
  DESCRIBE: (request) => reply(request, '200 OK', { 'Content-Base': `${request.url}/` }, h264Description),
  SETUP: (request) =>
    reply(request, '200 OK', {
      Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1',
      Session: '4711;timeout=60',
    }),
  PLAY: (request) => Buffer.concat([Buffer.from(reply(request)), rtpFrame()]),
};

/** A camera that does what a test tells it: an answer for each method, those of a flawless camera for the others. */
export class ScriptedRtspServer implements AsyncDisposable {
  readonly requests: ScriptedRequest[] = [];
  readonly #answers: Readonly<Record<string, Answer>>;
  readonly #server: net.Server;
  readonly #scheme: 'rtsp' | 'rtsps';
  readonly #sockets = new Set<net.Socket>();
  readonly #changes = new EventEmitter();

  private constructor(answers: Readonly<Record<string, Answer>>, security: tls.TlsOptions | undefined) {
    this.#answers = { ...flawless, ...answers };
    this.#scheme = security === undefined ? 'rtsp' : 'rtsps';
    const serve = (socket: net.Socket) => this.#serve(socket);
    this.#server = security === undefined ? net.createServer(serve) : tls.createServer(security, serve);
  }

  /** @param host also names the server in its address  @param security over TLS */
  static async start(
    answers: Readonly<Record<string, Answer>> = {},
    host = '127.0.0.1',
    security?: tls.TlsOptions,
  ): Promise<ScriptedRtspServer> {
    const server = new ScriptedRtspServer(answers, security);
    server.#server.listen(0, host);
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}/live`;
  }

  get methods(): string[] {
    return this.requests.map(({ method }) => method);
  }

  /** The last request of this method. */
  last(method: string): ScriptedRequest {
    const request = this.requests.findLast((candidate) => candidate.method === method);
    if (request === undefined) throw new Error(`${method} was never asked`);
    return request;
  }

  /** Resolves once so many requests of this method came. */
  async untilAsked(method: string, times = 1): Promise<void> {
    while (this.methods.filter((asked) => asked === method).length < times)
      await once(this.#changes, 'change');
  }

  /** Resolves once nobody is connected. */
  async untilAlone(): Promise<void> {
    while (this.#sockets.size > 0) await once(this.#changes, 'change');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#changes.emit('change');
    });
    let pending = '';
    socket.on('data', (chunk) => {
      pending += chunk.toString('latin1');
      for (let end = pending.indexOf('\r\n\r\n'); end !== -1; end = pending.indexOf('\r\n\r\n')) {
        const request = parseRequest(pending.slice(0, end));
        pending = pending.slice(end + 4);
        this.requests.push(request);
        const answer = this.#answers[request.method] ?? ((unknown) => reply(unknown));
        const bytes = answer(request, socket);
        if (bytes !== undefined && socket.writable) socket.write(bytes);
        this.#changes.emit('change');
      }
    });
  }
}

function parseRequest(text: string): ScriptedRequest {
  const [first = '', ...lines] = text.split('\r\n');
  const [method = '', url = ''] = first.split(' ');
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { method, url, headers, sequence: headers.get('cseq') ?? '0' };
}
