import { createHmac } from 'node:crypto';

/**
 * Credentials that end by themselves, made of a secret that only the server knows beside us
 * (draft-uberti-behave-turn-rest-00 section 2.2): the name begins with the end, in seconds since 1970.
 * @param who what the server's log calls whoever uses them
 */
export function timeLimitedCredentials(
  secret: string,
  who: string,
  endsAt: number,
): { readonly username: string; readonly password: string } {
  const username = `${Math.floor(endsAt / 1_000)}:${who}`;
  const password = createHmac('sha1', secret).update(username).digest('base64');
  return { username, password };
}
