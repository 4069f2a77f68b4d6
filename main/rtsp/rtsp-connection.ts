import { once } from 'node:events';
import net from 'node:net';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { FramingError, RtspFramer, type RtspHeaders, type RtspItem } from './rtsp-message.ts';

const connectMilliseconds = 5_000;
const responseMilliseconds = 8_000;
const maximumWaiting = 16;

export type RtspResponse = Extract<RtspItem, { type: 'response' }>;

interface Waiting {
  readonly sequence: number;
  resolve(response: RtspResponse): void;
  reject(error: GatehouseError): void;
}

/** Sockets only: sends requests, gives each its answer, hands frames on. What the answers mean is the session's work. */
export class RtspConnection {
  readonly #camera: string;
  readonly #socket: net.Socket;
  readonly #framer = new RtspFramer();
  readonly #closed = Promise.withResolvers<GatehouseError>();
  #waiting: Waiting[] = [];
  #sequence = 0;
  #isClosed = false;
  /** Called for every interleaved frame; the data stays valid. */
  onFrame: (channel: number, data: Buffer) => void = () => {};

  private constructor(camera: string, socket: net.Socket) {
    this.#camera = camera;
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 10_000);
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('error', (error) => this.#close(connectionLost(camera, error)));
    socket.on('close', () => this.#close(connectionLost(camera)));
  }

  /**
   * @param camera the camera's name, for errors
   * @throws GatehouseError camera-unreachable
   */
  static async open(
    camera: string,
    host: string,
    port: number,
    signal: AbortSignal,
  ): Promise<RtspConnection> {
    const socket = net.connect({ host, port });
    const timeout = AbortSignal.timeout(connectMilliseconds);
    try {
      await once(socket, 'connect', { signal: AbortSignal.any([signal, timeout]) });
    } catch (error) {
      socket.destroy();
      socket.on('error', () => {});
      throw unreachable(camera, host, port, timeout.aborted ? 'ETIMEDOUT' : error);
    }
    return new RtspConnection(camera, socket);
  }

  /** Resolves with the reason when the connection has ended, whoever ended it. */
  get closed(): Promise<GatehouseError> {
    return this.#closed.promise;
  }

  /**
   * Sends a request and resolves with its answer. Headers must not hold line ends.
   * @throws GatehouseError camera-protocol-error (no answer in 8 s), camera-closed-connection
   */
  async request(
    method: string,
    uri: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<RtspResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<RtspResponse>();
    if (this.#waiting.length >= maximumWaiting) {
      throw protocolError(this.#camera, `did not answer ${maximumWaiting} requests`);
    }
    const sequence = this.#send(method, uri, headers);
    const waiting: Waiting = { sequence, resolve, reject };
    this.#waiting.push(waiting);
    const timer = setTimeout(() => {
      this.#waiting = this.#waiting.filter((entry) => entry !== waiting);
      reject(protocolError(this.#camera, `did not answer ${method} in time`));
    }, responseMilliseconds);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a request whose answer nobody waits for: keep-alives. */
  notify(method: string, uri: string, headers: Readonly<Record<string, string>>): void {
    this.#send(method, uri, headers);
  }

  destroy(): void {
    this.#close(
      new GatehouseError('camera-closed-connection', `${this.#camera}: the connection was closed.`),
    );
    this.#socket.destroy();
  }

  #send(method: string, uri: string, headers: Readonly<Record<string, string>>): number {
    if (this.#isClosed) throw connectionLost(this.#camera);
    const sequence = ++this.#sequence;
    // Exactly this spelling of CSeq: some cameras know no other.
    const lines = [`${method} ${uri} RTSP/1.0`, `CSeq: ${sequence}`];
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
    this.#socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    return sequence;
  }

  #onData(chunk: Buffer): void {
    try {
      for (const item of this.#framer.push(chunk)) this.#onItem(item);
    } catch (error) {
      const reason = error instanceof FramingError ? error.message : 'an answer could not be read';
      this.#close(protocolError(this.#camera, `speaks no RTSP (${reason})`, error));
      this.#socket.destroy();
    }
  }

  #onItem(item: RtspItem): void {
    switch (item.type) {
      case 'frame':
        this.onFrame(item.channel, item.data);
        break;
      case 'response':
        this.#onResponse(item);
        break;
      case 'request':
        // A camera that asks something of us (OPTIONS as keep-alive, ANNOUNCE) only wants an answer.
        this.#socket.write(`RTSP/1.0 200 OK\r\nCSeq: ${item.headers.get('cseq')?.[0] ?? '0'}\r\n\r\n`);
        break;
      default:
        item satisfies never;
    }
  }

  #onResponse(response: RtspResponse): void {
    const sequence = Number.parseInt(response.headers.get('cseq')?.[0] ?? '', 10);
    // The answer to a notification has a number that nobody waits for; one without a number belongs to the oldest.
    const index = Number.isNaN(sequence)
      ? 0
      : this.#waiting.findIndex((waiting) => waiting.sequence === sequence);
    const [waiting] = index === -1 ? [] : this.#waiting.splice(index, 1);
    waiting?.resolve(response);
  }

  /** Once: all that waits is told, so that nothing hangs. */
  #close(error: GatehouseError): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
    this.#closed.resolve(error);
  }
}

/** The value of a header; the first one where there are several. */
export function header(headers: RtspHeaders, name: string): string | undefined {
  return headers.get(name)?.[0];
}

export function protocolError(camera: string, what: string, cause?: unknown): GatehouseError {
  return new GatehouseError(
    'camera-protocol-error',
    `${camera} ${what}. Check that the address is that of an RTSP stream, then restart the camera.`,
    { camera, cause },
  );
}

function connectionLost(camera: string, cause?: unknown): GatehouseError {
  return new GatehouseError(
    'camera-closed-connection',
    `${camera} closed the connection. It may have restarted, or too many programs watch it at once.`,
    { camera, cause },
  );
}

function unreachable(camera: string, host: string, port: number, error: unknown): GatehouseError {
  const code =
    typeof error === 'string' ? error : error instanceof Error && 'code' in error ? error.code : undefined;
  const where = `${host} port ${port}`;
  const reasons: Record<string, string> = {
    ETIMEDOUT: `${where} does not answer. Check that the camera has power and is on this network.`,
    ECONNREFUSED: `${where} refuses the connection. Check the port, and that RTSP is switched on in the camera.`,
    ECONNRESET: `${where} refuses the connection. Check the port, and that RTSP is switched on in the camera.`,
    ENOTFOUND: `the name ${host} is not known on this network. Check it, or use the camera's IP address.`,
    EAI_AGAIN: `the name ${host} cannot be looked up now. Check the network, or use the camera's IP address.`,
    EHOSTUNREACH: `there is no way to ${where}. Check the network cable and the address.`,
    ENETUNREACH: `there is no way to ${where}. Check the network cable and the address.`,
  };
  const reason = reasons[String(code)] ?? `${where} could not be reached (${String(code)}).`;
  return new GatehouseError('camera-unreachable', `${camera}: ${reason}`, { camera, cause: error });
}
