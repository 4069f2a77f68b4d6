import type { Secret } from '../base/secret.ts';
import type { Xml, XmlElement } from '../base/xml.ts';
import { Authenticator } from '../rtsp/authenticator.ts';
import type { CameraAddress } from '../rtsp/camera-errors.ts';
import { parseChallenges } from '../rtsp/challenge.ts';
import { faultError, isRefusal, onvifFailed, refusedOnvif } from './onvif-errors.ts';
import { type OnvifResponse, postSoap } from './onvif-transport.ts';
import { parseSoap, type SoapAnswer, soapEnvelope } from './soap-message.ts';
import { usernameToken } from './ws-security.ts';

/** A device and who asks it. */
export interface OnvifTarget {
  /** The camera's name. */
  readonly name: string;
  /** Of its device service, as `parseOnvifAddress` gives it. */
  readonly url: URL;
  readonly username: string | null;
  readonly password: Secret | null;
  /** Fingerprint of the certificate that is trusted for `https://`; null: those that an authority vouches for. */
  readonly certificate?: string | null;
}

export interface OnvifCall {
  readonly url: URL;
  /** What is asked for: `GetProfiles`. */
  readonly operation: string;
  /** The namespace of the service, the beginning of the SOAP action. */
  readonly namespace: string;
  /** The whole SOAP action where it is not namespace and operation. */
  readonly action?: string;
  readonly body: Xml;
  readonly headers?: readonly Xml[];
  /** Without credentials. */
  readonly isAnonymous?: boolean;
  /** For answers that are meant to take longer than five seconds. */
  readonly milliseconds?: number;
  readonly signal: AbortSignal;
}

const usualMilliseconds = 5_000;

/**
 * Asks one device, as one user. Begins with a WS-UsernameToken, and goes over to HTTP Digest for good when the device asks
 * for that; never sends a password in clear text. Everything goes to the host of the target.
 */
export class OnvifCaller {
  readonly target: OnvifTarget;
  readonly address: CameraAddress;
  readonly #digest: Authenticator | undefined;
  /** By how much the device's clock is ahead, the likeliest first: milliseconds. */
  #clockOffsets: readonly number[] = [0];

  constructor(target: OnvifTarget) {
    this.target = target;
    const { name, url, username, password } = target;
    const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
    this.address = { name, host: url.hostname.replace(/^\[|\]$/g, ''), port };
    if (username !== null && password !== null) this.#digest = new Authenticator(username, password);
  }

  /** By how much the device's clock is ahead: milliseconds. */
  get clockOffset(): number {
    return this.#clockOffsets[0] ?? 0;
  }

  /** @param offsets what the clock of UsernameTokens may be ahead by, the likeliest first */
  setClockOffsets(offsets: readonly number[]): void {
    this.#clockOffsets = offsets;
  }

  /**
   * The element in the body of the answer.
   * @throws GatehouseError camera-unreachable, camera-silent, camera-closed-connection, camera-refused-credentials,
   * onvif-failed, onvif-not-supported
   */
  async call(call: OnvifCall): Promise<XmlElement> {
    const { operation } = call;
    const { response, answer } = await this.#ask(call);
    if (isRefused(response, answer)) {
      throw refusedOnvif(this.address, operation, call.isAnonymous !== true && this.#digest !== undefined);
    }
    if (answer === null) {
      const what = `answered ${operation} with HTTP status ${response.status}`;
      throw onvifFailed(this.address, what);
    }
    if (answer.fault !== null) throw faultError(this.address, operation, answer.fault);
    if (answer.body.name !== `${operation}Response`) {
      throw onvifFailed(this.address, `answered ${operation} with <${answer.body.name.slice(0, 60)}>`);
    }
    return answer.body;
  }

  async #ask(call: OnvifCall): Promise<Asked> {
    const isAnonymous = call.isAnonymous === true || this.#digest === undefined;
    if (isAnonymous || this.#digest.hasChallenge) {
      const asked = await this.#send(call, isAnonymous ? undefined : this.#digest);
      return isAnonymous ? asked : await this.#answerChallenge(call, asked);
    }
    // Each offset is one more try with a password that may be wrong: there are two at most.
    let asked: Asked | undefined;
    for (const offset of this.#clockOffsets) {
      asked = await this.#send(call, undefined, offset);
      if (!isRefused(asked.response, asked.answer)) {
        if (offset !== this.clockOffset) this.#clockOffsets = [offset];
        return asked;
      }
      if (asked.response.challenges.length > 0) return await this.#answerChallenge(call, asked);
    }
    return asked ?? (await this.#send(call, undefined, 0));
  }

  /** Once more with HTTP Digest when the device asks for it. Basic would send the password in clear text. */
  async #answerChallenge(call: OnvifCall, asked: Asked): Promise<Asked> {
    const { challenges } = asked.response;
    const digest = this.#digest;
    if (asked.response.status !== 401 || digest === undefined) return asked;
    const offersDigest = challenges.filter((challenge) =>
      parseChallenges([challenge]).some(({ scheme }) => scheme === 'digest'),
    );
    if (offersDigest.length === 0 || !digest.takeChallenges(offersDigest)) return asked;
    return await this.#send(call, digest);
  }

  async #send(call: OnvifCall, digest: Authenticator | undefined, clockOffset?: number): Promise<Asked> {
    const { url, operation, body, headers = [], signal } = call;
    const { username, password } = this.target;
    const withToken = clockOffset !== undefined && username !== null && password !== null;
    const token = withToken ? [usernameToken(username, password, Date.now() + clockOffset)] : [];
    const response = await postSoap(this.address, {
      url,
      operation,
      action: call.action ?? `${call.namespace}/${operation}`,
      envelope: soapEnvelope(body, [...headers, ...token]),
      certificate: this.target.certificate ?? null,
      authorization: digest?.authorization('POST', `${url.pathname}${url.search}`),
      milliseconds: call.milliseconds ?? usualMilliseconds,
      signal,
    });
    const answer = this.#read(operation, response);
    if (digest !== undefined && !isRefused(response, answer)) digest.accepted();
    return { response, answer };
  }

  /** Null for an error page. @throws GatehouseError onvif-failed for a success that cannot be read */
  #read(operation: string, { status, text }: OnvifResponse): SoapAnswer | null {
    try {
      return parseSoap(text);
    } catch (error) {
      if (status < 200 || status > 299) return null;
      const why = error instanceof Error ? error.message : String(error);
      throw onvifFailed(
        this.address,
        `answered ${operation} with what is no ONVIF: ${why.slice(0, 120)}`,
        undefined,
        error,
      );
    }
  }
}

interface Asked {
  readonly response: OnvifResponse;
  readonly answer: SoapAnswer | null;
}

/** Some refuse with 401, others with 400 or 500 and a fault. */
function isRefused({ status }: OnvifResponse, answer: SoapAnswer | null): boolean {
  if (status === 401) return true;
  return answer !== null && answer.fault !== null && isRefusal(answer.fault);
}
