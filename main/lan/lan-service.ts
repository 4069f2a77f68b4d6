import { X509Certificate } from 'node:crypto';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { Log } from '../base/log.ts';
import type { Secret } from '../base/secret.ts';
import {
  type GivenCertificate,
  isPrivateName,
  type LanHost,
  type LanHostState,
} from '../contract/lan-host.ts';
import type { CertificatePair, LanTable } from '../store/lan-table.ts';
import { checkGiven } from './given-certificate.ts';
import { fingerprintOf, isPrivateAddress, OwnAuthority } from './own-authority.ts';

const dayMilliseconds = 24 * 60 * 60 * 1_000;
const lookMilliseconds = dayMilliseconds / 4;
/** An own certificate is made anew so long before it ends. */
const renewMilliseconds = 30 * dayMilliseconds;
/** Of a given one that nobody has renewed. */
const warnMilliseconds = 14 * dayMilliseconds;
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** Key and certificate of a TLS server: PEM. */
export interface TlsPair {
  readonly certificate: string;
  readonly privateKey: Secret;
}

/** One address on which the console is served. */
export interface LanServer extends AsyncDisposable {
  /** The next connections get this certificate; those that are open go on. */
  useCertificate(pair: TlsPair): void;
}

export interface LanServiceOptions {
  /** Of this computer; empty when it has none that can be used. */
  readonly hostName: string;
  /** Whether anybody could sign in at all. */
  readonly canSignIn: () => boolean;
  /**
   * Serves the console on one address.
   * @param names by which it may be asked for, without ports
   * @throws GatehouseError port-in-use
   */
  readonly serve: (options: {
    readonly address: string;
    readonly port: number;
    readonly names: readonly string[];
    readonly tls: TlsPair;
    /** The own authority in DER, for whoever wants to trust it; null: there is none to trust. */
    readonly authority: Buffer | null;
  }) => Promise<LanServer>;
  readonly log: Log;
}

interface Served {
  readonly server: LanServer;
  readonly address: string;
  readonly port: number;
  /** What would need another server: names, and whose certificate. */
  readonly key: string;
}

/**
 * The console for other computers: closed until somebody with the right to it opens it, then over TLS alone. Follows the addresses of
 * this computer, and renews its certificate, while what is connected goes on.
 */
export class LanService implements AsyncDisposable {
  readonly #options: LanServiceOptions | null;
  readonly #table: LanTable;
  readonly #interfaces: () => LanHostState['interfaces'];
  readonly #timer: NodeJS.Timeout;
  /** By address and port. */
  readonly #servers = new Map<string, Served>();
  #chosen: LanHost;
  #problem: string | null = null;
  #certificate: { readonly pair: TlsPair; readonly key: string; readonly expiresAt: number } | undefined;
  #shown: { readonly fingerprint: string | null; readonly expiresAt: number | null } = {
    fingerprint: null,
    expiresAt: null,
  };
  #authority: OwnAuthority | undefined;
  /** One change after the other. */
  #work: Promise<unknown> = Promise.resolve();

  /**
   * @param interfaces networks of this computer now
   * @param options null: this console has no page to serve
   */
  constructor(
    table: LanTable,
    interfaces: () => LanHostState['interfaces'],
    options: LanServiceOptions | null,
  ) {
    this.#table = table;
    this.#interfaces = interfaces;
    this.#options = options;
    this.#chosen = table.chosen;
    this.#timer = setInterval(() => void this.#inTurn(() => this.#apply()), lookMilliseconds);
    this.#timer.unref();
  }

  /** Opens what was open before. Never rejects: why it could not is in the state, and in the log. */
  async start(): Promise<void> {
    await this.#inTurn(() => this.#apply());
  }

  get state(): LanHostState {
    return {
      chosen: this.#chosen,
      available: this.#options !== null,
      addresses: this.addresses,
      problem: this.#problem,
      certificate: { kind: this.#given === null ? 'own' : 'given', ...this.#shown },
      interfaces: this.#interfaces(),
    };
  }

  /** Where it is open now; each begins with https://. */
  get addresses(): string[] {
    return [...this.#servers.values()].map(({ address, port }) => `https://${address}:${port}`);
  }

  /**
   * Opens, closes, or opens in another way. Refused, it changes nothing.
   * @throws GatehouseError bad-input, port-in-use, not-allowed when nobody could sign in
   */
  async change(chosen: LanHost): Promise<LanHostState> {
    return await this.#inTurn(async () => {
      this.#check(chosen);
      const before = this.#chosen;
      this.#chosen = chosen;
      try {
        const refused = await this.#apply();
        if (refused !== null) throw refused;
        this.#table.saveChosen(chosen);
      } catch (error) {
        this.#chosen = before;
        await this.#apply();
        throw error;
      }
      return this.state;
    });
  }

  /** @param given null: that of the own authority again. @throws GatehouseError bad-input; nothing has changed then */
  async useCertificate(given: GivenCertificate | null): Promise<LanHostState> {
    return await this.#inTurn(async () => {
      const checked = given === null ? null : checkGiven(given, Date.now());
      if (checked === null) {
        const foreign = this.#chosen.names.find((name) => !isPrivateName(name));
        if (foreign !== undefined) throw foreignName(foreign);
      }
      const before = this.#given;
      this.#table.saveGiven(checked);
      const refused = await this.#apply();
      if (refused !== null) {
        this.#table.saveGiven(before);
        await this.#apply();
        throw refused;
      }
      return this.state;
    });
  }

  /** This computer has other addresses. */
  networkChanged(): void {
    void this.#inTurn(() => this.#apply());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#inTurn(() => this.#close(() => true));
  }

  get #given(): CertificatePair | null {
    return this.#table.given;
  }

  #check(chosen: LanHost): void {
    if (!chosen.open) return;
    if (this.#options === null)
      throw new GatehouseError(
        'not-allowed',
        'This Gatehouse was started without its pages: it cannot serve them.',
      );
    if (!this.#options.canSignIn())
      throw new GatehouseError(
        'not-allowed',
        'Nobody could sign in: set a password first, for yourself or for somebody else (Settings, “People”).',
      );
    const foreign = chosen.names.find((name) => !isPrivateName(name));
    if (foreign !== undefined && this.#given === null) throw foreignName(foreign);
  }

  /** Makes what is open what was chosen. @returns why nothing of it could be opened; null: it is, or has to wait for a network */
  async #apply(): Promise<GatehouseError | null> {
    const options = this.#options;
    if (options === null || !this.#chosen.open) {
      this.#problem = null;
      await this.#close(() => true);
      return null;
    }
    const { port } = this.#chosen;
    const addresses = this.#addresses();
    const hostName = options.hostName.toLowerCase();
    const names = [...new Set([...this.#chosen.names, ...(hostName === '' ? [] : [hostName])])];
    const key = JSON.stringify([names, this.#given === null]);
    try {
      const pair = await this.#pairFor(options, [...names, ...addresses]);
      // Those whose place is needed. The others stay until somebody can go on elsewhere.
      await this.#close(
        (served) => !addresses.includes(served.address) || (served.port === port && served.key !== key),
      );
      for (const served of this.#servers.values()) if (served.key === key) served.server.useCertificate(pair);
      const failed: GatehouseError[] = [];
      for (const address of addresses) {
        if (this.#servers.has(`${address}:${port}`)) continue;
        const authority = this.#given === null ? (this.#authority?.der ?? null) : null;
        try {
          const server = await options.serve({
            address,
            port,
            names: [...names, address],
            tls: pair,
            authority,
          });
          this.#servers.set(`${address}:${port}`, { server, address, port, key });
          options.log.info({ address, port }, 'console open to the network');
        } catch (error) {
          failed.push(GatehouseError.from(error));
        }
      }
      this.#problem = this.#problemOf(addresses, failed);
      const [first] = failed;
      const isOpen = [...this.#servers.values()].some((served) => served.port === port);
      if (first !== undefined && !isOpen) return first;
      await this.#close((served) => served.port !== port);
      return null;
    } catch (error) {
      options.log.error({ err: error }, 'the console cannot be opened to the network');
      const refused = GatehouseError.from(error);
      this.#problem = refused.message;
      return refused;
    }
  }

  #problemOf(addresses: readonly string[], failed: readonly GatehouseError[]): string | null {
    const [first] = failed;
    if (first !== undefined) return first.message;
    const publicAddress = this.#allAddresses().find((address) => !addresses.includes(address));
    if (publicAddress !== undefined)
      return `${publicAddress} is a public address, for which the own authority does not vouch: it is open there only with a certificate of another one.`;
    if (addresses.length === 0)
      return 'This computer is on none of the chosen networks now. It opens by itself when it is.';
    const { expiresAt } = this.#shown;
    if (this.#given !== null && expiresAt !== null && expiresAt - Date.now() < warnMilliseconds)
      return `The certificate ${expiresAt < Date.now() ? 'has ended' : 'ends'} on ${moment.format(expiresAt)}. Bring a newer one.`;
    return null;
  }

  /** The certificate to show; an own one is made when there is none, when names are others, and in time before it ends. */
  async #pairFor({ hostName }: LanServiceOptions, names: readonly string[]): Promise<TlsPair> {
    const given = this.#given;
    if (given !== null) {
      const own = new X509Certificate(given.certificate);
      this.#shown = { fingerprint: fingerprintOf(own.raw), expiresAt: own.validToDate.getTime() };
      return given;
    }
    this.#authority ??= await this.#ownAuthority(hostName);
    const vouched = this.#authority.vouchesFor(hostName)
      ? names
      : names.filter((name) => name !== hostName.toLowerCase() || isPrivateName(name));
    const key = JSON.stringify(vouched);
    if (
      this.#certificate === undefined ||
      this.#certificate.key !== key ||
      this.#certificate.expiresAt - Date.now() < renewMilliseconds
    ) {
      const { expiresAt, ...pair } = await this.#authority.issue(vouched);
      this.#certificate = { pair, key, expiresAt };
    }
    this.#shown = { fingerprint: this.#authority.fingerprint, expiresAt: this.#certificate.expiresAt };
    return this.#certificate.pair;
  }

  async #ownAuthority(hostName: string): Promise<OwnAuthority> {
    const stored = this.#table.authority;
    if (stored !== null) return await OwnAuthority.read(stored);
    const made = await OwnAuthority.make(hostName);
    this.#table.saveAuthority(made.stored);
    return made;
  }

  #addresses(): string[] {
    return this.#allAddresses().filter((address) => this.#given !== null || isPrivateAddress(address));
  }

  #allAddresses(): string[] {
    const { interfaces } = this.#chosen;
    return this.#interfaces()
      .filter(({ name, isUsual }) => (interfaces === null ? isUsual : interfaces.includes(name)))
      .flatMap(({ addresses }) => addresses);
  }

  async #close(isOver: (served: Served) => boolean): Promise<void> {
    for (const [place, served] of [...this.#servers]) {
      if (!isOver(served)) continue;
      this.#servers.delete(place);
      await served.server[Symbol.asyncDispose]();
      this.#options?.log.info(
        { address: served.address, port: served.port },
        'console closed to the network',
      );
    }
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#work.then(work, work);
    this.#work = done.catch(() => {});
    return await done;
  }
}

function foreignName(name: string): GatehouseError {
  const message = `${name} is a name that others may own, too. Bring a certificate for it, or use a name that ends in .lan, .local, .internal or .home.arpa.`;
  return GatehouseError.ofField('names', message);
}
