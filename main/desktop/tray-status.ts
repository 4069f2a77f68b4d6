import type { EngineState } from '../contract/shell.ts';
import type { ShellWords } from './shell-words.ts';

export type TrayImage = 'ok' | 'attention' | 'trouble';

/** What the tray says. */
export interface TrayStatus {
  readonly image: TrayImage;
  readonly words: string;
}

/** All is well, a camera has a problem, or there is no engine. */
export function trayStatus(
  engine: EngineState,
  { total, inTrouble }: { readonly total: number; readonly inTrouble: number },
  words: ShellWords,
): TrayStatus {
  if (engine.name === 'waiting') return { image: 'trouble', words: words.noEngine };
  if (engine.name === 'starting') return { image: 'attention', words: words.starting };
  if (inTrouble === 0) return { image: 'ok', words: total === 0 ? words.noCameras : words.allWell(total) };
  return { image: 'attention', words: words.inTrouble(inTrouble, total) };
}
