import { createHash, randomBytes } from 'node:crypto';

/** How a virtual camera asks who calls. */
export interface CameraCredentials {
  readonly scheme: 'basic' | 'digest-md5' | 'digest-sha-256';
  readonly username: string;
  readonly password: string;
}

/** `stale`: who calls is right, but used a nonce that is worth nothing any more. */
export type Verdict = 'accepted' | 'stale' | 'refused';

const realm = 'virtual camera';

/** The server's side of RFC 7617 and RFC 7616, written apart from the client's. */
export class CredentialCheck {
  #credentials: CameraCredentials;
  #nonce = newNonce();
  #expiredNonce: string | undefined;

  constructor(credentials: CameraCredentials) {
    this.#credentials = credentials;
  }

  changePassword(password: string): void {
    this.#credentials = { ...this.#credentials, password };
  }

  /** The nonce in use is worth nothing from now on; who knows the password and uses it is told that it is stale. */
  expireNonce(): void {
    this.#expiredNonce = this.#nonce;
    this.#nonce = newNonce();
  }

  /** Value of `WWW-Authenticate` for who was not accepted. */
  challenge(verdict: Verdict): string {
    const { scheme } = this.#credentials;
    if (scheme === 'basic') return `Basic realm="${realm}"`;
    const algorithm = scheme === 'digest-sha-256' ? 'algorithm=SHA-256, ' : '';
    const stale = verdict === 'stale' ? ', stale=true' : '';
    return `Digest realm="${realm}", ${algorithm}qop="auth", nonce="${this.#nonce}"${stale}`;
  }

  /**
   * @param authorization value of the header, undefined when there was none
   * @param url of the request: a digest for another one is worth nothing (RFC 7616 section 3.4.6)
   */
  check(authorization: string | undefined, method: string, url: string): Verdict {
    if (authorization === undefined) return 'refused';
    const { scheme, username, password } = this.#credentials;
    if (scheme === 'basic') {
      const expected = Buffer.from(`${username}:${password}`).toString('base64');
      return /^basic +(\S+)$/i.exec(authorization)?.[1] === expected ? 'accepted' : 'refused';
    }
    const fields = parametersOf(authorization);
    const hash = (...parts: (string | undefined)[]) =>
      createHash(scheme === 'digest-md5' ? 'md5' : 'sha256')
        .update(parts.join(':'))
        .digest('hex');
    const nonce = fields.get('nonce');
    const account = hash(username, realm, password);
    // Without qop as in RFC 2069: GStreamer's rtspsrc answers so, whatever was offered.
    const expected =
      fields.get('qop') === undefined
        ? hash(account, nonce, hash(method, url))
        : hash(account, nonce, fields.get('nc'), fields.get('cnonce'), 'auth', hash(method, url));
    const isRight = fields.get('username') === username && fields.get('response') === expected;
    if (!isRight) return 'refused';
    if (nonce === this.#nonce) return 'accepted';
    return nonce === this.#expiredNonce ? 'stale' : 'refused';
  }
}

function newNonce(): string {
  return randomBytes(12).toString('hex');
}

/** `name=token` and `name="quoted \" string"`, as in every challenge and answer (RFC 9110 section 11.2). */
function parametersOf(header: string): Map<string, string> {
  const found = header.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g);
  return new Map(
    [...found].map(([, name = '', quoted, token = '']) => [name, quoted?.replace(/\\(.)/g, '$1') ?? token]),
  );
}
