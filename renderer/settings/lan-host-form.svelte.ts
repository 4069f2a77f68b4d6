import { type LanHost, type LanHostState, lanHost } from '../../main/contract/lan-host.ts';
import type { Station } from '../state/station.svelte.ts';

type Issues = readonly { readonly path: string; readonly message: string }[];

/** One interface in the dialog: chosen ones stand there also while they are gone. */
interface NetworkRow {
  readonly name: string;
  /** Addresses, or that there are none now. */
  readonly words: string;
}

/** How the console is opened to other computers, as it is typed; what counts is what the engine answered last. */
export class LanHostForm {
  readonly #station: Station;
  state: LanHostState = $state.raw() as LanHostState;
  port: string = $state('');
  names: string = $state('');
  usual: boolean = $state(true);
  readonly chosen: Record<string, boolean> = $state({});
  certificate: string = $state('');
  privateKey: string = $state('');
  errors: ReadonlyMap<string, string> = $state.raw(new Map());
  busy: boolean = $state(false);

  constructor(station: Station, state: LanHostState) {
    this.#station = station;
    this.#take(state);
  }

  get rows(): readonly NetworkRow[] {
    const { chosen, interfaces } = this.state;
    const there = interfaces.map(({ name, addresses }) => ({ name, words: addresses.join(', ') }));
    const gone = (chosen.interfaces ?? []).filter((name) => !there.some((row) => row.name === name));
    return [...there, ...gone.map((name) => ({ name, words: 'not there now' }))];
  }

  /** Opens as it is typed, or closes. */
  async save(open: boolean): Promise<void> {
    const { success, data, error } = lanHost.safeParse({
      open,
      port: Number(this.port.trim()),
      interfaces: this.usual
        ? null
        : this.rows.flatMap(({ name }) => (this.chosen[name] === true ? name : [])),
      names: this.names.split(/[\s,]+/).filter(Boolean),
    });
    if (!success) {
      this.#fail(error.issues.map(({ path, message }) => ({ path: path.join('.'), message })));
      return;
    }
    await this.#change(data);
  }

  async useCertificate(): Promise<void> {
    const given = { certificate: this.certificate, privateKey: this.privateKey };
    await this.#ask((client) => client.site.useLanCertificate(given));
    if (this.errors.size === 0) {
      this.certificate = '';
      this.privateKey = '';
    }
  }

  async useOwnCertificate(): Promise<void> {
    await this.#ask((client) => client.site.useOwnLanCertificate());
  }

  async #change(chosen: LanHost): Promise<void> {
    await this.#ask((client) => client.site.changeLanHost(chosen));
  }

  async #ask(work: Parameters<Station['ask']>[0]): Promise<void> {
    this.busy = true;
    this.errors = new Map();
    const result = await this.#station.ask(work);
    this.busy = false;
    if (result.failure === null) this.#take(result.answer as LanHostState);
    else
      this.#fail(
        result.failure.issues.length > 0
          ? result.failure.issues
          : [{ path: '', message: result.failure.message }],
      );
  }

  #take(state: LanHostState): void {
    const { chosen, interfaces } = state;
    this.state = state;
    this.port = String(chosen.port);
    this.names = chosen.names.join(', ');
    this.usual = chosen.interfaces === null;
    for (const { name, isUsual } of interfaces)
      this.chosen[name] = chosen.interfaces?.includes(name) ?? isUsual;
    for (const name of chosen.interfaces ?? []) this.chosen[name] = true;
  }

  #fail(issues: Issues): void {
    this.errors = new Map(issues.map(({ path, message }) => [path.split('.')[0] ?? '', message]));
  }
}
