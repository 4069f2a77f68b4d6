import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Secret } from '../base/secret.ts';
import { Authenticator } from './authentication.ts';
import { parseRtpPacket, type RtpPacket } from './rtp-packet.ts';
import { header, protocolError, RtspConnection, type RtspResponse } from './rtsp-connection.ts';
import { parseRtspUrl } from './rtsp-url.ts';
import { findVideo, resolveControl, type VideoTrack } from './session-description.ts';

/** A stream to play. */
export interface RtspTarget {
  /** The camera's name, for errors. */
  readonly name: string;
  /** Without user and password. */
  readonly url: string;
  readonly username: string | null;
  readonly password: Secret | null;
}

/** Some cameras answer 401 to who does not say who they are. */
const userAgent = 'Gatehouse';
const openMilliseconds = 15_000;
/** Noticed within 5 s: this plus one look. */
const silenceMilliseconds = 4_000;
const lookMilliseconds = 500;
const defaultTimeoutSeconds = 60;
const longestKeepAliveMilliseconds = 25_000;
const teardownMilliseconds = 1_000;
const maximumRedirects = 3;

/**
 * One dialogue with a camera (RFC 2326): OPTIONS, DESCRIBE, SETUP over the same TCP connection, PLAY, keep-alive, TEARDOWN.
 * `open` gives a session that is ready to play; disposing it says goodbye.
 */
export class RtspSession implements AsyncDisposable {
  readonly #target: RtspTarget;
  readonly #signal: AbortSignal;
  readonly #authenticator: Authenticator | undefined;
  #connection: RtspConnection;
  #url: string;
  #track: VideoTrack | undefined;
  #channel = 0;
  #sessionId: string | undefined;
  #timeoutSeconds = defaultTimeoutSeconds;
  #aggregateUrl = '';
  #methods = '';

  private constructor(target: RtspTarget, connection: RtspConnection, signal: AbortSignal) {
    this.#target = target;
    this.#signal = signal;
    this.#connection = connection;
    this.#url = target.url;
    this.#authenticator =
      target.username === null || target.password === null
        ? undefined
        : new Authenticator(target.username, target.password);
  }

  /**
   * Connects and sets the first H.264 video up.
   * @throws GatehouseError camera-unreachable, camera-refused-credentials, camera-protocol-error, camera-no-video,
   *   camera-codec-unsupported, camera-closed-connection
   */
  static async open(target: RtspTarget, options: { signal: AbortSignal }): Promise<RtspSession> {
    const { host, port } = parseRtspUrl(target.url);
    const connection = await RtspConnection.open(target.name, host, port, options.signal);
    const session = new RtspSession(target, connection, options.signal);
    const deadline = AbortSignal.any([options.signal, AbortSignal.timeout(openMilliseconds)]);
    const giveUp = () => session.#connection.destroy();
    deadline.addEventListener('abort', giveUp);
    try {
      await session.#describe();
      return session;
    } catch (error) {
      session.#connection.destroy();
      throw error;
    } finally {
      deadline.removeEventListener('abort', giveUp);
    }
  }

  get track(): VideoTrack {
    if (this.#track === undefined) throw new Error('the session was not opened');
    return this.#track;
  }

  /**
   * Plays until the signal is aborted, which resolves.
   * @throws GatehouseError camera-silent (4 s without a packet), camera-closed-connection, camera-protocol-error
   */
  async play(onPacket: (packet: RtpPacket) => void): Promise<void> {
    if (this.#signal.aborted) return;
    const { payloadType } = this.track;
    let heardAt = performance.now();
    // Before PLAY is answered: Reolink sends the first packets ahead of the answer.
    this.#connection.onFrame = (channel, data) => {
      if (channel !== this.#channel) return;
      const packet = parseRtpPacket(data);
      // Geovision mixes in packets of payload type 50.
      if (packet === undefined || packet.payloadType !== payloadType) return;
      heardAt = performance.now();
      onPacket(packet);
    };
    const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
    const abort = () => resolve();
    this.#signal.addEventListener('abort', abort);
    this.#connection.closed.then(reject, reject);
    const keepAliveMilliseconds = Math.min(longestKeepAliveMilliseconds, (this.#timeoutSeconds * 1_000) / 2);
    const keepAlive = setInterval(() => this.#keepAlive(), keepAliveMilliseconds);
    const watch = setInterval(() => {
      if (performance.now() - heardAt > silenceMilliseconds) reject(this.#silent());
    }, lookMilliseconds);
    try {
      const playing = this.#request('PLAY', this.#aggregateUrl, { Range: 'npt=0.000-' });
      await Promise.race([playing.then(() => ended), ended]);
      playing.catch(() => {});
    } catch (error) {
      if (!this.#signal.aborted) throw error;
    } finally {
      clearInterval(keepAlive);
      clearInterval(watch);
      this.#signal.removeEventListener('abort', abort);
      this.#connection.onFrame = () => {};
    }
  }

  /** TEARDOWN, because live555 and others keep a session that nobody ends; at most a second. */
  async [Symbol.asyncDispose](): Promise<void> {
    const timer = setTimeout(() => this.#connection.destroy(), teardownMilliseconds);
    try {
      await this.#connection.request(
        'TEARDOWN',
        this.#aggregateUrl,
        this.#headers('TEARDOWN', this.#aggregateUrl),
      );
    } catch {
      // Gone already, or silent: closing the connection is all that is left.
    } finally {
      clearTimeout(timer);
      this.#connection.destroy();
    }
  }

  async #describe(): Promise<void> {
    const { name } = this.#target;
    // Some cameras answer OPTIONS with an error and are fine otherwise.
    const options = await this.#exchange('OPTIONS', this.#url, {});
    this.#methods = header(options.headers, 'public') ?? '';
    const description = await this.#follow(
      await this.#exchange('DESCRIBE', this.#url, { Accept: 'application/sdp' }),
    );
    const base =
      header(description.headers, 'content-base') ?? header(description.headers, 'content-location');
    const { track, control, sessionControl } = findVideo(description.body.toString('utf8'), name);
    this.#track = track;
    this.#aggregateUrl = resolveControl(this.#url, base, sessionControl);
    await this.#setup(resolveControl(this.#url, base, control));
  }

  /** Follows redirects; user and password go along only to the same host. */
  async #follow(response: RtspResponse): Promise<RtspResponse> {
    let current = response;
    for (let hops = 0; [301, 302, 303, 305, 307].includes(current.status); hops++) {
      const location = header(current.headers, 'location');
      if (location === undefined || hops === maximumRedirects) {
        throw protocolError(this.#target.name, 'redirects without saying where to, or in a circle');
      }
      const from = parseRtspUrl(this.#url);
      const to = parseRtspUrl(location);
      if (to.host !== from.host && this.#authenticator !== undefined) {
        throw protocolError(
          this.#target.name,
          `sends us to another host (${to.host}), and user and password do not go there unasked`,
        );
      }
      this.#connection.destroy();
      this.#connection = await RtspConnection.open(this.#target.name, to.host, to.port, this.#signal);
      this.#url = to.url;
      current = await this.#exchange('DESCRIBE', this.#url, { Accept: 'application/sdp' });
    }
    return this.#expectSuccess('DESCRIBE', current);
  }

  async #setup(url: string): Promise<void> {
    const response = await this.#request('SETUP', url, { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' });
    const transport = header(response.headers, 'transport') ?? '';
    // Escam Q6 answers with another channel, others with one number only; without any, it is the one we asked for.
    const channel = /interleaved\s*=\s*(\d+)/i.exec(transport)?.[1];
    this.#channel = channel === undefined ? 0 : Number(channel);
    const [id = '', ...parameters] = (header(response.headers, 'session') ?? '').split(';');
    this.#sessionId = id.trim() === '' ? undefined : id.trim();
    const timeout = parameters
      .map((text) => /timeout\s*=\s*(\d+)/i.exec(text)?.[1])
      .find((text) => text !== undefined);
    const seconds = Number(timeout ?? defaultTimeoutSeconds);
    this.#timeoutSeconds = seconds > 0 ? seconds : defaultTimeoutSeconds;
  }

  /** Never waits for the answer: cameras that do not give one go on all the same. */
  #keepAlive(): void {
    const method = /\bGET_PARAMETER\b/i.test(this.#methods) ? 'GET_PARAMETER' : 'OPTIONS';
    try {
      this.#connection.notify(method, this.#aggregateUrl, this.#headers(method, this.#aggregateUrl));
    } catch {
      // Closed: `play` hears of it by itself.
    }
  }

  async #request(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<RtspResponse> {
    return this.#expectSuccess(method, await this.#exchange(method, url, headers));
  }

  /** Sends a request, and once more when the camera asks who we are or its nonce is stale. */
  async #exchange(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<RtspResponse> {
    for (;;) {
      const response = await this.#connection.request(method, url, {
        ...this.#headers(method, url),
        ...headers,
      });
      if (response.status !== 401) return response;
      const challenges = response.headers.get('www-authenticate') ?? [];
      if (this.#authenticator === undefined || !this.#authenticator.accept(challenges)) return response;
    }
  }

  #headers(method: string, url: string): Record<string, string> {
    const authorization = this.#authenticator?.authorize(method, url);
    return {
      'User-Agent': userAgent,
      ...(authorization === undefined ? {} : { Authorization: authorization }),
      ...(this.#sessionId === undefined ? {} : { Session: this.#sessionId }),
    };
  }

  #expectSuccess(method: string, response: RtspResponse): RtspResponse {
    const { status, reason } = response;
    if (status >= 200 && status < 300) return response;
    const camera = this.#target.name;
    if (status === 401 || status === 403) {
      const advice =
        this.#authenticator === undefined
          ? 'wants a user and a password. Enter them for this camera.'
          : 'refuses the user or the password. Check both for this camera.';
      throw new GatehouseError('camera-refused-credentials', `${camera} ${advice}`, { camera });
    }
    if (status === 404) throw protocolError(camera, 'knows no stream at this address (404)');
    if (status === 453 || status === 503)
      throw protocolError(camera, `has no room for another viewer (${status})`);
    throw protocolError(camera, `answers ${method} with ${status} ${reason}`);
  }

  #silent(): GatehouseError {
    const camera = this.#target.name;
    return new GatehouseError(
      'camera-silent',
      `${camera} is connected but has sent nothing for ${silenceMilliseconds / 1_000} s. It will be dialled again.`,
      { camera },
    );
  }
}
