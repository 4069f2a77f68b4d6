import type { LocalNetwork } from './local-network.ts';
import type { Sighting } from './sighting.ts';

export interface SearchOptions {
  readonly networks: readonly LocalNetwork[];
  readonly port: number;
  /** Whether there is time for one more message from this address. */
  readonly admits: (source: string) => boolean;
  readonly onSighting: (sighting: Sighting) => void;
  readonly onBye: (uuid: string, source: string) => void;
  readonly onProblem: (words: string) => void;
}

/** A discovery protocol at work; disposing closes its sockets. */
export interface Search extends AsyncDisposable {
  /** Asks all devices on all networks. */
  ask(): void;
}
