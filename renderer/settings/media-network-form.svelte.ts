import { type MediaNetwork, type MediaNetworks, mediaNetwork } from '../../main/contract/media-network.ts';

/** One interface in the dialog: chosen ones stand there also while they are gone. */
interface NetworkRow {
  readonly name: string;
  /** Addresses, or that there are none now. */
  readonly words: string;
}

/** What is chosen in the dialog, and what is wrong with it. */
export class MediaNetworkForm {
  readonly rows: readonly NetworkRow[];
  usual: boolean = $state(true);
  readonly chosen: Record<string, boolean> = $state({});
  first: string = $state('');
  last: string = $state('');
  errors: ReadonlyMap<string, string> = $state.raw(new Map());

  constructor({ chosen, interfaces }: MediaNetworks) {
    const there = interfaces.map(({ name, addresses }) => ({ name, words: addresses.join(', ') }));
    const gone = (chosen.interfaces ?? []).filter((name) => !there.some((row) => row.name === name));
    this.rows = [...there, ...gone.map((name) => ({ name, words: 'not there now' }))];
    this.usual = chosen.interfaces === null;
    for (const { name, isUsual } of interfaces)
      this.chosen[name] = chosen.interfaces?.includes(name) ?? isUsual;
    for (const name of gone) this.chosen[name] = true;
    this.first = chosen.ports === null ? '' : String(chosen.ports.first);
    this.last = chosen.ports === null ? '' : String(chosen.ports.last);
  }

  /** What to save; undefined when something is wrong, which `errors` tells then. */
  read(): MediaNetwork | undefined {
    const [first, last] = [this.first.trim(), this.last.trim()];
    const { success, data, error } = mediaNetwork.safeParse({
      interfaces: this.usual
        ? null
        : this.rows.flatMap(({ name }) => (this.chosen[name] === true ? name : [])),
      ports: first === '' && last === '' ? null : { first: Number(first), last: Number(last) },
    });
    this.fail(success ? [] : error.issues.map(({ path, message }) => ({ path: path.join('.'), message })));
    return data;
  }

  /** @param issues of the schema, or of the engine */
  fail(issues: readonly { readonly path: string; readonly message: string }[]): void {
    // What is wrong with the range stands where its end is typed.
    this.errors = new Map(
      issues.map(({ path, message }) => [path === 'ports' ? 'ports.last' : path, message]),
    );
  }
}
