import { type MediaNetwork, type MediaNetworks, mediaNetwork } from '../../main/contract/media-network.ts';
import { Form } from '../shell/form.svelte.ts';
import { NetworkChoice } from './network-choice.svelte.ts';

/** Networks and ports as they are chosen. */
export class MediaNetworkForm extends Form {
  readonly networks: NetworkChoice;
  first: string = $state('');
  last: string = $state('');

  constructor({ chosen, interfaces }: MediaNetworks) {
    super();
    this.networks = new NetworkChoice(interfaces, chosen.interfaces);
    this.first = chosen.ports === null ? '' : String(chosen.ports.first);
    this.last = chosen.ports === null ? '' : String(chosen.ports.last);
  }

  /** What to save; undefined when something is wrong, which `error` says then. */
  read(): MediaNetwork | undefined {
    const [first, last] = [this.first.trim(), this.last.trim()];
    return this.check(mediaNetwork, {
      interfaces: this.networks.names,
      ports: first === '' && last === '' ? null : { first: Number(first), last: Number(last) },
    });
  }
}
