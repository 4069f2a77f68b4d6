import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { Secret } from '../base/secret.ts';
import type { GivenCertificate } from '../contract/lan-host.ts';
import type { CertificatePair } from '../store/lan-table.ts';

const certificateBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const maximumChain = 8;
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/**
 * Checks a certificate that somebody brings: that it can be read, is valid now, belongs to the key, and that each certificate was
 * issued by the one behind it. Whether browsers trust its authority is not known here.
 * @param now milliseconds since 1970
 * @throws GatehouseError bad-input that names the field
 */
export function checkGiven(given: GivenCertificate, now: number): CertificatePair {
  const chain = (given.certificate.match(certificateBlock) ?? []).slice(0, maximumChain).map((text) => {
    try {
      return new X509Certificate(text);
    } catch (error) {
      throw wrong('certificate', 'cannot be read: it must be in PEM, with BEGIN CERTIFICATE.', error);
    }
  });
  const [own] = chain;
  if (own === undefined) throw wrong('certificate', 'is missing: it must be in PEM, with BEGIN CERTIFICATE.');
  if (own.validToDate.getTime() <= now)
    throw wrong('certificate', `has ended on ${moment.format(own.validToDate)}. Bring a newer one.`);
  if (own.validFromDate.getTime() > now)
    throw wrong(
      'certificate',
      `is valid from ${moment.format(own.validFromDate)} on. Look at this computer's clock.`,
    );
  for (const [index, issued] of chain.entries()) {
    const issuer = chain[index + 1];
    if (issuer !== undefined && !(issued.checkIssued(issuer) && issued.verify(issuer.publicKey)))
      throw wrong(
        'certificate',
        'is not in order: this computer’s first, then each one that issued the one before.',
      );
  }
  if (/BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(given.privateKey))
    throw wrong('privateKey', 'is encrypted. Bring it without a passphrase; it is stored encrypted here.');
  let belongs: boolean;
  try {
    belongs = own.checkPrivateKey(createPrivateKey(given.privateKey));
  } catch (error) {
    throw wrong('privateKey', 'cannot be read: it must be in PEM, with BEGIN PRIVATE KEY.', error);
  }
  if (!belongs) throw wrong('privateKey', 'does not belong to the certificate.');
  const certificate = chain.map(String).join('');
  try {
    createSecureContext({ cert: certificate, key: given.privateKey, minVersion: 'TLSv1.2' });
  } catch (error) {
    throw wrong('certificate', 'is not taken by TLS here: its key or its signature may be too weak.', error);
  }
  return {
    certificate,
    privateKey: new Secret(given.privateKey),
    hostName: '',
  };
}

function wrong(path: keyof GivenCertificate, message: string, cause?: unknown): GatehouseError {
  const what = path === 'certificate' ? 'The certificate' : 'The key';
  return new GatehouseError('bad-input', `${what} ${message}`, { issues: [{ path, message }], cause });
}
