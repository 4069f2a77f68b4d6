import type { LinkState } from '../link/engine-link.svelte.ts';

/** The connection to the engine in words. @param time milliseconds since 1970 */
export function linkWords(state: LinkState, time: number): string {
  switch (state.name) {
    case 'connected':
      return 'Connected';
    case 'connecting':
      return 'Connecting to Gatehouse…';
    case 'waiting': {
      const seconds = Math.max(1, Math.ceil((state.until - time) / 1_000));
      return `Engine not reachable, trying again in ${seconds} s`;
    }
    case 'signed-out':
      return 'Not signed in';
    default:
      return state satisfies never;
  }
}
