import { type IceServerInput, type IceServers, iceServersChange } from '../../main/contract/ice-server.ts';
import { issueWords } from '../../main/contract/issue-words.ts';
import { refusalWords } from '../language/refusal-words.ts';

const mostServers = 8;

/** One server as it is typed. */
export interface IceServerRow {
  url: string;
  login: IceServerInput['login'];
  username: string;
  /** Empty: the stored one stays, where there is one. */
  secret: string;
}

/** What is typed in the dialog, and what is wrong with it. */
export class IceServersForm {
  rows: IceServerRow[] = $state([]);
  errors: ReadonlyMap<string, string> = $state.raw(new Map());
  readonly #stored: IceServers['servers'];

  constructor({ servers }: IceServers) {
    this.#stored = servers;
    this.rows = servers.map((server) => ({ ...server, secret: '' }));
  }

  get isFull(): boolean {
    return this.rows.length >= mostServers;
  }

  add(): void {
    this.rows.push({ url: '', login: 'password', username: '', secret: '' });
    this.errors = new Map();
  }

  remove(index: number): void {
    this.rows.splice(index, 1);
    this.errors = new Map();
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

  /** What to save; undefined when something is wrong, which `errors` tells then. */
  read(): { servers: IceServerInput[] } | undefined {
    const servers = this.rows.map((row) => {
      const secret = row.secret === '' && (row.login === 'none' || this.hasSecret(row)) ? null : row.secret;
      return { ...row, username: row.login === 'none' ? '' : row.username, secret };
    });
    const { success, data, error } = iceServersChange.safeParse({ servers }, { error: issueWords });
    this.fail(success ? [] : error.issues.map(({ path, message }) => ({ path: path.join('.'), message })));
    return data;
  }

  /** @param issues of the schema, or of the engine */
  fail(issues: readonly { readonly path: string; readonly message: string }[]): void {
    this.errors = new Map(issues.map(({ path, message }) => [path, refusalWords(message)]));
  }
}
