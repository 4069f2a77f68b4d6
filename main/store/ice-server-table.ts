import * as z from 'zod';
import type { Secret } from '../base/secret.ts';
import { type IceServerInput, iceServers } from '../contract/ice-server.ts';
import type { Commits } from './commits.ts';
import type { SecretBox } from './secret-box.ts';
import { SettingValues } from './setting-values.ts';

const settingName = 'ice-servers';

const storedServer = iceServers.shape.servers.element.extend({
  /** Sealed, in Base64; null: it needs none. */
  secret: z.string().nullable(),
});

/** A STUN or TURN server with its password or shared secret; null: it needs none. */
export type StoredIceServer = Omit<IceServerInput, 'secret'> & { readonly secret: Secret | null };

/** The STUN and TURN servers, of this computer alone, like its networks. Every write is on the disk when the call returns. */
export class IceServerTable {
  readonly #commits: Commits;
  readonly #box: SecretBox;
  readonly #values: SettingValues;
  /** Opened once: each window that opens asks for them. */
  #servers: readonly StoredIceServer[] | undefined;

  constructor(commits: Commits, box: SecretBox) {
    this.#commits = commits;
    this.#box = box;
    this.#values = new SettingValues(commits);
  }

  /** In the order in which they were written down. @throws GatehouseError database-failed when a secret was sealed with another key */
  get servers(): readonly StoredIceServer[] {
    this.#servers ??= this.#open();
    return this.#servers;
  }

  save(servers: readonly StoredIceServer[]): void {
    const stored = servers.map((server) => ({
      ...server,
      secret:
        server.secret === null ? null : this.#box.seal(server.secret, ownerOf(server)).toString('base64'),
    }));
    this.#commits.run(() => this.#values.write(settingName, JSON.stringify(stored)));
    this.#servers = servers;
  }

  #open(): StoredIceServer[] {
    const stored = z.array(storedServer).parse(JSON.parse(this.#values.read(settingName) ?? '[]'));
    return stored.map((server) => ({
      ...server,
      secret:
        server.secret === null ? null : this.#box.open(Buffer.from(server.secret, 'base64'), ownerOf(server)),
    }));
  }
}

/** A secret that was written for one server cannot be opened for another. */
function ownerOf({ url }: Pick<StoredIceServer, 'url'>): string {
  return `${settingName} ${url}`;
}
