import http from 'node:http';
import type { Secret } from '../base/secret.ts';
import { type CameraAddress, cameraError, digestOnlyAdvice, unreachable } from '../rtsp/camera-errors.ts';
import { connectCamera } from '../rtsp/camera-socket.ts';

/** An endpoint of WHEP. */
export interface WhepTarget {
  /** The camera's name, for errors. */
  readonly name: string;
  /** `whep://` or, over TLS, `wheps://`. */
  readonly url: string;
  /** The bearer token. */
  readonly password: Secret | null;
  /** Fingerprint of the certificate that is trusted for `wheps://`; null: those that an authority vouches for. */
  readonly certificate?: string | null;
  /** The password goes by Digest alone, which WHEP does not know: no person has said that this is the camera. */
  readonly digestOnly?: boolean;
}

export interface WhepAnswer {
  readonly sdp: string;
  /** Path of the session, on the same server. */
  readonly session: string;
}

const answerMilliseconds = 10_000;
const goodbyeMilliseconds = 1_000;
const maximumBodyBytes = 64 * 1024;
const placeAdvice = 'Copy the address once more from where the camera is shared.';

/** The HTTP side of WHEP (draft-ietf-wish-whep section 4): a connection for each request, for there are two of them. */
export class WhepServer {
  readonly address: CameraAddress;
  readonly #target: WhepTarget;
  readonly #url: URL;
  isOldEncryption = false;

  constructor(target: WhepTarget) {
    this.#target = target;
    this.#url = new URL(target.url.replace(/^whep/i, 'http'));
    const port = this.#url.port === '' ? (this.#isSecure ? 443 : 80) : Number(this.#url.port);
    this.address = { name: target.name, host: this.#url.hostname.replace(/^\[|\]$/g, ''), port };
  }

  /**
   * Asks for the camera.
   * @throws GatehouseError camera-unreachable, camera-certificate-untrusted, camera-silent (no answer in 10 s),
   *   camera-refused-credentials, camera-no-video, camera-busy, camera-protocol-error; the signal's reason when it is aborted
   */
  async open(offer: string, signal: AbortSignal): Promise<WhepAnswer> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(answerMilliseconds)]);
    let answer: { response: http.IncomingMessage; body: string };
    try {
      answer = await this.#request('POST', this.#url, within, offer);
    } catch (error) {
      signal.throwIfAborted();
      if (!within.aborted) throw this.#failure(error);
      throw cameraError(
        'camera-silent',
        this.address,
        `did not answer within ${answerMilliseconds / 1_000} s. If it goes on, restart it.`,
      );
    }
    const { response, body } = answer;
    const { statusCode: status = 0, headers } = response;
    if (status !== 201) throw this.#refusal(status, response.statusMessage ?? '');
    if (headers.location === undefined || !/^application\/sdp\b/i.test(headers['content-type'] ?? '')) {
      throw cameraError(
        'camera-protocol-error',
        this.address,
        `answers with something else than WHEP. ${placeAdvice}`,
      );
    }
    const session = new URL(headers.location, this.#url);
    // The token goes to nobody else.
    if (session.host !== this.#url.host) {
      throw cameraError(
        'camera-protocol-error',
        this.address,
        `keeps its session on another host. ${placeAdvice}`,
      );
    }
    return { sdp: body, session: `${session.pathname}${session.search}` };
  }

  /** Ends a session, if that can be done quickly: it ends by itself, too. Never rejects. */
  async close(session: string): Promise<void> {
    const within = AbortSignal.timeout(goodbyeMilliseconds);
    await this.#request('DELETE', new URL(session, this.#url), within).catch(() => {});
  }

  get #isSecure(): boolean {
    return this.#url.protocol === 'https:';
  }

  async #request(
    method: 'POST' | 'DELETE',
    { pathname, search }: URL,
    signal: AbortSignal,
    body = '',
  ): Promise<{ response: http.IncomingMessage; body: string }> {
    const { password, certificate = null, digestOnly = false } = this.#target;
    if (digestOnly) throw cameraError('camera-refused-credentials', this.address, digestOnlyAdvice);
    const security = this.#isSecure ? { trusted: certificate } : null;
    const { socket, isOldEncryption } = await connectCamera(this.address, security, signal, 'HTTP');
    this.isOldEncryption ||= isOldEncryption;
    const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
    const { host, port } = this.address;
    const request = http.request({
      ...{ method, host, port, path: `${pathname}${search}`, defaultPort: this.#isSecure ? 443 : 80 },
      createConnection: () => socket,
      signal,
      headers: {
        'User-Agent': 'Gatehouse',
        Connection: 'close',
        ...(password === null ? {} : { Authorization: `Bearer ${password.reveal()}` }),
        ...(body === ''
          ? {}
          : { 'Content-Type': 'application/sdp', 'Content-Length': Buffer.byteLength(body) }),
      },
    });
    request.on('response', resolve);
    request.on('error', reject);
    request.end(body);
    try {
      const response = await promise;
      return { response, body: await readBody(response) };
    } finally {
      socket.destroy();
    }
  }

  #refusal(status: number, statusMessage: string): Error {
    const answer = `answered with ${status} ${statusMessage.slice(0, 80)}`.trim();
    switch (status) {
      case 401:
      case 403: {
        const advice =
          'Its token has ended or was mistyped: have the camera shared once more, and enter the token as the password.';
        return cameraError('camera-refused-credentials', this.address, `${answer}. ${advice}`);
      }
      case 404:
        return cameraError(
          'camera-no-video',
          this.address,
          `${answer}: it shows no camera here. ${placeAdvice}`,
        );
      case 409:
      case 429:
      case 503:
        return cameraError(
          'camera-busy',
          this.address,
          `${answer}: it has no room for another viewer. It is asked again in a while.`,
        );
      default:
        // Also redirects: they would send the token anywhere.
        return cameraError('camera-protocol-error', this.address, `${answer}. ${placeAdvice}`);
    }
  }

  #failure(error: unknown): unknown {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (/^(HPE_|ERR_HTTP)/.test(code)) {
      const sentence = 'answers with something else than HTTP. Check the port of the address.';
      return cameraError('camera-protocol-error', this.address, sentence, error);
    }
    return /^[A-Z]+[A-Z_]*$/.test(code) ? unreachable(this.address, error, 'WHEP') : error;
  }
}

async function readBody(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // What is longer is no answer to an offer.
    if (bytes > maximumBodyBytes) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
