import { createHash, randomBytes } from 'node:crypto';
import type { Secret } from '../base/secret.ts';
import { type Challenge, type DigestChallenge, parseChallenges, strongestChallenge } from './challenge.ts';

/** Proves who we are to one server: remembers the challenge in force and counts the uses of its nonce. */
export class Authenticator {
  readonly #username: string;
  readonly #password: Secret;
  readonly #createClientNonce: () => string;
  readonly #digestOnly: boolean;
  #challenge: Challenge | undefined;
  #uses = 0;
  #wasAccepted = false;

  /** @param digestOnly the password is never sent in clear text, whatever the server wants */
  constructor(
    username: string,
    password: Secret,
    digestOnly = false,
    createClientNonce: () => string = () => randomBytes(8).toString('hex'),
  ) {
    this.#username = username;
    this.#digestOnly = digestOnly;
    this.#password = password;
    this.#createClientNonce = createClientNonce;
  }

  /** Whether requests carry credentials by now. */
  get hasChallenge(): boolean {
    return this.#challenge !== undefined;
  }

  /** The server took the credentials. */
  accepted(): void {
    this.#wasAccepted = true;
  }

  /**
   * Takes the `WWW-Authenticate` headers of a 401. True when the same request is worth sending once more; false when the
   * password is wrong, so that cameras which lock an account after a few tries see no more of them than needed.
   */
  takeChallenges(headers: readonly string[]): boolean {
    const next = strongestChallenge(parseChallenges(headers));
    const previous = this.#challenge;
    if (next === undefined) return false;
    if (this.#digestOnly && next.scheme === 'basic') return false;
    // Never weaker than before: somebody in between could ask for the password in clear text.
    if (previous !== undefined && next.scheme === 'basic') return false;
    if (previous?.scheme === 'digest' && next.scheme === 'digest') {
      // Some cameras forget to call an old nonce stale: one that was good before and is replaced now was.
      const isStale = next.stale || this.#wasAccepted;
      if (!isStale || next.nonce === previous.nonce) return false;
    }
    this.#challenge = next;
    this.#uses = 0;
    this.#wasAccepted = false;
    return true;
  }

  /**
   * The value of `Authorization`, undefined before the first challenge.
   * @param uri exactly as in the request line
   */
  authorization(method: string, uri: string): string | undefined {
    const challenge = this.#challenge;
    if (challenge === undefined) return undefined;
    if (challenge.scheme === 'digest') return this.#digest(challenge, method, uri);
    const credentials = Buffer.from(`${this.#username}:${this.#password.reveal()}`, 'utf8');
    return `Basic ${credentials.toString('base64')}`;
  }

  #digest(challenge: DigestChallenge, method: string, uri: string): string {
    const { realm, nonce, opaque, algorithm, namesAlgorithm, withQuality } = challenge;
    const hash = (...parts: string[]) =>
      createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
        .update(parts.join(':'), 'latin1')
        .digest('hex');
    const username = wireBytes(this.#username);
    const account = hash(username, realm, wireBytes(this.#password.reveal()));
    const request = hash(method, uri);
    const count = (++this.#uses).toString(16).padStart(8, '0');
    const clientNonce = this.#createClientNonce();
    const response = withQuality
      ? hash(account, nonce, count, clientNonce, 'auth', request)
      : hash(account, nonce, request);
    return `Digest ${[
      `username=${quote(username)}`,
      `realm=${quote(realm)}`,
      `nonce=${quote(nonce)}`,
      `uri=${quote(uri)}`,
      `response="${response}"`,
      // TP-Link answers 401 when an algorithm is echoed that it did not name.
      ...(namesAlgorithm ? [`algorithm=${algorithm}`] : []),
      ...(withQuality ? ['qop=auth', `nc=${count}`, `cnonce="${clientNonce}"`] : []),
      ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    ].join(', ')}`;
  }
}

/** UTF-8 with one character for each byte, as everything that came over the wire is kept. */
function wireBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
