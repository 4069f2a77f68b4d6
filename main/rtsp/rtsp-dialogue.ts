import type { GatehouseError } from '../base/gatehouse-error.ts';
import { Secret } from '../base/secret.ts';
import { Authenticator } from './authenticator.ts';
import {
  type CameraAddress,
  digestOnlyAdvice,
  protocolError,
  refusal,
  refusedCredentials,
} from './camera-errors.ts';
import { RtspConnection } from './rtsp-connection.ts';
import type { RtspResponse } from './rtsp-message.ts';
import { parseRtspUrl, type RtspUrl } from './rtsp-url.ts';
import type { ConnectionWitness, RtspWitness } from './rtsp-witness.ts';

/** A stream to play. */
export interface RtspTarget {
  /** The camera's name, for errors. */
  readonly name: string;
  /** Without user and password. */
  readonly url: string;
  readonly username: string | null;
  readonly password: Secret | null;
  /** Fingerprint of the certificate that is trusted for `rtsps://`; null: those that an authority vouches for. */
  readonly certificate?: string | null;
  /** Listens along, where somebody examines the camera. */
  readonly witness?: RtspWitness;
  /** The password goes by Digest alone: no person has said that this is the camera. */
  readonly digestOnly?: boolean;
}

/** The zone of a link-local IPv6 address means something on this computer alone (RFC 4007 section 6): no camera is told it. */
function withoutZone(url: string): string {
  return url.replace(/^([a-z]+:\/\/\[[\da-f:.]*)%[^\]]*\]/i, '$1]');
}

type Headers = Readonly<Record<string, string>>;

/** Some cameras answer 401 to a client that does not say what it is. */
const userAgent = 'Gatehouse';
/** The request, the request with credentials, and once more with a fresh nonce. */
const maximumAttempts = 3;

/** Requests and answers with one camera: says who we are where it asks, and moves on where it redirects. */
export class RtspDialogue {
  readonly #name: string;
  #url: string;
  #host: string;
  #isSecure: boolean;
  readonly #certificate: string | null;
  readonly #witness: RtspWitness | undefined;
  readonly #digestOnly: boolean;
  #connection: RtspConnection;
  #authenticator: Authenticator | undefined;
  /** Where credentials were left behind by a redirect. */
  #redirectedFrom: string | undefined;
  /** Sent with every request once it is set. */
  sessionId: string | undefined;

  private constructor(target: RtspTarget, { url, host, isSecure }: RtspUrl, connection: RtspConnection) {
    const { name, username, password, certificate = null, digestOnly = false } = target;
    this.#name = name;
    this.#digestOnly = digestOnly;
    this.#url = withoutZone(url);
    this.#host = host;
    this.#isSecure = isSecure;
    this.#certificate = certificate;
    this.#witness = target.witness;
    this.#connection = connection;
    this.#authenticator =
      username === null ? undefined : new Authenticator(username, password ?? new Secret(''), digestOnly);
  }

  /** @throws GatehouseError bad-input and as `RtspConnection.open`; the signal's reason when it is aborted */
  static async open(target: RtspTarget, signal: AbortSignal): Promise<RtspDialogue> {
    const url = parseRtspUrl(target.url);
    const { host, port, isSecure } = url;
    const security = isSecure ? { trusted: target.certificate ?? null } : null;
    const address = { name: target.name, host, port };
    const connection = await RtspConnection.open(address, signal, security, target.witness);
    return new RtspDialogue(target, url, connection);
  }

  /** What is described: the target's address, or where it was redirected to. */
  get url(): string {
    return this.#url;
  }

  get address(): CameraAddress {
    return this.#connection.address;
  }

  /** Both ends as IP addresses. */
  get endpoints(): { readonly local: string; readonly remote: string } {
    return this.#connection.endpoints;
  }

  /** Over TLS: its packets must not go another way. */
  get isSecure(): boolean {
    return this.#isSecure;
  }

  /** Over TLS with methods that are not secure any more. */
  get isOldEncryption(): boolean {
    return this.#connection.isOldEncryption;
  }

  /** Who listens along to the present connection. */
  get witness(): ConnectionWitness | undefined {
    return this.#connection.witness;
  }

  /** Resolves with the reason when the connection has ended. */
  get closed(): Promise<GatehouseError> {
    return this.#connection.closed;
  }

  /** Hands on what comes on a channel of interleaved frames; null: it is passed over. */
  listen(channel: number, listener: ((data: Buffer) => void) | null): void {
    this.#connection.listen(channel, listener);
  }

  /**
   * Sends a request, again with credentials when the camera asks for them or for fresh ones.
   * @returns the last answer, whatever its status
   */
  async exchange(method: string, url: string, headers: Headers = {}): Promise<RtspResponse> {
    for (let attempt = 1; ; attempt++) {
      const authorization = this.#authenticator?.authorization(method, url);
      const response = await this.#connection.request(method, url, {
        'User-Agent': userAgent,
        ...(authorization === undefined ? {} : { Authorization: authorization }),
        ...(this.sessionId === undefined ? {} : { Session: this.sessionId }),
        ...headers,
      });
      if (response.status !== 401) {
        this.#authenticator?.accepted();
        return response;
      }
      const challenges = response.headers.get('www-authenticate') ?? [];
      const isWorthRepeating = this.#authenticator?.takeChallenges(challenges) ?? false;
      if (!isWorthRepeating || attempt === maximumAttempts) return response;
    }
  }

  /** As `exchange`, for requests that must succeed. */
  async request(method: string, url: string, headers: Headers = {}): Promise<RtspResponse> {
    return this.expectSuccess(method, await this.exchange(method, url, headers));
  }

  /** @throws GatehouseError camera-refused-credentials, camera-protocol-error, camera-no-video (404) */
  expectSuccess(method: string, response: RtspResponse): RtspResponse {
    if (response.status >= 200 && response.status < 300) return response;
    if (response.status === 401 || response.status === 403) {
      throw refusedCredentials(this.address, method, response, this.#credentialAdvice());
    }
    throw refusal(this.address, method, response);
  }

  /** Whether the answer refuses credentials, rather than asking for some. */
  refusesCredentials(response: RtspResponse): boolean {
    return response.status === 401 && this.#authenticator?.hasChallenge === true;
  }

  /**
   * Goes on at another address. User and password go along to the same host only, and not from TLS to clear text: a hostile
   * camera could send them anywhere.
   * @throws GatehouseError camera-protocol-error and as `RtspConnection.open`; the signal's reason when it is aborted
   */
  async redirect(location: string, signal: AbortSignal): Promise<void> {
    const { url, host, port, isSecure } = this.#parseLocation(location);
    const isSameHost = host.toLowerCase() === this.#host.toLowerCase();
    const isWeaker = this.#isSecure && !isSecure;
    this.#connection.destroy();
    const security = isSecure ? { trusted: isSameHost ? this.#certificate : null } : null;
    const address = { name: this.#name, host, port };
    this.#connection = await RtspConnection.open(address, signal, security, this.#witness);
    this.#url = url;
    this.#isSecure = isSecure;
    if (isSameHost && !isWeaker) return;
    if (this.#authenticator !== undefined) this.#redirectedFrom = this.#host;
    this.#authenticator = undefined;
    this.#host = host;
  }

  destroy(): void {
    this.#connection.destroy();
  }

  #parseLocation(location: string): RtspUrl {
    try {
      return parseRtspUrl(location);
    } catch (error) {
      const advice = "Enter the stream's own address for this camera.";
      throw protocolError(this.address, 'redirects to what is no RTSP address', advice, error);
    }
  }

  #credentialAdvice(): string {
    if (this.#redirectedFrom !== undefined) {
      return `${this.#redirectedFrom} redirected here, and user and password follow neither to another host nor out of TLS: enter ${this.#url} as the address of this camera.`;
    }
    if (this.#authenticator === undefined) {
      return 'It wants a user and a password: enter them for this camera.';
    }
    if (!this.#authenticator.hasChallenge) {
      if (this.#digestOnly) return digestOnlyAdvice;
      return 'It wants a kind of sign-in that is not supported: allow Digest or Basic in its settings.';
    }
    return 'Check the user and the password of this camera, and what this user may do.';
  }
}
