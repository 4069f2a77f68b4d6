import type net from 'node:net';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { type CameraAddress, closedConnection, noAnswer, protocolError } from './camera-errors.ts';
import { type CameraSocket, connectCamera } from './camera-socket.ts';
import { FramingError, RtspFramer, type RtspItem } from './rtsp-framer.ts';
import {
  formatRequest,
  formatResponse,
  header,
  type RtspRequest,
  type RtspResponse,
} from './rtsp-message.ts';
import type { ConnectionWitness, RtspWitness } from './rtsp-witness.ts';

const answerMilliseconds = 8_000;
const maximumOutstanding = 16;
/** A camera that does not read gets no more than this: requests are small and few. */
const maximumUnsentBytes = 64 * 1024;
/** What cameras ask of a client to see whether it lives, or tell it. */
const acknowledgedMethods: ReadonlySet<string> = new Set([
  'OPTIONS',
  'GET_PARAMETER',
  'SET_PARAMETER',
  'ANNOUNCE',
]);

/** A request whose answer has not come yet. */
interface Outstanding {
  readonly sequence: number;
  resolve(response: RtspResponse): void;
  reject(error: GatehouseError): void;
}

/**
 * One TCP connection to a camera: sends requests, gives each its answer, hands frames on. What the answers mean is the
 * session's work. Every request finishes: with its answer, after 8 s, or when the connection ends.
 */
export class RtspConnection {
  readonly address: CameraAddress;
  /** Over TLS with methods that are not secure any more. */
  readonly isOldEncryption: boolean;
  readonly #socket: net.Socket;
  readonly #listeners = new Map<number, (data: Buffer) => void>();
  readonly #framer = new RtspFramer((channel) => this.#listeners.has(channel));
  readonly #witness: ConnectionWitness | undefined;
  readonly #closed = Promise.withResolvers<GatehouseError>();
  #outstanding: Outstanding[] = [];
  #sequence = 0;
  #end: GatehouseError | undefined;

  private constructor(
    address: CameraAddress,
    { socket, isOldEncryption }: CameraSocket,
    witness: RtspWitness | undefined,
  ) {
    this.address = address;
    this.#witness = witness?.connected();
    this.isOldEncryption = isOldEncryption;
    this.#socket = socket;
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('error', (error) => this.#close(closedConnection(address, error)));
    socket.on('close', () => this.#close(closedConnection(address)));
  }

  /**
   * Connects within 5 s.
   * @param security for TLS: the certificate that is trusted; null: without TLS
   * @throws GatehouseError as `connectCamera`; the signal's reason when it is aborted
   */
  static async open(
    address: CameraAddress,
    signal: AbortSignal,
    security: { readonly trusted: string | null } | null = null,
    witness?: RtspWitness,
  ): Promise<RtspConnection> {
    return new RtspConnection(address, await connectCamera(address, security, signal), witness);
  }

  /** Who listens along, to be told of datagrams, too. */
  get witness(): ConnectionWitness | undefined {
    return this.#witness;
  }

  /** Both ends as IP addresses: where packets besides this connection may come from, and to. */
  get endpoints(): { readonly local: string; readonly remote: string } {
    const { localAddress = '', remoteAddress = '' } = this.#socket;
    return { local: localAddress, remote: remoteAddress };
  }

  /** Resolves with the reason when the connection has ended, whoever ended it. */
  get closed(): Promise<GatehouseError> {
    return this.#closed.promise;
  }

  /**
   * Sends a request and resolves with its answer, whatever its status.
   * @throws GatehouseError camera-silent (no answer in 8 s), camera-closed-connection, camera-protocol-error
   */
  async request(
    method: string,
    uri: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<RtspResponse> {
    if (this.#end !== undefined) throw this.#end;
    if (this.#outstanding.length === maximumOutstanding) {
      throw noAnswer(this.address, method, answerMilliseconds / 1_000);
    }
    const { promise, resolve, reject } = Promise.withResolvers<RtspResponse>();
    const request: Outstanding = { sequence: ++this.#sequence, resolve, reject };
    this.#outstanding.push(request);
    const timer = setTimeout(() => {
      this.#outstanding = this.#outstanding.filter((other) => other !== request);
      reject(noAnswer(this.address, method, answerMilliseconds / 1_000));
    }, answerMilliseconds);
    const message = formatRequest(method, uri, request.sequence, headers);
    this.#witness?.asked(request.sequence, message);
    this.#send(message);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Hands on what comes on a channel of interleaved frames; the data stays valid, nobody writes to it again. Null: it is
   * passed over, as on every channel that nobody listens to.
   */
  listen(channel: number, listener: ((data: Buffer) => void) | null): void {
    if (listener === null) this.#listeners.delete(channel);
    else this.#listeners.set(channel, listener);
  }

  /** Ends the connection at once; what is outstanding is rejected with the reason. */
  destroy(reason: GatehouseError = closedConnection(this.address)): void {
    this.#close(reason, 'us');
    this.#socket.destroy();
  }

  #send(bytes: Buffer): void {
    this.#socket.write(bytes);
    if (this.#socket.writableLength > maximumUnsentBytes) {
      this.destroy(protocolError(this.address, 'does not read what it is sent', 'Restart the camera.'));
    }
  }

  #onData(chunk: Buffer): void {
    try {
      for (const item of this.#framer.push(chunk)) {
        // A listener may have ended the connection; what came in the same chunk is not for it any more.
        if (this.#end === undefined) this.#onItem(item);
      }
    } catch (error) {
      // Nothing that one camera sends may end the process, which has other cameras.
      this.destroy(
        error instanceof FramingError
          ? protocolError(this.address, `cannot be understood: ${error.message}`, undefined, error)
          : GatehouseError.from(error),
      );
    }
  }

  #onItem(item: RtspItem): void {
    switch (item.type) {
      case 'frame':
        this.#witness?.frame(item);
        this.#listeners.get(item.channel)?.(item.data);
        break;
      case 'response':
        this.#onResponse(item);
        break;
      case 'request':
        this.#witness?.requested(item);
        this.#onRequest(item);
        break;
      default:
        item satisfies never;
    }
  }

  #onResponse(response: RtspResponse): void {
    // "100 Continue" and its likes announce the answer.
    if (response.status < 200) return;
    const sequence = Number(header(response.headers, 'cseq') ?? Number.NaN);
    const index = this.#outstanding.findIndex((request) => request.sequence === sequence);
    // Some servers leave CSeq out or count by themselves: their answers come in the order of the requests.
    const [request] = this.#outstanding.splice(Math.max(index, 0), 1);
    this.#witness?.answered(response, request?.sequence);
    request?.resolve(response);
  }

  #onRequest({ method, headers }: RtspRequest): void {
    const status = acknowledgedMethods.has(method) ? '200 OK' : '501 Not Implemented';
    this.#send(formatResponse(status, header(headers, 'cseq') ?? '0'));
  }

  /** The first reason counts. Whoever waits is told, so that nothing hangs. */
  #close(reason: GatehouseError, by: 'camera' | 'us' = 'camera'): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.#witness?.ended(by);
    for (const request of this.#outstanding.splice(0)) request.reject(reason);
    this.#closed.resolve(reason);
  }
}
