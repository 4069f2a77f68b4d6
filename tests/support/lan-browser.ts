import https from 'node:https';
import tls from 'node:tls';
import { WebSocket } from 'ws';

export interface LanAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Somebody on another computer, who trusts one authority. */
export class LanBrowser {
  /** PEM. */
  readonly authority: string;
  readonly port: number;
  #cookie = '';

  constructor(authority: string, port: number) {
    this.authority = authority;
    this.port = port;
  }

  /** @param options `headers`: beside those that a page of the console sends. @throws what TLS refuses */
  async request(
    address: string,
    method: string,
    path: string,
    options: { headers?: Record<string, string>; body?: string } = {},
  ): Promise<LanAnswer> {
    const headers = {
      host: `${address}:${this.port}`,
      ...(method === 'GET' ? {} : { origin: `https://${address}:${this.port}` }),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(this.#cookie === '' ? {} : { cookie: this.#cookie }),
      ...options.headers,
    };
    const { promise, resolve, reject } = Promise.withResolvers<LanAnswer>();
    const request = https.request({
      ...{ host: address, port: this.port, method, path, headers, ca: this.authority, agent: false },
      setHost: false,
      checkServerIdentity: (_name, certificate) => tls.checkServerIdentity(address, certificate),
    });
    request.once('error', reject);
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('latin1'),
        }),
      );
    });
    request.end(options.body);
    return await promise;
  }

  /** Keeps the session that it gets. */
  async signIn(address: string, body: unknown): Promise<LanAnswer> {
    const answer = await this.request(address, 'POST', '/session', { body: JSON.stringify(body) });
    const [cookie = ''] = [answer.headers['set-cookie'] ?? []].flat();
    if (answer.status === 204) this.#cookie = cookie.split(';')[0] ?? '';
    return answer;
  }

  /** @throws Error with the status that was answered instead */
  async openSocket(address: string, headers: Record<string, string> = {}): Promise<WebSocket> {
    const socket = new WebSocket(`wss://${address}:${this.port}/api`, {
      ca: this.authority,
      setHost: false,
      // Whatever the Host header claims; the types of ws say another answer than Node takes.
      checkServerIdentity: ((_name: string, certificate: tls.PeerCertificate) =>
        tls.checkServerIdentity(address, certificate)) as unknown as () => boolean,
      headers: {
        host: `${address}:${this.port}`,
        cookie: this.#cookie,
        origin: `https://${address}:${this.port}`,
        ...headers,
      },
    });
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return socket;
  }
}
