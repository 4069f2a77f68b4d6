import 'reflect-metadata';
import { createHash, randomBytes, webcrypto } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from '@peculiar/asn1-x509';
import * as x509 from '@peculiar/x509';
import { Secret } from '../base/secret.ts';
import type { CertificatePair } from '../store/lan-table.ts';

const dayMilliseconds = 24 * 60 * 60 * 1_000;
/** Trusting it is work on every phone: as long as a site keeps its devices. */
const authorityDays = 10 * 365;
/** Browsers take no longer ones from authorities of their own (398 days), and Apple's none over 825. */
const certificateDays = 90;
/** Clocks of phones may be a little behind. */
const toleranceMilliseconds = dayMilliseconds;
const serialBytes = 16;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Private networks, those of providers' own, loopback and link-local (RFC 1918, 3927, 4193, 4291, 6598): address, then mask. */
const permittedNetworks = [
  '64400000ffc00000',
  '0a000000ff000000',
  'ac100000fff00000',
  'c0a80000ffff0000',
  'a9fe0000ffff0000',
  '7f000000ff000000',
  `fc${'00'.repeat(15)}fe${'00'.repeat(15)}`,
  `fe80${'00'.repeat(14)}ffc0${'00'.repeat(14)}`,
];
const permittedAddresses = new BlockList();
for (const [network, bits] of [
  ['100.64.0.0', 10],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['127.0.0.0', 8],
] as const)
  permittedAddresses.addSubnet(network, bits, 'ipv4');
const permittedDomains = ['local', 'lan', 'internal', 'home.arpa', 'localdomain', 'localhost'];

x509.cryptoProvider.set(webcrypto as Crypto);

/** What a TLS server shows. */
export interface ServerCertificate {
  /** PEM, with what is between it and the authority behind it. */
  readonly certificate: string;
  readonly privateKey: Secret;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * A certificate authority of this console alone, made on this machine: whoever trusts it trusts what this machine vouches for, and
 * that can be nothing but private addresses, names that nobody on the internet owns, and this computer's own name (name
 * constraints, RFC 5280 section 4.2.1.10). So a stolen key opens no foreign site.
 */
export class OwnAuthority {
  readonly stored: CertificatePair;
  readonly #certificate: x509.X509Certificate;
  readonly #key: CryptoKey;

  private constructor(stored: CertificatePair, certificate: x509.X509Certificate, key: CryptoKey) {
    this.stored = stored;
    this.#certificate = certificate;
    this.#key = key;
  }

  /** @param hostName of this computer, for people who look at the list of what their phone trusts */
  static async make(hostName: string): Promise<OwnAuthority> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const name = `Gatehouse on ${hostName || 'this computer'} (${randomBytes(3).toString('hex')})`.slice(
      0,
      64,
    );
    const now = Date.now();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serial(),
      name: [{ CN: [name] }, { O: ['Gatehouse'] }],
      notBefore: new Date(now - toleranceMilliseconds),
      notAfter: new Date(now + authorityDays * dayMilliseconds),
      signingAlgorithm: algorithm,
      keys: keys as CryptoKeyPair,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as CryptoKey),
        nameConstraints(hostName),
      ],
    });
    const privateKey = new Secret(
      pemOf('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)),
    );
    const stored = { certificate: certificate.toString('pem'), privateKey, hostName };
    return new OwnAuthority(stored, certificate, keys.privateKey as CryptoKey);
  }

  /** @throws Error when it cannot be read */
  static async read(stored: CertificatePair): Promise<OwnAuthority> {
    const bytes = x509.PemConverter.decodeFirst(stored.privateKey.reveal());
    const key = await webcrypto.subtle.importKey('pkcs8', bytes, algorithm, false, ['sign']);
    return new OwnAuthority(stored, new x509.X509Certificate(stored.certificate), key as CryptoKey);
  }

  /** SHA-256, in pairs of hex digits with colons. */
  get fingerprint(): string {
    return fingerprintOf(Buffer.from(this.#certificate.rawData));
  }

  /** Whether it may vouch for this computer under the name that it has now. */
  vouchesFor(hostName: string): boolean {
    return hostName !== '' && hostName === this.stored.hostName;
  }

  /** The certificate as phones take it: DER. */
  get der(): Buffer {
    return Buffer.from(this.#certificate.rawData);
  }

  /** A certificate for this computer's names and addresses, under a key of its own that is stored nowhere. */
  async issue(names: readonly string[]): Promise<ServerCertificate> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const now = Date.now();
    const expiresAt = now + certificateDays * dayMilliseconds;
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial(),
      subject: [{ CN: [(names[0] ?? 'Gatehouse').slice(0, 64)] }],
      issuer: this.#certificate.subjectName,
      notBefore: new Date(now - toleranceMilliseconds),
      notAfter: new Date(expiresAt),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey as CryptoKey,
      signingKey: this.#key,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
        ),
        await x509.AuthorityKeyIdentifierExtension.create(this.#certificate.publicKey),
      ],
    });
    const privateKey = new Secret(
      pemOf('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)),
    );
    return {
      certificate: `${certificate.toString('pem')}\n${this.stored.certificate}`,
      privateKey,
      expiresAt,
    };
  }
}

/** Whether an own authority may vouch for this IPv4 address. */
export function isPrivateAddress(address: string): boolean {
  return permittedAddresses.check(address, 'ipv4');
}

/** SHA-256 of a certificate in DER, in pairs of hex digits with colons. */
export function fingerprintOf(der: Uint8Array): string {
  return (createHash('sha256').update(der).digest('hex').toUpperCase().match(/../g) ?? []).join(':');
}

function serial(): string {
  const bytes = randomBytes(serialBytes);
  // Positive, and not shorter than it seems (RFC 5280 section 4.1.2.2).
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

function nameConstraints(hostName: string): x509.Extension {
  const domains = hostName === '' ? permittedDomains : [...permittedDomains, hostName.toLowerCase()];
  const bases = [
    ...domains.map((dNSName) => new GeneralName({ dNSName })),
    ...permittedNetworks.map((hex) => networkName(Buffer.from(hex, 'hex'))),
  ];
  const permittedSubtrees = new GeneralSubtrees(bases.map((base) => new GeneralSubtree({ base })));
  const value = AsnConvert.serialize(new NameConstraints({ permittedSubtrees }));
  return new x509.Extension(id_ce_nameConstraints, true, value);
}

/** An iPAddress of a name constraint is an address and its mask; the library's own form knows addresses alone. */
function networkName(bytes: Uint8Array): GeneralName {
  return AsnConvert.parse(Buffer.concat([Buffer.from([0x87, bytes.length]), bytes]), GeneralName);
}

function pemOf(label: string, bytes: ArrayBuffer): string {
  return x509.PemConverter.encode(bytes, label);
}
