import { type IceServerInput, type IceServers, iceServersChange } from '../../main/contract/ice-server.ts';
import { Form } from '../shell/form.svelte.ts';
import type { Station } from '../state/station.svelte.ts';

const mostServers = 8;

/** One server as it is typed. */
export interface IceServerRow {
  url: string;
  login: IceServerInput['login'];
  username: string;
  /** Empty: the stored one stays, where there is one. */
  secret: string;
}

/** Servers as they are typed; what is wrong with one is at `servers.0.url` and the like. */
export class IceServersForm extends Form {
  rows: IceServerRow[] = $state([]);
  readonly #stored: IceServers['servers'];

  constructor({ servers }: IceServers) {
    super();
    this.#stored = servers;
    this.rows = servers.map((server) => ({ ...server, secret: '' }));
  }

  get isFull(): boolean {
    return this.rows.length >= mostServers;
  }

  add(): void {
    this.rows.push({ url: '', login: 'password', username: '', secret: '' });
    this.clear();
  }

  remove(index: number): void {
    this.rows.splice(index, 1);
    this.clear();
  }

  /** Whether a secret is stored for what stands in this row. */
  hasSecret({ url, login, username }: IceServerRow): boolean {
    return (
      login !== 'none' &&
      this.#stored.some(
        (known) => known.url === url.trim() && known.login === login && known.username === username.trim(),
      )
    );
  }

  /** What is wrong with the list as a whole, or with what no row shows; undefined: nothing. */
  get errorOfAll(): string | undefined {
    const shown = this.rows.flatMap(({ login }, index) =>
      ['url', 'login', ...(login === 'none' ? [] : ['username', 'secret'])].map(
        (name) => `servers.${index}.${name}`,
      ),
    );
    return this.errorBeside(shown);
  }

  /** What to save; undefined when something is wrong, which `error` says then. */
  read(): { servers: IceServerInput[] } | undefined {
    const servers = this.rows.map((row) => {
      const secret = row.secret === '' && (row.login === 'none' || this.hasSecret(row)) ? null : row.secret;
      return { ...row, username: row.login === 'none' ? '' : row.username, secret };
    });
    return this.check(iceServersChange, { servers });
  }

  /** False: something is wrong, which `error` says, or `errorOfAll` where no server is left. */
  async save(station: Pick<Station, 'ask'>): Promise<boolean> {
    const chosen = this.read();
    if (chosen === undefined) return false;
    const place = this.rows.length === 0 ? '' : 'servers.0.url';
    const saved = await this.send(station, place, (client) => client.site.changeIceServers(chosen));
    return saved !== undefined;
  }
}
