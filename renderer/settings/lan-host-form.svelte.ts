import { type LanHost, type LanHostState, lanHost } from '../../main/contract/lan-host.ts';
import { refusalWords } from '../language/refusal-words.ts';
import type { EngineClient } from '../link/engine-client.ts';
import type { Station } from '../state/station.svelte.ts';
import { NetworkChoice } from './network-choice.svelte.ts';

type Issues = readonly { readonly path: string; readonly message: string }[];

/** How the console is opened to other computers, as it is typed; what counts is what the engine answered last. */
export class LanHostForm {
  readonly #station: Station;
  state: LanHostState;
  networks: NetworkChoice;
  port: string = $state('');
  names: string = $state('');
  certificate: string = $state('');
  privateKey: string = $state('');
  errors: ReadonlyMap<string, string> = $state.raw(new Map());
  busy: boolean = $state(false);

  constructor(station: Station, state: LanHostState) {
    this.#station = station;
    this.state = $state.raw(state);
    this.networks = $state.raw(new NetworkChoice(state.interfaces, state.chosen.interfaces));
    this.#take(state);
  }

  /** Opens as it is typed, or closes. */
  async save(open: boolean): Promise<void> {
    const { success, data, error } = lanHost.safeParse({
      open,
      port: Number(this.port.trim()),
      interfaces: this.networks.names,
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

  async #ask(work: (client: EngineClient) => Promise<LanHostState>): Promise<void> {
    this.busy = true;
    this.errors = new Map();
    const result = await this.#station.ask(work);
    this.busy = false;
    if (result.failure === null) this.#take(result.answer);
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
    this.networks = new NetworkChoice(interfaces, chosen.interfaces);
  }

  #fail(issues: Issues): void {
    this.errors = new Map(
      issues.map(({ path, message }) => [path.split('.')[0] ?? '', refusalWords(message)]),
    );
  }
}
