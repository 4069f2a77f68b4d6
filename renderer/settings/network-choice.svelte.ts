import type { MediaInterface } from '../../main/contract/media-network.ts';
import { m } from '../language/messages.ts';

/** One interface in a dialog: chosen ones stand there also while they are gone. */
interface NetworkRow {
  readonly name: string;
  /** Addresses, or that there are none now. */
  readonly words: string;
}

/** Which of this computer's networks are chosen. Whoever begins to choose begins with the usual ones. */
export class NetworkChoice {
  readonly rows: readonly NetworkRow[];
  usual: boolean = $state(true);
  readonly chosen: Record<string, boolean> = $state({});

  /** @param names that are chosen; null: all usual ones */
  constructor(interfaces: readonly MediaInterface[], names: readonly string[] | null) {
    const there = interfaces.map(({ name, addresses }) => ({ name, words: addresses.join(', ') }));
    const gone = (names ?? []).filter((name) => !there.some((row) => row.name === name));
    this.rows = [...there, ...gone.map((name) => ({ name, words: m.settings_networks_gone() }))];
    this.usual = names === null;
    for (const { name, isUsual } of interfaces) this.chosen[name] = names?.includes(name) ?? isUsual;
    for (const name of gone) this.chosen[name] = true;
  }

  /** Null: all usual ones. */
  get names(): string[] | null {
    return this.usual ? null : this.rows.flatMap(({ name }) => (this.chosen[name] === true ? name : []));
  }
}
