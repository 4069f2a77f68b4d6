import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { UdpPortPair } from '../base/udp-port-pair.ts';
import { framesPerSecond } from './clip.ts';
import type { CredentialCheck } from './credentials.ts';
import type { LiveSource } from './live-source.ts';
import { type PlaySession, TcpSession, UdpSession } from './play-session.ts';
import type { Quirk } from './quirks.ts';
import { RequestReader, type RtspRequest } from './request-reader.ts';
import type { SoundSource } from './sound-source.ts';
import { parseTransport, type TransportOffer } from './transport-offer.ts';

const sessionSeconds = 60;

export type Profile = 'main' | 'sub';

/** What a connection needs of its camera. */
export interface ServedCamera {
  readonly name: string;
  readonly credentials: CredentialCheck | undefined;
  source(profile: Profile): LiveSource;
  /** Sessions that get frames from now on, until they are removed. */
  readonly playing: Map<PlaySession, Profile>;
  /** Undefined: it has none. */
  readonly sound: SoundSource | undefined;
  readonly quirk: Quirk;
}

interface Session {
  readonly id: string;
  readonly profile: Profile;
  readonly sender: PlaySession;
  /** Of the sound, where the client has set that up, too. */
  sound: PlaySession | undefined;
  /** Ends a session over UDP whose client says nothing more; over TCP the connection tells. */
  readonly expiry: NodeJS.Timeout | undefined;
}

/** One client of a virtual camera: reads its requests, answers them (RFC 2326), keeps at most one session. */
export class RtspClientConnection {
  readonly #camera: ServedCamera;
  readonly #socket: Socket;
  #session: Session | undefined;

  constructor(camera: ServedCamera, socket: Socket) {
    this.#camera = camera;
    this.#socket = socket;
    socket.setNoDelay(true);
  }

  /** Resolves when the client is gone; never rejects. */
  async serve(): Promise<void> {
    const reader = new RequestReader();
    try {
      for await (const chunk of this.#socket) {
        for (const request of reader.read(chunk)) await this.#answer(request);
      }
    } catch {
      // The client is gone or speaks something else: either way there is nobody to tell.
    } finally {
      this.#endSession();
      this.#socket.destroy();
    }
  }

  async #answer(request: RtspRequest): Promise<void> {
    const { credentials } = this.#camera;
    this.#session?.expiry?.refresh();
    // OPTIONS is open to all, as on most cameras.
    if (credentials !== undefined && request.method !== 'OPTIONS') {
      const verdict = credentials.check(request.headers.get('authorization'), request.method, request.url);
      if (verdict !== 'accepted') {
        this.#reply(request, '401 Unauthorized', { 'WWW-Authenticate': credentials.challenge(verdict) });
        return;
      }
    }
    const named = request.headers.get('session')?.split(';')[0];
    if (named !== undefined && named !== this.#session?.id) {
      this.#reply(request, '454 Session Not Found');
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
        await this.#setUp(request);
        break;
      case 'PLAY':
        this.#play(request);
        break;
      case 'GET_PARAMETER':
        this.#reply(request, '200 OK');
        break;
      case 'TEARDOWN':
        this.#endSession();
        this.#reply(request, '200 OK');
        break;
      default:
        this.#reply(request, '501 Not Implemented');
    }
  }

  #describe(request: RtspRequest): void {
    const profile = profileOf(request.url);
    if (profile === undefined) {
      this.#reply(request, '404 Not Found');
      return;
    }
    const { name, parameters } = this.#camera.source(profile).format;
    const body = [
      'v=0',
      'o=- 0 0 IN IP4 0.0.0.0',
      `s=${this.#camera.name}`,
      'c=IN IP4 0.0.0.0',
      't=0 0',
      'a=control:*',
      'm=video 0 RTP/AVP 96',
      `a=rtpmap:96 ${name}/90000`,
      ...(parameters === '' ? [] : [`a=fmtp:96 ${parameters}`]),
      `a=framerate:${framesPerSecond}`,
      'a=control:track1',
      ...(this.#camera.sound?.description ?? []),
      '',
    ].join('\r\n');
    const base = request.url.endsWith('/') ? request.url : `${request.url}/`;
    this.#reply(
      request,
      '200 OK',
      { 'Content-Base': base, 'Content-Type': 'application/sdp' },
      this.#camera.quirk.description?.(body) ?? body,
    );
  }

  async #setUp(request: RtspRequest): Promise<void> {
    const profile = profileOf(request.url);
    const transport = parseTransport(request.headers.get('transport') ?? '');
    const { quirk } = this.#camera;
    if (profile === undefined || transport === undefined || transport.kind === quirk.refuses) {
      this.#reply(request, profile === undefined ? '404 Not Found' : '461 Unsupported Transport');
      return;
    }
    if (isSound(request.url)) {
      await this.#setUpSound(request, transport);
      return;
    }
    this.#endSession();
    const id = randomBytes(4).toString('hex');
    if (transport.kind === 'tcp') {
      const sender = new TcpSession(this.#socket, quirk.channel ?? transport.channel, quirk);
      this.#session = { id, profile, sender, sound: undefined, expiry: undefined };
    } else {
      const sender = await this.#openDatagrams(transport.port, () => expiry.refresh(), quirk);
      // Where no ports are free there is no session that could expire.
      const expiry = setTimeout(() => this.#socket.destroy(), sessionSeconds * 1_000);
      this.#session = { id, profile, sender, sound: undefined, expiry };
    }
    this.#replyToSetUp(request, this.#session, this.#session.sender);
  }

  /** Into the session of the picture, as most cameras do it. */
  async #setUpSound(request: RtspRequest, transport: TransportOffer): Promise<void> {
    const session = this.#session;
    const { sound } = this.#camera;
    if (sound?.fault === 'hangs-up') this.#socket.destroy();
    if (session === undefined || sound === undefined || sound.fault === 'refused') {
      this.#reply(
        request,
        session === undefined ? '455 Method Not Valid in This State' : '461 Unsupported Transport',
      );
      return;
    }
    const opened =
      transport.kind === 'tcp'
        ? new TcpSession(this.#socket, transport.channel)
        : await this.#openDatagrams(transport.port, () => session.expiry?.refresh());
    session.sound?.close();
    session.sound = opened;
    this.#replyToSetUp(request, session, opened);
  }

  async #openDatagrams(port: number, onReport: () => void, quirk?: Quirk): Promise<UdpSession> {
    const ports = await UdpPortPair.open(addressOf(this.#socket.localAddress));
    return new UdpSession(ports, addressOf(this.#socket.remoteAddress), port, onReport, quirk);
  }

  #replyToSetUp(request: RtspRequest, { id }: Session, { transport }: PlaySession): void {
    this.#reply(request, '200 OK', { Transport: transport, Session: `${id};timeout=${sessionSeconds}` });
  }

  #play(request: RtspRequest): void {
    if (this.#session === undefined) {
      this.#reply(request, '455 Method Not Valid in This State');
      return;
    }
    const { id, profile, sender, sound } = this.#session;
    const timestamp = sender.timestampOf(this.#camera.source(profile).nextTicks);
    this.#reply(request, '200 OK', {
      Session: id,
      Range: 'npt=now-',
      'RTP-Info': `url=${trackUrl(request.url)};seq=${sender.sequenceNumber};rtptime=${timestamp}`,
    });
    this.#camera.playing.set(sender, profile);
    if (sound !== undefined) this.#camera.sound?.sessions.add(sound);
  }

  #reply(
    request: RtspRequest,
    status: string,
    headers: Readonly<Record<string, string>> = {},
    body = '',
  ): void {
    const lines = [
      `RTSP/1.0 ${status}`,
      `CSeq: ${request.headers.get('cseq') ?? '0'}`,
      'Server: virtual camera',
    ];
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
    if (body !== '') lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
    const text = `${lines.join('\r\n')}\r\n\r\n${body}`;
    const { answer } = this.#camera.quirk;
    const given = answer === undefined ? text : answer(request.method, text);
    if (given !== undefined && this.#socket.writable) this.#socket.write(given);
  }

  #endSession(): void {
    if (this.#session === undefined) return;
    const { sender, sound, expiry } = this.#session;
    this.#session = undefined;
    clearTimeout(expiry);
    this.#camera.playing.delete(sender);
    sender.close();
    if (sound === undefined) return;
    this.#camera.sound?.sessions.delete(sound);
    sound.close();
  }
}

/** `rtsp://host/main`, with whatever track or query comes after. */
function profileOf(url: string): Profile | undefined {
  const path = /^rtsps?:\/\/[^/]+\/(main|sub)(?:[/?]|$)/i.exec(url)?.[1]?.toLowerCase();
  return path === 'main' || path === 'sub' ? path : undefined;
}

function isSound(url: string): boolean {
  return /\/track2(?:[/?]|$)/i.test(url);
}

/** PLAY names the presentation or the track; RTP-Info names the track. */
function trackUrl(url: string): string {
  return /\/track1$/.test(url) ? url : `${url.replace(/\/$/, '')}/track1`;
}

/** Without the prefix of IPv4 inside IPv6; undefined only on a socket that is closed. */
function addressOf(address = '127.0.0.1'): string {
  return address.replace(/^::ffff:/, '');
}
