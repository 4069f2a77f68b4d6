import { GatehouseError } from '../base/gatehouse-error.ts';
import { Secret } from '../base/secret.ts';
import type {
  BrowserIceServer,
  IceServerCheck,
  IceServerInput,
  IceServers as ShownIceServers,
} from '../contract/ice-server.ts';
import { type IceServer, IceServerError, readIceServerUrl } from './ice-server.ts';
import type { MediaWay } from './media-addresses.ts';
import { askReflexive } from './reflexive-address.ts';
import { TurnAllocation } from './turn-allocation.ts';
import { timeLimitedCredentials } from './turn-credentials.ts';

/** Time enough to find a way: what has been allocated by then stays, and a new way comes with new ones. */
const credentialMilliseconds = 60 * 60 * 1_000;
const checkMilliseconds = 5_000;

/** A server with its secret; null: it needs none. */
type KeptIceServer = Omit<IceServerInput, 'secret'> & { readonly secret: Secret | null };

/** Where the servers are kept. */
export interface IceServerStore {
  readonly servers: readonly KeptIceServer[];
  save(servers: readonly KeptIceServer[]): void;
}

/** The STUN and TURN servers that somebody has written down; nobody else is ever asked. */
export class IceServers {
  readonly #store: IceServerStore;
  #checking: Promise<IceServerCheck[]> | undefined;

  constructor(store: IceServerStore = { servers: [], save: () => {} }) {
    this.#store = store;
  }

  get shown(): ShownIceServers {
    const servers = this.#store.servers.map(({ url, login, username }) => ({ url, login, username }));
    return { servers };
  }

  /** @throws GatehouseError bad-input where a secret is missing: it was told for another server */
  change(servers: readonly IceServerInput[]): void {
    const before = this.#store.servers;
    this.#store.save(
      servers.map(({ secret, ...server }, index) => {
        if (server.login === 'none') return { ...server, secret: null };
        if (secret !== null) return { ...server, secret: new Secret(secret) };
        const known = before.find(
          ({ url, login, username }) =>
            url === server.url && login === server.login && username === server.username,
        );
        if (known?.secret != null) return { ...server, secret: known.secret };
        throw GatehouseError.ofField(
          `servers.${index}.secret`,
          'must be typed: what is stored belongs to another server or name',
        );
      }),
    );
  }

  /** For whoever has signed in, or has shown a token. @param who what the server's log calls them */
  forBrowser(who: string): BrowserIceServer[] {
    return this.forEngine(who).map(({ url, credentials }) => ({
      urls: url,
      ...(credentials === null ? {} : { username: credentials.username, credential: credentials.password }),
    }));
  }

  /** @param who what the server's log calls whose window it is */
  forEngine(who: string): IceServer[] {
    return this.#store.servers.map((server) => ({
      url: server.url,
      ...readIceServerUrl(server.url),
      credentials: credentialsOf(server, who),
    }));
  }

  /** Asks each server what it is there for. Whoever comes meanwhile gets the same answer. @param way where packets may leave */
  check(way: MediaWay): Promise<IceServerCheck[]> {
    this.#checking ??= Promise.all(this.forEngine('check').map((server) => checkServer(server, way))).finally(
      () => {
        this.#checking = undefined;
      },
    );
    return this.#checking;
  }
}

function credentialsOf({ login, username, secret }: KeptIceServer, who: string): IceServer['credentials'] {
  if (secret === null) return null;
  if (login === 'password') return { username, password: secret.reveal() };
  const name = username === '' ? who : `${username}-${who}`;
  return timeLimitedCredentials(secret.reveal(), name, Date.now() + credentialMilliseconds);
}

async function checkServer(server: IceServer, way: MediaWay): Promise<IceServerCheck> {
  const signal = AbortSignal.timeout(checkMilliseconds);
  try {
    const addresses =
      server.kind === 'stun'
        ? { reflexive: await askReflexive(server, way, signal), relayed: null }
        : await allocate(server, way, signal);
    return { url: server.url, problem: null, detail: '', ...addresses };
  } catch (error) {
    const { problem, detail } = IceServerError.from(error);
    return { url: server.url, problem, detail, reflexive: null, relayed: null };
  }
}

async function allocate(server: IceServer, way: MediaWay, signal: AbortSignal) {
  await using allocation = await TurnAllocation.open(server, way, signal);
  return { reflexive: allocation.reflexive.join(':'), relayed: allocation.relayed.join(':') };
}
