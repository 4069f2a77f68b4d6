import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { CredentialCheck } from './credentials.ts';
import type { LiveSource } from './live-source.ts';
import { type PlaySession, TcpSession, UdpSession } from './play-session.ts';

const maximumRequestBytes = 64 * 1024;
const sessionSeconds = 60;

export type Profile = 'main' | 'sub';

/** What a connection needs of its camera. */
export interface ServedCamera {
  readonly name: string;
  readonly credentials: CredentialCheck | undefined;
  source(profile: Profile): LiveSource;
  /** Sessions that get frames from now on, until they are removed. */
  readonly sessions: Set<{ readonly profile: Profile; readonly session: PlaySession }>;
}

interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: ReadonlyMap<string, string>;
}

/** One client of a virtual camera: reads its requests, answers them (RFC 2326), keeps at most one session. */
export class RtspClientConnection {
  readonly #camera: ServedCamera;
  readonly #socket: Socket;
  #pending: Buffer = Buffer.alloc(0);
  #session: PlaySession | undefined;
  #sessionId = '';
  #profile: Profile = 'main';
  #expiry: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(camera: ServedCamera, socket: Socket) {
    this.#camera = camera;
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('error', () => {});
    socket.on('close', () => this.#endSession());
  }

  #onData(chunk: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    if (this.#pending.length > maximumRequestBytes) this.#socket.destroy();
    for (;;) {
      // Interleaved data of a client is RTCP: nothing to learn from it.
      if (this.#pending[0] === 0x24) {
        const bytes = this.#pending.length < 4 ? Number.POSITIVE_INFINITY : 4 + this.#pending.readUInt16BE(2);
        if (this.#pending.length < bytes) return;
        this.#pending = this.#pending.subarray(bytes);
        continue;
      }
      const end = this.#pending.indexOf('\r\n\r\n');
      if (end === -1) return;
      const request = parseRequest(this.#pending.toString('latin1', 0, end));
      this.#pending = this.#pending.subarray(end + 4);
      // In order, also where an answer has to wait for a socket.
      this.#work = this.#work
        .then(() => this.#answer(request))
        .catch(() => {
          this.#socket.destroy();
        });
    }
  }

  async #answer(request: Request): Promise<void> {
    this.#expectMore();
    const { credentials } = this.#camera;
    if (
      credentials !== undefined &&
      request.method !== 'OPTIONS' &&
      !credentials.accepts(request.headers.get('authorization'), request.method)
    ) {
      this.#reply(request, '401 Unauthorized', { 'WWW-Authenticate': credentials.challenge() });
      return;
    }
    switch (request.method) {
      case 'OPTIONS':
        this.#reply(request, '200 OK', { Public: 'OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN' });
        break;
      case 'DESCRIBE':
        this.#describe(request);
        break;
      case 'SETUP':
        await this.#setup(request);
        break;
      case 'PLAY':
        this.#play(request);
        break;
      case 'GET_PARAMETER':
        this.#reply(request, '200 OK', {});
        break;
      case 'TEARDOWN':
        this.#endSession();
        this.#reply(request, '200 OK', {});
        break;
      default:
        this.#reply(request, '501 Not Implemented', {});
    }
  }

  #describe(request: Request): void {
    const profile = profileOf(request.url);
    if (profile === undefined) {
      this.#reply(request, '404 Not Found', {});
      return;
    }
    const [sps, pps] = this.#camera.source(profile).parameterSets;
    const body = [
      'v=0',
      'o=- 0 0 IN IP4 127.0.0.1',
      `s=${this.#camera.name}`,
      'c=IN IP4 0.0.0.0',
      't=0 0',
      'a=control:*',
      'm=video 0 RTP/AVP 96',
      'a=rtpmap:96 H264/90000',
      `a=fmtp:96 packetization-mode=1;profile-level-id=${sps.toString('hex', 1, 4)};sprop-parameter-sets=${sps.toString('base64')},${pps.toString('base64')}`,
      'a=control:track1',
      '',
    ].join('\r\n');
    const base = request.url.endsWith('/') ? request.url : `${request.url}/`;
    this.#reply(request, '200 OK', { 'Content-Base': base, 'Content-Type': 'application/sdp' }, body);
  }

  async #setup(request: Request): Promise<void> {
    const profile = profileOf(request.url);
    if (profile === undefined) {
      this.#reply(request, '404 Not Found', {});
      return;
    }
    this.#endSession();
    const transport = request.headers.get('transport') ?? '';
    const ports = /client_port=(\d+)-(\d+)/.exec(transport);
    const channel = /interleaved=(\d+)/.exec(transport)?.[1];
    if (/RTP\/AVP\/TCP/i.test(transport)) {
      this.#session = new TcpSession(this.#socket, Number(channel ?? 0));
    } else if (ports !== null) {
      this.#session = await UdpSession.open(this.#socket.remoteAddress ?? '127.0.0.1', Number(ports[1]));
    } else {
      this.#reply(request, '461 Unsupported Transport', {});
      return;
    }
    this.#profile = profile;
    this.#sessionId = randomBytes(4).toString('hex');
    this.#reply(request, '200 OK', {
      Transport: this.#session.transport,
      Session: `${this.#sessionId};timeout=${sessionSeconds}`,
    });
  }

  #play(request: Request): void {
    const session = this.#session;
    if (session === undefined || request.headers.get('session')?.split(';')[0] !== this.#sessionId) {
      this.#reply(request, '454 Session Not Found', {});
      return;
    }
    this.#reply(request, '200 OK', {
      Session: this.#sessionId,
      Range: 'npt=now-',
      'RTP-Info': `url=${request.url};seq=${session.sequenceNumber};rtptime=${session.timestampBase}`,
    });
    this.#camera.sessions.add({ profile: this.#profile, session });
  }

  #reply(request: Request, status: string, headers: Readonly<Record<string, string>>, body = ''): void {
    const lines = [
      `RTSP/1.0 ${status}`,
      `CSeq: ${request.headers.get('cseq') ?? '0'}`,
      'Server: virtual camera',
    ];
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
    if (body !== '') lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
    if (this.#socket.writable) this.#socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  }

  /** Over UDP a client that says nothing for a minute is gone; over TCP the connection tells. */
  #expectMore(): void {
    clearTimeout(this.#expiry);
    if (!(this.#session instanceof UdpSession)) return;
    this.#expiry = setTimeout(() => this.#socket.destroy(), sessionSeconds * 1_000);
  }

  #endSession(): void {
    clearTimeout(this.#expiry);
    const session = this.#session;
    if (session === undefined) return;
    this.#session = undefined;
    for (const entry of this.#camera.sessions) {
      if (entry.session === session) this.#camera.sessions.delete(entry);
    }
    session.close();
  }
}

function parseRequest(text: string): Request {
  const [start = '', ...lines] = text.split('\r\n');
  const [method = '', url = ''] = start.trim().split(' ');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { method: method.toUpperCase(), url, headers };
}

function profileOf(url: string): Profile | undefined {
  const path = /^rtsp:\/\/[^/]+\/(main|sub)(?:[/?]|$)/i.exec(url)?.[1]?.toLowerCase();
  return path === 'main' || path === 'sub' ? path : undefined;
}
