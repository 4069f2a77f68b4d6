import http from 'node:http';
import type { Duplex } from 'node:stream';
import { Secret } from '../base/secret.ts';
import { Authenticator } from '../rtsp/authenticator.ts';
import { type CameraAddress, cameraError, digestOnlyAdvice, unreachable } from '../rtsp/camera-errors.ts';
import { connectCamera } from '../rtsp/camera-socket.ts';

/** A camera that is asked over HTTP. */
export interface HttpTarget {
  /** The camera's name, for errors. */
  readonly name: string;
  /** Without user and password. */
  readonly url: string;
  readonly username: string | null;
  readonly password: Secret | null;
  /** Fingerprint of the certificate that is trusted for `https://`; null: those that an authority vouches for. */
  readonly certificate?: string | null;
  /** The password goes by Digest alone: no person has said that this is the camera. */
  readonly digestOnly?: boolean;
}

/** The request, the request with credentials, and once more with a fresh nonce. */
const maximumAttempts = 3;
const answerMilliseconds = 10_000;

/** One connection to a camera at a time, over TLS only when its certificate is the right one. */
class CameraAgent extends http.Agent {
  readonly #address: CameraAddress;
  readonly #security: { readonly trusted: string | null } | null;
  readonly #closing = new AbortController();
  isOldEncryption = false;

  constructor(address: CameraAddress, security: { readonly trusted: string | null } | null) {
    super({ keepAlive: true, maxSockets: 1 });
    this.#address = address;
    this.#security = security;
  }

  override createConnection(
    _options: http.ClientRequestArgs,
    callback: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const failed = callback as (error: unknown) => void;
    connectCamera(this.#address, this.#security, this.#closing.signal, 'HTTP').then(
      ({ socket, isOldEncryption }) => {
        this.isOldEncryption ||= isOldEncryption;
        callback(null, socket);
      },
      (error: unknown) => failed(error),
    );
  }

  override destroy(): void {
    this.#closing.abort();
    super.destroy();
  }
}

/** Asks one camera for pictures, on one connection at a time; says who we are where it asks (Digest before Basic). */
export class HttpCamera implements Disposable {
  readonly address: CameraAddress;
  readonly #url: URL;
  readonly #agent: CameraAgent;
  readonly #authenticator: Authenticator | undefined;
  readonly #digestOnly: boolean;

  constructor({ name, url, username, password, certificate = null, digestOnly = false }: HttpTarget) {
    this.#url = new URL(url);
    this.#digestOnly = digestOnly;
    const isSecure = this.#url.protocol === 'https:';
    const port = this.#url.port === '' ? (isSecure ? 443 : 80) : Number(this.#url.port);
    this.address = { name, host: this.#url.hostname.replace(/^\[|\]$/g, ''), port };
    this.#agent = new CameraAgent(this.address, isSecure ? { trusted: certificate } : null);
    this.#authenticator =
      username === null ? undefined : new Authenticator(username, password ?? new Secret(''), digestOnly);
  }

  /**
   * GET. The body is the caller's to read or to destroy.
   * @throws GatehouseError camera-unreachable, camera-silent (no answer in 10 s), camera-refused-credentials,
   *   camera-no-video, camera-protocol-error; the signal's reason when it is aborted
   */
  async get(signal: AbortSignal): Promise<http.IncomingMessage> {
    for (let attempt = 1; ; attempt++) {
      const response = await this.#request(signal);
      const { statusCode: status = 0, statusMessage = '' } = response;
      if (status === 200) {
        this.#authenticator?.accepted();
        return response;
      }
      response.destroy();
      const answer = `answered with ${status} ${statusMessage.slice(0, 80)}`.trim();
      if (status === 401 || status === 403) {
        const challenges = response.headersDistinct['www-authenticate'] ?? [];
        const isWorthRepeating = this.#authenticator?.takeChallenges(challenges) ?? false;
        if (status === 401 && isWorthRepeating && attempt < maximumAttempts) continue;
        const advice =
          this.#authenticator === undefined
            ? 'It wants a user and a password: enter them for this camera.'
            : this.#digestOnly && !this.#authenticator.hasChallenge
              ? digestOnlyAdvice
              : 'Check the user and the password of this camera, and what this user may do.';
        throw cameraError('camera-refused-credentials', this.address, `${answer}. ${advice}`);
      }
      // Not followed: a hostile camera could send user and password anywhere.
      if (status >= 300 && status < 400) {
        const advice = 'It redirects: enter the address that it redirects to.';
        throw cameraError('camera-protocol-error', this.address, `${answer}. ${advice}`);
      }
      const advice = 'Look up the address of its pictures in the manual of the camera.';
      throw cameraError('camera-no-video', this.address, `${answer}. ${advice}`);
    }
  }

  /** Over TLS with methods that are not secure any more: the camera knows no others. */
  get isOldEncryption(): boolean {
    return this.#agent.isOldEncryption;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  async #request(signal: AbortSignal): Promise<http.IncomingMessage> {
    signal.throwIfAborted();
    const path = `${this.#url.pathname}${this.#url.search}`;
    const authorization = this.#authenticator?.authorization('GET', path);
    const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
    const { host, port } = this.address;
    // The agent knows about TLS.
    const request = http.get({
      ...{ host, port, path, defaultPort: this.#url.protocol === 'https:' ? 443 : 80 },
      agent: this.#agent,
      signal,
      headers: {
        'User-Agent': 'Gatehouse',
        ...(authorization === undefined ? {} : { Authorization: authorization }),
      },
    });
    const timer = setTimeout(() => {
      const sentence = `did not answer within ${answerMilliseconds / 1_000} s. If it goes on, restart the camera.`;
      request.destroy(cameraError('camera-silent', this.address, sentence));
    }, answerMilliseconds);
    request.on('response', resolve);
    // Also after the answer, when the body breaks off: whoever reads it is told there.
    request.on('error', reject);
    try {
      return await promise;
    } catch (error) {
      signal.throwIfAborted();
      throw this.#failure(error);
    } finally {
      clearTimeout(timer);
    }
  }

  #failure(error: unknown): unknown {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (/^(HPE_|ERR_HTTP)/.test(code)) {
      const sentence = 'answers with something else than HTTP. Check the port of the address.';
      return cameraError('camera-protocol-error', this.address, sentence, error);
    }
    return /^[A-Z]+[A-Z_]*$/.test(code) && code !== '' ? unreachable(this.address, error, 'HTTP') : error;
  }
}
