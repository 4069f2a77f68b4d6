import type { EngineState } from '../../main/contract/shell.ts';
import { m } from '../language/messages.ts';
import type { LinkState } from '../link/engine-link.svelte.ts';

/**
 * The connection to the engine in words.
 * @param engine how its process is, as far as the desktop tells; in a browser it is always `running`
 * @param time milliseconds since 1970
 */
export function linkWords(state: LinkState, engine: EngineState, time: number): string {
  if (engine.name === 'waiting') {
    const seconds = Math.max(1, Math.ceil((engine.until - time) / 1_000));
    return m.shell_engine_again_in({ reason: engine.reason, seconds });
  }
  if (engine.name === 'starting' && engine.reason !== null)
    return m.shell_engine_again({ reason: engine.reason });
  switch (state.name) {
    case 'connected':
      return m.shell_link_connected();
    case 'restoring':
      return m.shell_link_restoring();
    case 'full': {
      const seconds = Math.max(1, Math.ceil((state.until - time) / 1_000));
      return m.shell_link_full({ seconds });
    }
    case 'connecting':
      return m.shell_link_connecting();
    case 'waiting': {
      const seconds = Math.max(1, Math.ceil((state.until - time) / 1_000));
      return m.shell_link_lost({ seconds });
    }
    case 'signed-out':
      return m.shell_link_signed_out();
    default:
      return state satisfies never;
  }
}
