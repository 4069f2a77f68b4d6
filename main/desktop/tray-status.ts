import type { EngineState } from '../contract/shell.ts';

export type TrayImage = 'ok' | 'attention' | 'trouble';

/** What the tray says. */
export interface TrayStatus {
  readonly image: TrayImage;
  readonly words: string;
}

/** All is well, a camera has a problem, or there is no engine. */
export function trayStatus(engine: EngineState, cameras: { total: number; inTrouble: number }): TrayStatus {
  if (engine.name === 'waiting')
    return { image: 'trouble', words: 'No pictures: the engine is being started again' };
  if (engine.name === 'starting') return { image: 'attention', words: 'Starting…' };
  const { total, inTrouble } = cameras;
  const all = total === 1 ? '1 camera' : `${total} cameras`;
  if (inTrouble === 0) return { image: 'ok', words: total === 0 ? 'No cameras yet' : `${all}, all well` };
  return { image: 'attention', words: `${inTrouble} of ${all} without a picture` };
}
