import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import type tls from 'node:tls';
import { type CameraCredentials, CredentialCheck } from '../../main/demo/credentials.ts';
import { splitJpegs } from '../../main/demo/jpeg-payloads.ts';

/** JPEG files, 640x360. */
export const jpegFiles = splitJpegs(
  readFileSync(path.resolve(import.meta.dirname, '../../build/clips/03-corridor-sub.mjpeg')),
);

/** A camera that sends JPEG files over HTTP: `/stream` (multipart), `/snapshot`; other paths as a test says. */
export class HttpTestCamera implements AsyncDisposable {
  /** Paths that were asked for with success, in order. */
  readonly served: string[] = [];
  isSilent = false;
  readonly #server: http.Server | https.Server;
  readonly #isSecure: boolean;
  readonly #credentials: CredentialCheck | undefined;
  readonly #others: Readonly<Record<string, http.RequestListener>>;
  readonly #timers = new Set<NodeJS.Timeout>();

  private constructor(
    credentials: CameraCredentials | undefined,
    others: Readonly<Record<string, http.RequestListener>>,
    security: tls.TlsOptions | undefined,
  ) {
    this.#credentials = credentials === undefined ? undefined : new CredentialCheck(credentials);
    this.#others = others;
    const answer: http.RequestListener = (request, response) => this.#answer(request, response);
    this.#isSecure = security !== undefined;
    this.#server = security === undefined ? http.createServer(answer) : https.createServer(security, answer);
  }

  static async start(
    options: {
      credentials?: CameraCredentials;
      others?: Readonly<Record<string, http.RequestListener>>;
      /** Over TLS. */
      security?: tls.TlsOptions;
      /** Sees every request, also one that is refused. */
      onRequest?: (path: string) => void;
    } = {},
  ): Promise<HttpTestCamera> {
    const camera = new HttpTestCamera(options.credentials, options.others ?? {}, options.security);
    camera.#server.on('request', ({ url = '' }) => options.onRequest?.(url));
    camera.#server.listen(0, '127.0.0.1');
    await once(camera.#server, 'listening');
    return camera;
  }

  url(streamPath: string): string {
    const address = this.#server.address();
    return `${this.#isSecure ? 'https' : 'http'}://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}${streamPath}`;
  }

  /** Cuts every connection. */
  drop(): void {
    this.#server.closeAllConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const url = request.url ?? '';
    const verdict = this.#credentials?.check(request.headers.authorization, request.method ?? '', url);
    if (this.#credentials !== undefined && verdict !== undefined && verdict !== 'accepted') {
      response.writeHead(401, { 'WWW-Authenticate': this.#credentials.challenge(verdict) }).end();
      return;
    }
    this.served.push(url);
    const other = this.#others[url];
    if (other !== undefined) other(request, response);
    else if (url === '/snapshot') {
      const file = this.isSilent
        ? Buffer.alloc(0)
        : (jpegFiles[this.served.length % jpegFiles.length] ?? Buffer.alloc(0));
      response.writeHead(200, { 'Content-Type': 'image/jpeg' }).end(file);
    } else if (url === '/stream') this.#stream(response);
    else response.writeHead(404).end();
  }

  #stream(response: http.ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=--picture' });
    let index = 0;
    const timer = setInterval(() => {
      if (this.isSilent) return;
      const file = jpegFiles[index++ % jpegFiles.length] ?? Buffer.alloc(0);
      response.write(`--picture\r\nContent-Type: image/jpeg\r\nContent-Length: ${file.length}\r\n\r\n`);
      response.write(file);
      response.write('\r\n');
    }, 50);
    this.#timers.add(timer);
    response.on('close', () => {
      clearInterval(timer);
      this.#timers.delete(timer);
    });
  }
}
