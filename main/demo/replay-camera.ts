import { once } from 'node:events';
import net from 'node:net';
import type { Trace } from '../trace/trace-file.ts';
import { RecordedConnection } from './recorded-connection.ts';
import { ReplayConnection } from './replay-connection.ts';

export interface ReplayOptions {
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  /** As fast as the client reads, instead of at the times of the recording. */
  readonly isFast?: boolean;
}

/**
 * A camera that answers as another one did while it was recorded: a report from the field as a camera of a test. Who connects
 * gets the next recorded connection that began with the same path; when all were had, they begin anew.
 */
export class ReplayCamera implements AsyncDisposable {
  readonly #recorded: readonly RecordedConnection[];
  readonly #options: Required<ReplayOptions>;
  readonly #server: net.Server;
  readonly #serving = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  /** How often each was had. */
  readonly #uses = new Map<RecordedConnection, number>();
  #port = 0;

  private constructor(trace: Trace, { host = '127.0.0.1', port = 0, isFast = false }: ReplayOptions) {
    this.#options = { host, port, isFast };
    this.#recorded = RecordedConnection.all(trace);
    this.#server = net.createServer((socket) => this.#welcome(socket));
  }

  /** @throws Error when nothing was recorded that can be asked for, or the port is taken */
  static async start(trace: Trace, options: ReplayOptions = {}): Promise<ReplayCamera> {
    const camera = new ReplayCamera(trace, options);
    if (camera.#recorded.length === 0) throw new Error('nothing was said in this trace');
    camera.#server.listen(camera.#options.port, camera.#options.host);
    await once(camera.#server, 'listening');
    const address = camera.#server.address();
    if (typeof address === 'object' && address !== null) camera.#port = address.port;
    return camera;
  }

  /** Of every stream that was asked for, in the order of asking. */
  get urls(): readonly string[] {
    return [...new Set(this.#recorded.map(({ path }) => `rtsp://${this.#authority}${path}`))];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await Promise.all([...this.#serving, closed]);
  }

  get #authority(): string {
    return `${this.#options.host}:${this.#port}`;
  }

  #welcome(socket: net.Socket): void {
    const connection = new ReplayConnection(socket, {
      authority: this.#authority,
      isFast: this.#options.isFast,
      signal: this.#stop.signal,
      choose: (path) => this.#choose(path),
    });
    const serving = connection.serve().finally(() => this.#serving.delete(serving));
    this.#serving.add(serving);
  }

  #choose(path: string): RecordedConnection | undefined {
    const same = this.#recorded.filter((recorded) => recorded.path === path);
    const candidates = same.length > 0 ? same : this.#recorded;
    const uses = (recorded: RecordedConnection) => this.#uses.get(recorded) ?? 0;
    const [next] = candidates.toSorted((a, b) => uses(a) - uses(b));
    if (next !== undefined) this.#uses.set(next, uses(next) + 1);
    return next;
  }
}
