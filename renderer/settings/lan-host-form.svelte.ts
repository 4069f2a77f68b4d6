import { type LanHostState, lanHost } from '../../main/contract/lan-host.ts';
import type { EngineClient } from '../link/engine-client.ts';
import { Form } from '../shell/form.svelte.ts';
import type { Station } from '../state/station.svelte.ts';
import { NetworkChoice } from './network-choice.svelte.ts';

/** How the console is opened to other computers, as it is typed; what counts is what the engine answered last. */
export class LanHostForm extends Form {
  readonly #station: Station;
  state: LanHostState;
  networks: NetworkChoice;
  port: string = $state('');
  names: string = $state('');
  certificate: string = $state('');
  privateKey: string = $state('');

  constructor(station: Station, state: LanHostState) {
    super();
    this.#station = station;
    this.state = $state.raw(state);
    this.networks = $state.raw(new NetworkChoice(state.interfaces, state.chosen.interfaces));
    this.#take(state);
  }

  /** Opens as it is typed, or closes. */
  async save(open: boolean): Promise<void> {
    const chosen = this.check(lanHost, {
      open,
      port: Number(this.port.trim()),
      interfaces: this.networks.names,
      names: this.names.split(/[\s,]+/).filter(Boolean),
    });
    if (chosen !== undefined) await this.#change((client) => client.site.changeLanHost(chosen));
  }

  async useCertificate(): Promise<void> {
    const given = { certificate: this.certificate, privateKey: this.privateKey };
    if (!(await this.#change((client) => client.site.useLanCertificate(given)))) return;
    this.certificate = '';
    this.privateKey = '';
  }

  async useOwnCertificate(): Promise<void> {
    await this.#change((client) => client.site.useOwnLanCertificate());
  }

  /** @returns whether the engine did it */
  async #change(work: (client: EngineClient) => Promise<LanHostState>): Promise<boolean> {
    const changed = await this.send(this.#station, '', work);
    if (changed !== undefined) this.#take(changed.answer);
    return changed !== undefined;
  }

  #take(state: LanHostState): void {
    const { chosen, interfaces } = state;
    this.state = state;
    this.port = String(chosen.port);
    this.names = chosen.names.join(', ');
    this.networks = new NetworkChoice(interfaces, chosen.interfaces);
  }
}
