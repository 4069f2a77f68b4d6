import { once } from 'node:events';
import type { Socket } from 'node:net';
import { UdpPortPair } from '../base/udp-port-pair.ts';
import { packetOf, type TraceEntry, type TracePacket } from '../trace/trace-file.ts';
import { type Exchange, type RecordedConnection, splitUrl } from './recorded-connection.ts';
import { untilMoment } from './replay-moment.ts';
import { RequestReader, type RtspRequest } from './request-reader.ts';
import { parseTransport } from './transport-offer.ts';

const interleavedHeaderBytes = 4;

export interface ReplayConnectionOptions {
  /** `host:port` of this camera. */
  readonly authority: string;
  readonly isFast: boolean;
  /** Ends the connection. */
  readonly signal: AbortSignal;
  /** What is replayed to who asks for this path first. */
  choose(path: string): RecordedConnection | undefined;
}

/** One client of a replayed camera: gets the answers and the packets of one recorded connection. */
export class ReplayConnection {
  readonly #socket: Socket;
  readonly #options: ReplayConnectionOptions;
  readonly #gone = new AbortController();
  #recorded: RecordedConnection | undefined;
  /** Index of the first exchange that was not had yet. */
  #next = 0;
  #playing: Promise<void> | undefined;
  #datagrams: { readonly ports: UdpPortPair; readonly host: string; readonly port: number } | undefined;

  constructor(socket: Socket, options: ReplayConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => this.#gone.abort());
  }

  /** Resolves when the client is gone; never rejects. */
  async serve(): Promise<void> {
    const { signal } = this.#options;
    const stop = () => this.#socket.destroy();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    const reader = new RequestReader();
    try {
      for await (const chunk of this.#socket) {
        for (const request of reader.read(chunk)) await this.#answer(request);
      }
    } catch {
      // The client is gone or speaks something else: either way there is nobody to tell.
    } finally {
      signal.removeEventListener('abort', stop);
      this.#gone.abort();
      this.#socket.destroy();
      await this.#playing;
      this.#datagrams?.ports[Symbol.dispose]();
    }
  }

  async #answer(request: RtspRequest): Promise<void> {
    const { path } = splitUrl(request.url);
    this.#recorded ??= this.#options.choose(path);
    const recorded = this.#recorded;
    const index = recorded?.find(request.method, path, this.#next) ?? -1;
    const exchange = recorded?.exchanges[index];
    if (recorded === undefined || exchange === undefined) {
      // The recording ended before anybody said goodbye.
      const status = request.method === 'TEARDOWN' ? '200 OK' : '501 Not Implemented';
      this.#socket.write(`RTSP/1.0 ${status}\r\nCSeq: ${request.headers.get('cseq') ?? '0'}\r\n\r\n`);
      return;
    }
    this.#next = Math.max(this.#next, index + 1);
    if (request.method === 'PLAY' && this.#playing === undefined) {
      this.#playing = this.#play(exchange, request);
      return;
    }
    if (request.method === 'SETUP') await this.#openDatagrams(exchange, request);
    if (exchange.response !== undefined) this.#respond(exchange, request);
    const isLast = this.#next === recorded.exchanges.length && this.#playing === undefined;
    if (isLast && recorded.isEndedByCamera) this.#socket.end();
  }

  /** The answer to PLAY and all that came behind it, and before it, in its order. */
  async #play(exchange: Exchange, request: RtspRequest): Promise<void> {
    const startedAt = performance.now();
    for (const entry of exchange.behind) {
      const moment = this.#options.isFast ? 0 : startedAt + entry.at - exchange.at;
      if (!(await untilMoment(moment, this.#gone.signal))) return;
      this.#send(entry, exchange, request);
      if (!this.#socket.writableNeedDrain) continue;
      await once(this.#socket, 'drain', { signal: this.#gone.signal }).catch(() => {});
    }
  }

  #send(entry: TraceEntry, exchange: Exchange, request: RtspRequest): void {
    switch (entry.type) {
      case 'packet':
        this.#sendPacket(entry);
        break;
      case 'response':
        if (entry === exchange.response) this.#respond(exchange, request);
        else this.#socket.write(this.#here(entry.text), 'latin1');
        break;
      case 'camera-request':
        this.#socket.write(this.#here(entry.text), 'latin1');
        break;
      case 'ended':
        if (entry.by === 'camera') this.#socket.end();
        break;
      case 'request':
        break;
      default:
        entry satisfies never;
    }
  }

  #sendPacket(entry: TracePacket): void {
    const packet = packetOf(entry);
    if (typeof entry.way === 'number') {
      const header = Buffer.alloc(interleavedHeaderBytes);
      header.writeUInt8(0x24, 0);
      header.writeUInt8(entry.way, 1);
      header.writeUInt16BE(packet.length, 2);
      this.#socket.write(Buffer.concat([header, packet]));
    } else if (this.#datagrams !== undefined) {
      const { ports, host, port } = this.#datagrams;
      if (entry.way === 'rtp') ports.rtp.send(packet, port, host);
      else ports.rtcp.send(packet, port + 1, host);
    }
  }

  #respond({ response, sequence }: Exchange, request: RtspRequest): void {
    if (response === undefined) return;
    const asked = request.headers.get('cseq') ?? '0';
    const text = response.text.replace(/^(cseq[ \t]*:[ \t]*)(\d+)/im, (all, name: string, number: string) =>
      // Cameras that count by themselves go on doing so.
      Number(number) === sequence ? `${name}${asked}` : all,
    );
    this.#socket.write(this.#here(this.#withPorts(text, request)), 'latin1');
  }

  /** Addresses of the recorded camera become those of this one. */
  #here(text: string): string {
    const [head = '', ...rest] = text.split(/(?<=\r?\n\r?\n)/);
    const body = rest.join('');
    const host = this.#recorded?.host ?? '';
    if (host === '') return text;
    const escaped = host.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const address = new RegExp(`rtsps?://${escaped}(?::\\d+)?(?![\\w.-])`, 'gi');
    const moved = (part: string) => part.replace(address, `rtsp://${this.#options.authority}`);
    const newBody = moved(body);
    const newHead = moved(head).replace(
      /^(content-length[ \t]*:[ \t]*)(\d+)/im,
      (all, name: string, length: string) =>
        Number(length) === body.length ? `${name}${newBody.length}` : all,
    );
    return `${newHead}${newBody}`;
  }

  /** Over UDP the packets go between ports of now. */
  async #openDatagrams({ response }: Exchange, request: RtspRequest): Promise<void> {
    const wanted = parseTransport(request.headers.get('transport') ?? '');
    const isUdp = /^transport[ \t]*:.*\b(?:client|server)_port=/im.test(response?.text ?? '');
    if (wanted?.kind !== 'udp' || !isUdp || this.#datagrams !== undefined) return;
    const { localAddress = '127.0.0.1', remoteAddress = '127.0.0.1' } = this.#socket;
    const ports = await UdpPortPair.open(localAddress);
    this.#datagrams = { ports, host: remoteAddress, port: wanted.port };
  }

  #withPorts(text: string, request: RtspRequest): string {
    const datagrams = this.#datagrams;
    if (request.method !== 'SETUP' || datagrams === undefined) return text;
    const { ports, port } = datagrams;
    const own = ports.rtp.address().port;
    return text
      .replace(/\bclient_port=\d+(?:-\d+)?/i, `client_port=${port}-${port + 1}`)
      .replace(/\bserver_port=\d+(?:-\d+)?/i, `server_port=${own}-${own + 1}`);
  }
}
