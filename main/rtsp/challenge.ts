/** What a server asks for in `WWW-Authenticate`: Basic (RFC 7617) or Digest (RFC 7616 section 3.3). */
export type Challenge = { readonly scheme: 'basic' } | DigestChallenge;

export interface DigestChallenge {
  readonly scheme: 'digest';
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  readonly algorithm: 'MD5' | 'SHA-256';
  /** Whether the server named the algorithm, rather than leaving MD5 to be understood. */
  readonly namesAlgorithm: boolean;
  /** Whether "auth" is among the qualities of protection that it offers. */
  readonly withQuality: boolean;
  /** The nonce of the last request was too old, the password right. */
  readonly stale: boolean;
}

/**
 * Reads the values of all `WWW-Authenticate` headers, each with one challenge or several. Challenges that cannot be
 * answered (other schemes and algorithms, auth-int alone, control characters) are left out.
 */
export function parseChallenges(values: readonly string[]): Challenge[] {
  return values.flatMap(splitChallenges).flatMap(({ scheme, parameters }): Challenge[] => {
    if (scheme === 'basic') return [{ scheme }];
    const digest = scheme === 'digest' ? readDigest(parameters) : undefined;
    return digest === undefined ? [] : [digest];
  });
}

/** The strongest: SHA-256 before MD5 before Basic, which sends the password in clear text. */
export function strongestChallenge(challenges: readonly Challenge[]): Challenge | undefined {
  const strength = (challenge: Challenge) =>
    challenge.scheme === 'basic' ? 0 : challenge.algorithm === 'MD5' ? 1 : 2;
  return challenges.toSorted((a, b) => strength(b) - strength(a))[0];
}

interface RawChallenge {
  readonly scheme: string;
  /** By their names in lower case. */
  readonly parameters: Map<string, string>;
}

/** A word with `=` behind it is a parameter of the scheme before it, any other word begins the next challenge. */
function splitChallenges(text: string): RawChallenge[] {
  const challenges: RawChallenge[] = [];
  const words = text.matchAll(/([^\s,="]+)(?:\s*=\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)"?|([^\s,"]*)))?/gs);
  for (const [, word = '', quoted, token] of words) {
    const value = quoted?.replace(/\\(.)/gs, '$1') ?? token;
    if (value === undefined) challenges.push({ scheme: word.toLowerCase(), parameters: new Map() });
    else challenges.at(-1)?.parameters.set(word.toLowerCase(), value);
  }
  return challenges;
}

/** What goes back in our answer; other characters no header can hold, and they could end it (RFC 9110 section 5.5). */
const answerable = /^[\t\x20-\x7e\x80-\xff]*$/;

function readDigest(parameters: ReadonlyMap<string, string>): DigestChallenge | undefined {
  const realm = parameters.get('realm');
  const nonce = parameters.get('nonce');
  const opaque = parameters.get('opaque');
  if (realm === undefined || nonce === undefined) return undefined;
  if (![realm, nonce, opaque ?? ''].every((text) => answerable.test(text))) return undefined;
  const named = parameters.get('algorithm');
  const algorithm = named?.toUpperCase() ?? 'MD5';
  if (algorithm !== 'MD5' && algorithm !== 'SHA-256') return undefined;
  const qualities = (parameters.get('qop') ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  const withQuality = qualities.includes('auth');
  if (qualities.length > 0 && !withQuality) return undefined;
  return {
    scheme: 'digest',
    realm,
    nonce,
    opaque,
    algorithm,
    namesAlgorithm: named !== undefined,
    withQuality,
    stale: parameters.get('stale')?.toLowerCase() === 'true',
  };
}
