import type { UpdateState } from '../../main/contract/shell.ts';
import { momentWords, percentWords } from '../language/formats.ts';
import { m } from '../language/messages.ts';
import { refusalWords } from '../language/refusal-words.ts';

/** How it stands with new versions, for a person. */
export function updateWords(state: UpdateState): string {
  switch (state.name) {
    case 'off':
      return state.reason === null ? m.settings_updates_off() : refusalWords(state.reason);
    case 'forbidden':
      return m.settings_updates_forbidden();
    case 'idle':
      return state.checkedAt === null
        ? m.settings_updates_never()
        : m.settings_updates_newest({ time: momentWords(state.checkedAt) });
    case 'checking':
      return m.settings_updates_checking();
    case 'downloading':
      return m.settings_updates_downloading({
        version: state.version,
        share: percentWords(state.percent / 100),
      });
    case 'available':
      return m.settings_updates_available({ version: state.version, how: refusalWords(state.how) });
    case 'ready':
      return state.installsAt === null
        ? m.settings_updates_ready_at_quit({ version: state.version })
        : m.settings_updates_ready({ version: state.version, time: momentWords(state.installsAt) });
    case 'installing':
      return m.settings_updates_installing({ version: state.version });
    case 'failed':
      return m.settings_updates_failed({
        reason: refusalWords(state.reason),
        time: momentWords(state.nextAttempt),
      });
    default:
      return state satisfies never;
  }
}

/** Whether somebody may ask for a check now; one that is ready is installed first. */
export function mayCheckForUpdates({ name }: UpdateState): boolean {
  return name === 'idle' || name === 'available' || name === 'failed';
}
