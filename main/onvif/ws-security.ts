import { createHash, randomBytes } from 'node:crypto';
import type { Secret } from '../base/secret.ts';
import { type Xml, xml } from '../base/xml.ts';

const extension = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const utility = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const profile = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0';
const message = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0';

/**
 * The header that proves who asks (Web Services Security UsernameToken Profile 1.0, section 3): a digest of a nonce, the
 * time and the password. Devices refuse a time that is not theirs.
 * @param at the time as the device has it, milliseconds since 1970
 */
export function usernameToken(
  username: string,
  password: Secret,
  at: number,
  nonce: Buffer = randomBytes(16),
): Xml {
  const created = new Date(at).toISOString();
  const digest = createHash('sha1').update(nonce).update(created).update(password.reveal()).digest('base64');
  return xml`<wsse:Security s:mustUnderstand="true" xmlns:wsse="${extension}" xmlns:wsu="${utility}"><wsse:UsernameToken><wsse:Username>${username}</wsse:Username><wsse:Password Type="${profile}#PasswordDigest">${digest}</wsse:Password><wsse:Nonce EncodingType="${message}#Base64Binary">${nonce.toString('base64')}</wsse:Nonce><wsu:Created>${created}</wsu:Created></wsse:UsernameToken></wsse:Security>`;
}
