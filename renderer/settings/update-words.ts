import type { UpdateState } from '../../main/contract/shell.ts';
import { momentWords } from '../shell/moment-words.ts';

/** How it stands with new versions, for a person. */
export function updateWords(state: UpdateState): string {
  switch (state.name) {
    case 'off':
      return state.reason ?? 'Off: no server and no folder is set.';
    case 'forbidden':
      return 'The site file forbids updates.';
    case 'idle':
      return state.checkedAt === null
        ? 'Not looked for yet.'
        : `This is the newest version. Looked at ${momentWords(state.checkedAt)}.`;
    case 'checking':
      return 'Looking for a new version…';
    case 'downloading':
      return `Downloading version ${state.version}: ${state.percent} %`;
    case 'available':
      return `Version ${state.version} is there. ${state.how}`;
    case 'ready':
      return state.installsAt === null
        ? `Version ${state.version} is installed when Gatehouse is closed.`
        : `Version ${state.version} is installed at ${momentWords(state.installsAt)}.`;
    case 'installing':
      return `Version ${state.version} is being installed: backup first, then Gatehouse starts again.`;
    case 'failed':
      return `${state.reason} Tried again at ${momentWords(state.nextAttempt)}.`;
    default:
      return state satisfies never;
  }
}

/** Whether somebody may ask for a check now; one that is ready is installed first. */
export function mayCheckForUpdates({ name }: UpdateState): boolean {
  return name === 'idle' || name === 'available' || name === 'failed';
}
