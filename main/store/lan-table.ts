import * as z from 'zod';
import type { Secret } from '../base/secret.ts';
import { closedLanHost, type LanHost, lanHost } from '../contract/lan-host.ts';
import type { Commits } from './commits.ts';
import type { SecretBox } from './secret-box.ts';
import { SettingValues } from './setting-values.ts';

const hostName = 'lan-host';
const authorityName = 'lan-authority';
const certificateName = 'lan-certificate';

const storedPair = z.object({
  certificate: z.string(),
  /** Sealed, in Base64. */
  privateKey: z.string(),
  /** Of an authority: the computer's name that it may vouch for. */
  hostName: z.string().default(''),
});

/** A certificate (PEM) with its private key (PEM). */
export interface CertificatePair {
  readonly certificate: string;
  readonly privateKey: Secret;
  /** Of an authority: the computer's name that it may vouch for. */
  readonly hostName: string;
}

/** How the console is served to other computers, with keys that are sealed. Every write is on the disk when the call returns. */
export class LanTable {
  readonly #commits: Commits;
  readonly #box: SecretBox;
  readonly #values: SettingValues;

  constructor(commits: Commits, box: SecretBox) {
    this.#commits = commits;
    this.#box = box;
    this.#values = new SettingValues(commits);
  }

  get chosen(): LanHost {
    const stored = this.#values.read(hostName);
    return stored === undefined ? closedLanHost : lanHost.parse(JSON.parse(stored));
  }

  saveChosen(chosen: LanHost): void {
    this.#commits.run(() => this.#values.write(hostName, JSON.stringify(chosen)));
  }

  /** The own authority; null before there is one. @throws GatehouseError database-failed when its key was sealed with another one */
  get authority(): CertificatePair | null {
    return this.#open(authorityName);
  }

  /** Past whoever asked for a change: it is made on the way. */
  saveAuthority(authority: CertificatePair): void {
    this.#seal(authorityName, authority);
  }

  /** Somebody else's certificate; null: the own authority makes one. @throws as `authority` */
  get given(): CertificatePair | null {
    return this.#open(certificateName);
  }

  saveGiven(given: CertificatePair | null): void {
    this.#commits.run(() => {
      if (given === null) this.#values.remove(certificateName);
      else this.#seal(certificateName, given);
    });
  }

  #open(name: string): CertificatePair | null {
    const stored = this.#values.read(name);
    if (stored === undefined) return null;
    const { privateKey, ...rest } = storedPair.parse(JSON.parse(stored));
    return { ...rest, privateKey: this.#box.open(Buffer.from(privateKey, 'base64'), name) };
  }

  #seal(name: string, { certificate, privateKey, hostName: host }: CertificatePair): void {
    const sealed = this.#box.seal(privateKey, name).toString('base64');
    this.#values.write(name, JSON.stringify({ certificate, privateKey: sealed, hostName: host }));
  }
}
