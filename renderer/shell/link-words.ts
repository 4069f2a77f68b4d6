import type { EngineState } from '../../main/contract/shell.ts';
import type { LinkState } from '../link/engine-link.svelte.ts';

/**
 * The connection to the engine in words.
 * @param engine how its process is, as far as the desktop tells; in a browser it is always `running`
 * @param time milliseconds since 1970
 */
export function linkWords(state: LinkState, engine: EngineState, time: number): string {
  if (engine.name === 'waiting') {
    const seconds = Math.max(1, Math.ceil((engine.until - time) / 1_000));
    return `${engine.reason} Starting it again in ${seconds} s`;
  }
  if (engine.name === 'starting' && engine.reason !== null) return `${engine.reason} Starting it again…`;
  switch (state.name) {
    case 'connected':
      return 'Connected';
    case 'restoring':
      return 'Restoring the connection…';
    case 'full': {
      const seconds = Math.max(1, Math.ceil((state.until - time) / 1_000));
      return `Gatehouse serves as many windows as it can, trying again in ${seconds} s`;
    }
    case 'connecting':
      return 'Connecting to Gatehouse…';
    case 'waiting': {
      const seconds = Math.max(1, Math.ceil((state.until - time) / 1_000));
      return `Connection to Gatehouse lost, trying again in ${seconds} s`;
    }
    case 'signed-out':
      return 'Not signed in';
    default:
      return state satisfies never;
  }
}
