import { type MediaNetwork, type MediaNetworks, mediaNetwork } from '../../main/contract/media-network.ts';
import { refusalWords } from '../language/refusal-words.ts';
import { NetworkChoice } from './network-choice.svelte.ts';

/** What is chosen in the dialog, and what is wrong with it. */
export class MediaNetworkForm {
  readonly networks: NetworkChoice;
  first: string = $state('');
  last: string = $state('');
  errors: ReadonlyMap<string, string> = $state.raw(new Map());

  constructor({ chosen, interfaces }: MediaNetworks) {
    this.networks = new NetworkChoice(interfaces, chosen.interfaces);
    this.first = chosen.ports === null ? '' : String(chosen.ports.first);
    this.last = chosen.ports === null ? '' : String(chosen.ports.last);
  }

  /** What to save; undefined when something is wrong, which `errors` tells then. */
  read(): MediaNetwork | undefined {
    const [first, last] = [this.first.trim(), this.last.trim()];
    const { success, data, error } = mediaNetwork.safeParse({
      interfaces: this.networks.names,
      ports: first === '' && last === '' ? null : { first: Number(first), last: Number(last) },
    });
    this.fail(success ? [] : error.issues.map(({ path, message }) => ({ path: path.join('.'), message })));
    return data;
  }

  /** @param issues of the schema, or of the engine */
  fail(issues: readonly { readonly path: string; readonly message: string }[]): void {
    // What is wrong with the range stands where its end is typed.
    this.errors = new Map(
      issues.map(({ path, message }) => [path === 'ports' ? 'ports.last' : path, refusalWords(message)]),
    );
  }
}
