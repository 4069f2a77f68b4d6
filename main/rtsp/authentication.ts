import { createHash, randomBytes } from 'node:crypto';
import type { Secret } from '../base/secret.ts';

type DigestAlgorithm = 'MD5' | 'SHA-256';

/** What a server asks for in `WWW-Authenticate` (RFC 7616 section 3.3, RFC 7617). */
export type Challenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'digest';
      readonly realm: string;
      readonly nonce: string;
      readonly opaque: string | undefined;
      readonly algorithm: DigestAlgorithm;
      /** TP-Link answers 401 when an algorithm is echoed that it never named. */
      readonly namesAlgorithm: boolean;
      /** Whether "auth" is among the offered qualities of protection. */
      readonly withQop: boolean;
      readonly stale: boolean;
    };

/** Splits header values into challenges: several headers, or several challenges in one. Unknown schemes are left out. */
export function parseChallenges(values: readonly string[]): Challenge[] {
  return values.flatMap((value) => {
    const challenges: Challenge[] = [];
    // A scheme is a word followed by a blank and not by "=": what follows are its parameters.
    const parts = value.split(
      /(?:^|,)\s*(?=(?:basic|digest|[a-z][\w-]*)\s+[a-z][\w-]*\s*=|basic\s*(?:,|$))/i,
    );
    for (const part of parts) {
      const [, scheme = '', rest = ''] = /^\s*([a-z][\w-]*)\s*(.*)$/is.exec(part) ?? [];
      if (scheme.toLowerCase() === 'basic') challenges.push({ scheme: 'basic' });
      else if (scheme.toLowerCase() === 'digest') {
        const digest = parseDigest(parseParameters(rest));
        if (digest !== undefined) challenges.push(digest);
      }
    }
    return challenges;
  });
}

/** `name=token` and `name="quoted \" string"`, comma-separated; names in lower case. */
function parseParameters(text: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const match of text.matchAll(/([a-z][\w-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))/gi)) {
    const [, name = '', quoted, token = ''] = match;
    parameters.set(name.toLowerCase(), quoted === undefined ? token : quoted.replace(/\\(.)/g, '$1'));
  }
  return parameters;
}

function parseDigest(parameters: ReadonlyMap<string, string>): Challenge | undefined {
  const realm = parameters.get('realm');
  const nonce = parameters.get('nonce');
  if (realm === undefined || nonce === undefined) return undefined;
  const named = parameters.get('algorithm');
  const algorithm = (named ?? 'MD5').toUpperCase();
  if (algorithm !== 'MD5' && algorithm !== 'SHA-256') return undefined;
  const qop = parameters.get('qop');
  const withQop = qop?.split(',').some((choice) => choice.trim().toLowerCase() === 'auth') ?? false;
  // Only "auth-int" is offered: the body would have to be hashed as well, which no camera is known to want.
  if (qop !== undefined && qop.trim() !== '' && !withQop) return undefined;
  return {
    scheme: 'digest',
    realm,
    nonce,
    opaque: parameters.get('opaque'),
    algorithm,
    namesAlgorithm: named !== undefined,
    withQop,
    stale: parameters.get('stale')?.toLowerCase() === 'true',
  };
}

/** The strongest one: SHA-256 before MD5 before Basic, which sends the password in clear text. */
export function chooseChallenge(challenges: readonly Challenge[]): Challenge | undefined {
  const rank = (challenge: Challenge) =>
    challenge.scheme === 'basic' ? 0 : challenge.algorithm === 'MD5' ? 1 : 2;
  return challenges.toSorted((a, b) => rank(b) - rank(a))[0];
}

/** Answers challenges for one connection: remembers the one in force and counts its uses. */
export class Authenticator {
  readonly #username: string;
  readonly #password: Secret;
  #challenge: Challenge | undefined;
  #uses = 0;

  constructor(username: string, password: Secret) {
    this.#username = username;
    this.#password = password;
  }

  /** Takes the server's challenges; false when the answer to them was refused already, or none is known. */
  accept(values: readonly string[]): boolean {
    const challenge = chooseChallenge(parseChallenges(values));
    if (challenge === undefined) return false;
    const previous = this.#challenge;
    // Never weaker than before: a man in the middle could ask for the password in clear text.
    if (previous?.scheme === 'digest' && challenge.scheme === 'basic') return false;
    const hasNewNonce =
      challenge.scheme === 'digest' && previous?.scheme === 'digest' && challenge.nonce !== previous.nonce;
    const mayRetry =
      previous === undefined ||
      (challenge.scheme === 'digest' && (challenge.stale || (hasNewNonce && this.#uses > 1)));
    if (!mayRetry) return false;
    this.#challenge = challenge;
    this.#uses = 0;
    return true;
  }

  /** The value of `Authorization`; undefined before the first challenge. */
  authorize(method: string, uri: string): string | undefined {
    const challenge = this.#challenge;
    if (challenge === undefined) return undefined;
    this.#uses++;
    if (challenge.scheme === 'basic') {
      return `Basic ${Buffer.from(`${this.#username}:${this.#password.reveal()}`, 'utf8').toString('base64')}`;
    }
    return this.#digest(challenge, method, uri);
  }

  #digest(challenge: Extract<Challenge, { scheme: 'digest' }>, method: string, uri: string): string {
    const { realm, nonce, opaque, algorithm, namesAlgorithm, withQop } = challenge;
    const hash = (text: string) =>
      createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
        .update(text)
        .digest('hex');
    const account = hash(`${this.#username}:${realm}:${this.#password.reveal()}`);
    const request = hash(`${method}:${uri}`);
    const count = this.#uses.toString(16).padStart(8, '0');
    const clientNonce = randomBytes(8).toString('hex');
    const response = withQop
      ? hash(`${account}:${nonce}:${count}:${clientNonce}:auth:${request}`)
      : hash(`${account}:${nonce}:${request}`);
    return `Digest ${[
      `username=${quote(this.#username)}`,
      `realm=${quote(realm)}`,
      `nonce=${quote(nonce)}`,
      `uri=${quote(uri)}`,
      `response="${response}"`,
      ...(namesAlgorithm ? [`algorithm=${algorithm}`] : []),
      ...(withQop ? ['qop=auth', `nc=${count}`, `cnonce="${clientNonce}"`] : []),
      ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    ].join(', ')}`;
  }
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
