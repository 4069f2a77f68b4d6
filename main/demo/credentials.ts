import { createHash, randomBytes } from 'node:crypto';

/** How a virtual camera asks who calls. */
export interface CameraCredentials {
  readonly scheme: 'basic' | 'digest-md5' | 'digest-sha-256';
  readonly username: string;
  readonly password: string;
}

const realm = 'virtual camera';

/** The server's side of RFC 7617 and RFC 7616, written apart from the client's. */
export class CredentialCheck {
  #credentials: CameraCredentials;
  #nonce = randomBytes(12).toString('hex');
  #isStale = false;

  constructor(credentials: CameraCredentials) {
    this.#credentials = credentials;
  }

  changePassword(password: string): void {
    this.#credentials = { ...this.#credentials, password };
  }

  /** The nonce in use is worth nothing from now on; who uses it is told that it is stale. */
  expireNonce(): void {
    this.#nonce = randomBytes(12).toString('hex');
    this.#isStale = true;
  }

  challenge(): string {
    const { scheme } = this.#credentials;
    if (scheme === 'basic') return `Basic realm="${realm}"`;
    const algorithm = scheme === 'digest-sha-256' ? 'algorithm=SHA-256, ' : '';
    return `Digest realm="${realm}", ${algorithm}qop="auth", nonce="${this.#nonce}"${this.#isStale ? ', stale=true' : ''}`;
  }

  /** @param authorization value of the header, undefined when there was none */
  accepts(authorization: string | undefined, method: string): boolean {
    if (authorization === undefined) return false;
    const { scheme, username, password } = this.#credentials;
    if (scheme === 'basic') {
      return authorization === `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    }
    const fields = new Map(
      [...authorization.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)].map(
        ([, name = '', quoted, token = '']) => [name, quoted?.replace(/\\(.)/g, '$1') ?? token],
      ),
    );
    const hash = (text: string) =>
      createHash(scheme === 'digest-md5' ? 'md5' : 'sha256')
        .update(text)
        .digest('hex');
    const expected = hash(
      [
        hash(`${username}:${realm}:${password}`),
        this.#nonce,
        fields.get('nc'),
        fields.get('cnonce'),
        'auth',
        hash(`${method}:${fields.get('uri')}`),
      ].join(':'),
    );
    const isRight = fields.get('nonce') === this.#nonce && fields.get('response') === expected;
    if (isRight) this.#isStale = false;
    return isRight && fields.get('username') === username;
  }
}
